"""How often one person may ask for an analysis by hand. In memory: a restart forgives."""

from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.chat.asker import Asker, Refused

HOUR = timedelta(hours=1)
PEOPLE = 10_000
"""People remembered, the latest; chosen by eye, a few megabytes."""


class Hourly:
    """A sliding hour for each person."""

    def __init__(self, most: int, clock: Callable[[], datetime]) -> None:
        self._most = most
        self._clock = clock
        self._asked: OrderedDict[tuple[str, str, str], deque[datetime]] = OrderedDict()

    def spend(self, asker: Asker) -> None:
        """Count one.

        Raises:
            Refused: they asked too often; it says when they may again.
        """
        key = (asker.platform, asker.community_id, asker.id)
        times = self._asked.setdefault(key, deque())
        self._asked.move_to_end(key)
        now = self._clock()
        while times and now - times[0] >= HOUR:
            times.popleft()
        if len(times) >= self._most:
            wait = max(1, round((HOUR - (now - times[0])).total_seconds() / 60)) if times else 60
            raise Refused(f"That was often enough for now. Try again in {wait} minutes.")
        times.append(now)
        while len(self._asked) > PEOPLE:
            self._asked.popitem(last=False)
