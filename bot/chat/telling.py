"""What moderators ask about Bifocal itself: status, doctor, rules, statistics, pause and resume."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot import examine
from bot.chat.asker import Asker, Rank, Refused, check_rank
from bot.chat.deciding import signature
from bot.chat.sheet import Entry, Sheet, Tone
from bot.communities import Communities
from bot.model import CaseState, Mode
from bot.policy.policy import Policy
from bot.ports import Examined, Platform
from bot.storage.activity import Activity, activity
from bot.storage.journal import Journal
from bot.storage.people import open_cases
from bot.storage.switch import Switch

LONGEST = 180
"""Characters of a rule's condition in a list."""


class Health(Protocol):
    """Whether the parts can work."""

    async def missing(self) -> Mapping[str, str]:
        """What is not ready: part to what it lacks."""
        ...


Providers = Callable[[], Awaitable[Sequence[Examined]]]
"""Asks every provider one tiny question."""


class Telling:
    """Answers about the bot."""

    def __init__(
        self,
        *,
        journal: Journal,
        communities: Communities,
        switch: Switch,
        policy: Callable[[str], Policy],
        platforms: Mapping[str, Platform],
        health: Health,
        lacks: Callable[[], Mapping[str, str]],
        providers: Providers,
        channels: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        """``channels`` are where cards go, by platform, where a community chose nothing."""
        self._channels = channels
        self._journal = journal
        self._communities = communities
        self._switch = switch
        self._policy = policy
        self._platforms = platforms
        self._health = health
        self._lacks = lacks
        self._providers = providers
        self._clock = clock

    async def status(self, asker: Asker) -> Sheet:
        """How it is doing here, at a glance."""
        check_rank(asker, Rank.MODERATOR)
        community = self._communities.of(asker.platform, asker.community_id)
        channel = community.log_channel or self._channels.get(asker.platform, "")
        platform = self._platforms[asker.platform]
        policy = self._policy(asker.community_id)
        open_now = await open_cases(self._journal, asker.platform, asker.community_id)
        missing = await self._health.missing()
        stopped = await self._stopped(asker)
        mode = "rehearsing" if platform.simulates(asker.community_id) else "live"
        fields = (
            ("Mode", mode),
            ("Acting", stopped or "yes"),
            ("Rules", f"{len(policy.rules)} from {policy.name}, version {policy.version}"),
            ("Open cases", str(open_now.get(CaseState.OPEN, 0))),
            ("Escalated", str(open_now.get(CaseState.ESCALATED, 0))),
            ("Cards go to", channel or "nowhere yet: use /bifocal setup"),
        )
        body = [f"{part}: {what}" for part, what in missing.items()]
        if why := self._lacks().get(f"{asker.platform}:{asker.community_id}"):
            body.append(f"No card can be put up here: {why}")
        tone = Tone.BAD if body else Tone.WATCH if stopped or mode != "live" else Tone.GOOD
        return Sheet("Bifocal", tuple(body), fields, tone=tone)

    async def doctor(self, asker: Asker) -> Sheet:
        """Everything that can be examined here, what is not well first."""
        check_rank(asker, Rank.ADMIN)
        missing = await self._health.missing()
        found = [Examined(well=False, sentence=f"{part}: {what}") for part, what in missing.items()]
        found += await examine.platform(self._platforms[asker.platform], asker.community_id)
        found += await self._providers()
        ill = [one for one in found if not one.well]
        lines = [f"✗ {one.sentence}" for one in ill]
        lines += [f"✓ {one.sentence}" for one in found if one.well]
        title = f"{len(ill)} things to mend" if len(ill) > 1 else "One thing to mend"
        return Sheet(
            title if ill else "All is well",
            ("\n".join(lines),) if lines else ("Nothing outside of Bifocal is set up here.",),
            tone=Tone.BAD if ill else Tone.GOOD,
        )

    async def pause(self, asker: Asker, reason: str) -> Sheet:
        """Stop all acting in the community at once."""
        check_rank(asker, Rank.MODERATOR)
        said = f"paused by {asker.name}" + (f": {reason.strip()}" if reason.strip() else "")
        await self._communities.change(
            asker.platform,
            asker.community_id,
            lambda one: replace(one, paused=said[:200]),
            by=signature(asker),
        )
        told = "Posts are still looked at; what would be done waits for a person. /bifocal resume"
        return Sheet("Paused", (told,), tone=Tone.WATCH)

    async def resume(self, asker: Asker) -> Sheet:
        """Act again, unless the operator stopped the bot everywhere."""
        check_rank(asker, Rank.MODERATOR)
        await self._communities.change(
            asker.platform,
            asker.community_id,
            lambda one: replace(one, paused=""),
            by=signature(asker),
        )
        if await self._switch.paused():
            raise Refused(
                "The operator paused Bifocal everywhere (bifocal pause); only they can resume it."
            )
        told = "What was withheld meanwhile waits in the queue; nothing of it is done by itself."
        return Sheet("Acting again", (told,), tone=Tone.GOOD)

    def rules(self, asker: Asker) -> Sheet:
        """The rules that hold where it is asked."""
        check_rank(asker, Rank.MODERATOR)
        policy = self._policy(asker.community_id)
        here = policy.at(asker.community_id, asker.channel_id, asker.parent_id)
        entries = tuple(
            Entry(
                f"{rule.id} ({rule.mode.value})" if rule.mode is not Mode.LIVE else rule.id,
                f"{_short(rule.when.text)}\n→ {', '.join(rule.written)}",
            )
            for rule in here.rules
        )
        return Sheet(
            "Rules in this channel",
            (f"{policy.name}, version {policy.version}.",),
            entries=entries[:25],
            footer="" if len(entries) <= 25 else f"And {len(entries) - 25} more.",  # noqa: PLR2004 - a sheet's most
        )

    async def stats(self, asker: Asker, days: str) -> Sheet:
        """What was done here, and what it cost."""
        check_rank(asker, Rank.MODERATOR)
        if days not in {"", "1", "7", "30"}:
            raise Refused("Choose 1, 7 or 30 days.")
        number = int(days or "7")
        until = self._clock()
        since = until - timedelta(days=number)
        found = await activity(
            self._journal.database, asker.platform, asker.community_id, since, until
        )
        title = "The last day" if number == 1 else f"The last {number} days"
        return summary(title, found)

    async def _stopped(self, asker: Asker) -> str:
        if (pause := await self._switch.state()) is not None:
            return f"no: paused everywhere by {pause.by}"
        community = self._communities.of(asker.platform, asker.community_id)
        return f"no: {community.paused}" if community.paused else ""


def summary(title: str, found: Activity) -> Sheet:
    """Numbers over a time."""
    done: dict[str, int] = {}
    for (action, status), number in sorted(found.actions.items()):
        done[f"{action} {status}"] = number
    decided = found.upheld + found.overturned
    fields = (
        ("Posts judged", str(found.posts)),
        ("Cases opened", str(found.opened)),
        ("Decided", f"{decided}, of which {found.overturned} overturned"),
        ("Actions", ", ".join(f"{name} {number}" for name, number in done.items()) or "none"),
        ("Providers", f"${found.usd:.2f}"),
    )
    return Sheet(title, fields=fields)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"
