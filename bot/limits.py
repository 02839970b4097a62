"""How many destructive actions a community may see before a person is asked.

Counted over sliding windows of an hour and a day, from what was really applied.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class ActionLimits:
    """The circuit breaker: beyond it, actions are withheld and the moderators are told once."""

    def __init__(self, per_hour: int, per_day: int) -> None:
        self._limits = (_Limit(per_hour, "an hour", HOUR), _Limit(per_day, "a day", DAY))
        self._applied: dict[str, deque[datetime]] = {}
        self._told: dict[tuple[str, timedelta], datetime] = {}

    def restore(self, applied: Iterable[tuple[str, datetime]]) -> None:
        """Count what was applied before this process started: (community, when), oldest first."""
        for community, at in applied:
            self.note(community, at)

    def note(self, community: str, at: datetime) -> None:
        """Count one destructive action."""
        self._applied.setdefault(community, deque()).append(at)

    def exceeded(self, community: str, now: datetime) -> str | None:
        """None while there is room, else why not, in words for a moderator."""
        times = self._applied.get(community, deque())
        while times and now - times[0] >= DAY:
            times.popleft()
        reached = self._reached(times, now)
        if reached is None:
            return None
        return f"the limit of {reached.most} actions {reached.name} is reached"

    def trip(self, community: str, now: datetime) -> str | None:
        """A name for what moderators should hear of now; None where they have heard of it.

        A limit is told once within its own hour or day, though room may come and go in between.
        Until something is done again the name outlives a restart: a card under it stands once.
        """
        times = self._applied.get(community, deque())
        reached = self._reached(times, now)
        if reached is None:
            return None
        told = self._told.get((community, reached.span))
        if told is not None and now - told < reached.span:
            return None
        self._told[community, reached.span] = now
        return f"{reached.name}/{times[-1].isoformat() if times else 'none'}"

    def _reached(self, times: deque[datetime], now: datetime) -> "_Limit | None":
        counts = (sum(now - at < limit.span for at in times) for limit in self._limits)
        pairs = zip(self._limits, counts, strict=True)
        return next((limit for limit, count in pairs if count >= limit.most), None)


@dataclass(frozen=True, slots=True)
class _Limit:
    """So many in that time."""

    most: int
    name: str
    span: timedelta
