"""How many destructive actions a community may see before a person is asked.

Counted over sliding windows of an hour and a day, from what was really applied.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class ActionLimits:
    """The circuit breaker: beyond it, actions are withheld and the moderators are told once."""

    def __init__(self, per_hour: int, per_day: int) -> None:
        self._per_hour = per_hour
        self._per_day = per_day
        self._applied: dict[str, deque[datetime]] = {}
        self._told: dict[str, datetime] = {}

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
        in_hour = sum(now - at < HOUR for at in times)
        if in_hour >= self._per_hour:
            return f"the limit of {self._per_hour} actions an hour is reached"
        if len(times) >= self._per_day:
            return f"the limit of {self._per_day} actions a day is reached"
        return None

    def tell_once(self, community: str, now: datetime) -> bool:
        """True the first time in an hour that moderators should hear of the limit."""
        told = self._told.get(community)
        if told is not None and now - told < HOUR:
            return False
        self._told[community] = now
        return True
