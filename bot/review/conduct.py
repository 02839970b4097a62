"""What rules did lately, and what their shadows would have done. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from bot.actions.spec import parse
from bot.errors import Misconfigured
from bot.model import EventKind, Matched, Mode, Ref, Status

DAYS = 30
"""How far back a rule's conduct is told; as long as records are kept unless told otherwise."""
WEEK = 7
NEWEST = 12
"""Posts that are shown of each rule; chosen by eye."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One judgement that some rule matched."""

    ref: Ref
    at: datetime
    case_id: str | None
    decision: EventKind | None
    """What a moderator decided of its case; None while nobody has."""
    matched: tuple[Matched, ...]
    outcomes: tuple[tuple[str, str], ...]
    """What was really done about the post: actions as policies write them, each with its status."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day's matches."""

    live: int = 0
    shadow: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One of a rule's newest posts."""

    sighting: Sighting
    mode: Mode
    wanted: tuple[str, ...]
    """What the rule did, or in shadow would have done."""


@dataclass(slots=True)
class Conduct:
    """One rule over the last 30 days."""

    live: list[int] = field(default_factory=lambda: [0] * DAYS)
    """Matches by day, the oldest first; the last is the 24 hours that end now."""
    shadow: list[int] = field(default_factory=lambda: [0] * DAYS)
    done: Counter[str] = field(default_factory=Counter)
    """What became of the actions it asked for, by status."""
    would: Counter[str] = field(default_factory=Counter)
    """What its shadow would have done, by action."""
    beside: Counter[str] = field(default_factory=Counter)
    """What was really done about the posts its shadow matched, by the harshest action."""
    upheld: set[str] = field(default_factory=set)
    """Cases it matched, live or in shadow, by what moderators decided of them."""
    overturned: set[str] = field(default_factory=set)
    newest: list[Example] = field(default_factory=list)
    """The newest first."""

    @property
    def days(self) -> list[Day]:
        """Live and shadow side by side, the oldest day first."""
        return [Day(*pair) for pair in zip(self.live, self.shadow, strict=True)]

    @property
    def month(self) -> Day:
        """The matches of 30 days."""
        return Day(sum(self.live), sum(self.shadow))

    @property
    def week(self) -> Day:
        """The matches of seven days."""
        return Day(sum(self.live[-WEEK:]), sum(self.shadow[-WEEK:]))

    @property
    def decided(self) -> int:
        """How many of its cases moderators decided."""
        return len(self.upheld) + len(self.overturned)

    @property
    def precision(self) -> float | None:
        """The share of them that was upheld; None while none was decided."""
        return len(self.upheld) / self.decided if self.decided else None


class Observer:
    """Sightings go in, the newest first; every rule's conduct grows."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.rules: dict[str, Conduct] = {}

    def add(self, sightings: Iterable[Sighting]) -> None:
        """Take more of them into account."""
        for one in sightings:
            # A clock that was set back leaves judgements of tomorrow: they are of today.
            ago = max(0, (self._now - one.at) // timedelta(days=1))
            if ago < DAYS:
                for matched in one.matched:
                    self._note(one, matched, DAYS - 1 - ago)

    def _note(self, one: Sighting, matched: Matched, day: int) -> None:
        conduct = self.rules.setdefault(matched.rule, Conduct())
        if matched.mode is Mode.LIVE:
            conduct.live[day] += 1
            slots = {_slot(action) for action in matched.actions}
            conduct.done.update(s for action, s in one.outcomes if _slot(action) in slots)
        else:
            conduct.shadow[day] += 1
            conduct.would.update(matched.actions)
            conduct.beside[_really(one.outcomes)] += 1
        if one.case_id is not None and one.decision is not None:
            kept = conduct.upheld if one.decision is EventKind.UPHELD else conduct.overturned
            kept.add(one.case_id)
        if len(conduct.newest) < NEWEST:
            conduct.newest.append(Example(one, matched.mode, matched.actions))


def observed(now: datetime, sightings: Iterable[Sighting]) -> Mapping[str, Conduct]:
    """Every rule's conduct, from sightings of which the newest come first."""
    observer = Observer(now)
    observer.add(sightings)
    return observer.rules


LEFT_ALONE = "left alone"
_DONE = {Status.APPLIED: "{}", Status.SIMULATED: "{}, simulated", Status.WITHHELD: "{}, withheld"}


def _really(outcomes: Iterable[tuple[str, str]]) -> str:
    """What came of a post: outcomes stand with the harshest first."""
    told = (
        _DONE[Status(status)].format(_slot(action))
        for action, status in outcomes
        if status in _DONE
    )
    return next(told, LEFT_ALONE)


@lru_cache(maxsize=10_000)
def _slot(action: str) -> str:
    """A rule's ``timeout 1h`` may have been done as another's ``timeout 1d``: one slot, one act."""
    try:
        return parse(action).slot
    except Misconfigured:  # an action of a former version
        return action
