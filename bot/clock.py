"""The time of a running process: right at the start, and never jumping afterwards.

Whoever sets the machine's clock, or a summer time that somebody mistook for UTC, would otherwise
end every claim and session at once, open every limit, or hold what is due for a day. What was
timed goes on by how long it really took; a restart takes the machine's clock anew.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.log import logger

TOLD_BEYOND = timedelta(minutes=1)
"""A difference worth telling; chosen by eye, far beyond what a time service corrects."""

_log = logger("clock")


def _wall() -> datetime:
    return datetime.now(UTC)


def _elapsed() -> float:
    """Seconds that cannot be set. Linux counts the time a machine slept, too."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class SteadyClock:
    """Says the time, aware and in UTC."""

    def __init__(
        self, wall: Callable[[], datetime] = _wall, elapsed: Callable[[], float] = _elapsed
    ) -> None:
        """``wall`` is the machine's clock, ``elapsed`` gives seconds that nobody can set."""
        self._wall = wall
        self._elapsed = elapsed
        self._start, self._began = wall(), elapsed()
        self._told = timedelta()

    def __call__(self) -> datetime:
        """The time now."""
        return self._start + timedelta(seconds=self._elapsed() - self._began)

    async def look(self) -> None:
        """Say it, once for each jump, when the machine's clock went elsewhere."""
        off = self._wall() - self()
        if abs(off - self._told) <= TOLD_BEYOND:
            return
        self._told = off
        _log.warning(
            "clock.jumped",
            by_s=round(off.total_seconds()),
            what="Bifocal goes on by its own time; restart it once the machine's clock is right",
        )
