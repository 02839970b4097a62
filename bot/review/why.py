"""Why a post was flagged, or was not: any message that was judged, by the rules that hold now."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.model import Mode
from bot.policy.explain import Came, Explained, explain
from bot.policy.past import Past
from bot.policy.policy import Policy
from bot.storage import replay
from bot.storage.journal import Journal


@dataclass(frozen=True, slots=True)
class Why:
    """One message's judgements, and its newest one taken apart."""

    judgements: tuple[Past, ...]
    """Oldest first, at least one; each with what matched at the time."""
    rules: tuple[Explained, ...]
    """Every rule that holds in its channel: what matches first, then what came nearest."""
    policy: Policy
    """By which the rules are explained; it may be a newer one than the one that judged."""

    @property
    def newest(self) -> Past:
        """The judgement that is explained."""
        return self.judgements[-1]

    @property
    def same_policy(self) -> bool:
        """Whether the policy that judged then is the one that explains now."""
        return self.newest.policy_version == self.policy.version

    @property
    def matches(self) -> tuple[Explained, ...]:
        """The rules that match now, shadow ones included."""
        return tuple(one for one in self.rules if one.came is Came.MATCH)

    @property
    def flagged(self) -> bool:
        """Whether the judgement put it before a person, or acted, at the time."""
        live = any(one.mode is Mode.LIVE for one in self.newest.matched)
        return live or self.newest.needs_review


async def why(journal: Journal, policy: Callable[[str], Policy], which: str) -> Why | None:
    """Explain a case by its id, or any message by its ref; None where nothing is remembered.

    ``policy`` gives a community's. Words are known only where a case keeps them: without, rules
    that read them come out unanswered, and say so. Asking changes nothing.
    """
    found = await replay.told(journal, which)
    if not found:
        return None
    newest = found[-1]
    community = newest.context.community_id
    rules = policy(community)
    here = rules.at(community, newest.context.channel_id, newest.context.channel.parent_id)
    return Why(tuple(found), explain(here, newest.assessment, newest.context), rules)
