"""Writes down now and then which calls to providers were spared, for `bifocal stats cost`."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime

from analysis.remote.meter import Spared
from bot.errors import BotError
from bot.log import logger
from bot.storage.spend import SparedCalls, SpendLedger

EVERY_S = 30.0
"""Chosen by eye; what a crash loses is statistics, never money."""

_log = logger("spared")


class SparedNotes:
    """Counts in memory, and adds to what is stored."""

    def __init__(self, spend: SpendLedger, now: Callable[[], datetime]) -> None:
        self._spend = spend
        self._now = now
        self._notes: Counter[tuple[date, str, Spared]] = Counter()

    def note(self, provider: str, why: Spared) -> None:
        """Count one call that was not made."""
        self._notes[self._now().date(), provider, why] += 1

    async def flush(self) -> None:
        """Store what was counted; what cannot be stored is counted on."""
        notes, self._notes = self._notes, Counter()
        if not notes:
            return
        try:
            await self._spend.add_spared(
                [SparedCalls(*key, calls=calls) for key, calls in notes.items()]
            )
        except BotError as exc:
            self._notes.update(notes)
            _log.error("spared.unwritten", error=str(exc))

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator["SparedNotes"]:
        """Store every half minute, and at the end."""
        task = asyncio.create_task(self._run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.flush()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await self.flush()
