"""The rules as the web application is given them: a real policy, and figures that were made up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.communities import Community
from bot.errors import BotError
from bot.model import EventKind, Matched, Mode, Ref
from bot.policy.backtest import backtest
from bot.policy.explain import explain
from bot.policy.policy import Policy
from bot.policy.report import backtest_document, tuning_document
from bot.policy.tune import Tuner
from bot.policy.whatif import Wish, as_if, written
from bot.review.conduct import Conduct, Sighting, observed
from bot.review.rulebook import Chosen
from bot.review.trials import Document
from bot.review.why import Why
from bot.storage.outbox import Waiting
from tests.bot.policy.past import a_past

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RULES = """
[[rule]]
id = "scam-likely"
when = "scores.scam >= 0.5"
then = ["flag"]
because = "It may be a scam."

[[rule]]
id = "scam-picture"
when = "scores.scam >= 0.6 && image.count > 0"
then = ["delete", "flag"]
mode = "shadow"
because = "It looks like a scam, on a picture."

[[rule]]
id = "adult"
when = "scores.nudity >= 0.5 || scores.sexual_explicit >= 0.5"
then = ["flag"]
mode = "off"

[[community]]
id = "room"

[[community.rule]]
id = "adult"
mode = "live"

[[community.rule]]
id = "here-only"
when = "scores.hate >= 0.5"
then = ["flag"]
"""


def a_sighting(number: int, *, decision: EventKind | None = None) -> Sighting:
    """One post an hour, the newest first, flagged and matched by the shadow rule."""
    matched = (
        Matched("scam-likely", Mode.LIVE, ("flag",)),
        Matched("scam-picture", Mode.SHADOW, ("delete", "flag")),
    )
    return Sighting(
        Ref("playground", "room", "general", f"m{number}"),
        NOW - timedelta(hours=number),
        f"c{number}" if decision else None,
        decision,
        matched,
        (("flag", "applied"),),
    )


def sightings() -> Sequence[Sighting]:
    """Thirty posts; moderators decided the first four."""
    decided = (EventKind.UPHELD, EventKind.UPHELD, EventKind.UPHELD, EventKind.OVERTURNED)
    return [a_sighting(n, decision=decided[n] if n < len(decided) else None) for n in range(1, 31)]


@dataclass
class FakeRules:
    """Rules over a few judgements of the past, tried in this process."""

    policy: Policy = field(default_factory=lambda: Policy.parse(RULES.encode(), "policy.toml"))
    error: str | None = None
    text: str = RULES
    seen: Sequence[Sighting] = field(default_factory=sightings)
    refuses: str = ""
    others: dict[str, tuple["FakeRules", tuple[Community, ...]]] = field(default_factory=dict)
    """What communities chose instead, by preset."""

    @property
    def chosen(self) -> Sequence[Chosen]:
        return [Chosen(preset, places) for preset, (_, places) in self.others.items()]

    def of(self, preset: str = "") -> "FakeRules | None":
        return self.others.get(preset, (None, ()))[0] if preset else self

    def __post_init__(self) -> None:
        self.past = [
            a_past(
                number,
                Matched("scam-likely", Mode.LIVE, ("flag",)),
                Matched("scam-picture", Mode.SHADOW, ("delete", "flag")),
                decision=EventKind.UPHELD if number % 4 else EventKind.OVERTURNED,
                scam=0.6 + number / 100,
            )
            for number in range(40)
        ]

    async def conduct(self) -> Mapping[str, Conduct]:
        return observed(NOW, self.seen)

    async def why(self, which: str) -> Why | None:
        found = next((one for one in self.past if str(one.ref) == which), None)
        if found is None:
            return None
        here = self.policy.at(found.context.community_id, found.context.channel_id)
        return Why((found,), explain(here, found.assessment, found.context), self.policy)

    async def what_if(self, wish: Wish, days: int) -> Document:
        return self._tried(as_if(self.policy, wish))

    async def try_text(self, text: str, days: int) -> Document:
        return self._tried(Policy.parse(text.encode(), "candidate.toml"))

    async def tune(self, rule: str, score: str | None, precision: float, days: int) -> Document:
        if self.refuses:
            raise BotError(self.refuses)
        tuner = Tuner(self.policy, rule, score)
        for one in self.past:
            tuner.add(one)
        return tuning_document(tuner.tuning(precision))

    def written(self, wish: Wish) -> str:
        return written(self.policy, wish)

    def _tried(self, policy: Policy) -> Document:
        if self.refuses:
            raise BotError(self.refuses)
        return backtest_document(backtest(policy, self.past))


def a_delivery(name: str, *, parked: bool = True) -> Waiting:
    """One that failed."""
    ref = '{"platform": "playground", "community_id": "room", "channel_id": "general", '
    body = f'{{"event": "acted", "ref": {ref}"message_id": "m1"}}, "text": "canary of the body"}}'
    due = None if parked else NOW + timedelta(minutes=5)
    return Waiting(name, "ops", NOW, 3, "it answered 503", body, parked, due)


@dataclass
class FakeDeliveries:
    """What webhooks could not be told, by delivery."""

    held: dict[str, Waiting] = field(default_factory=dict)
    settled: list[tuple[str, str, str]] = field(default_factory=list)

    def fail(self, name: str, *, parked: bool = True) -> None:
        """Let a delivery have failed."""
        self.held[name] = a_delivery(name, parked=parked)

    async def parked(self) -> int:
        return sum(one.parked for one in self.held.values())

    async def troubled(self) -> Sequence[Waiting]:
        return sorted(self.held.values(), key=lambda one: not one.parked)

    async def retry(self, delivery: str, *, by: str) -> bool:
        return self._settle(delivery, "retry", by)

    async def drop(self, delivery: str, *, by: str) -> bool:
        return self._settle(delivery, "drop", by)

    def _settle(self, delivery: str, how: str, by: str) -> bool:
        if delivery not in self.held or not self.held[delivery].parked:
            return False
        waiting = self.held.pop(delivery)
        self.settled.append((delivery, how, by))
        if how == "retry":
            self.held[delivery] = replace(waiting, parked=False, due=NOW)
        return True
