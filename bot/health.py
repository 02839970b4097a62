"""Whether every part can work, for ``/readyz`` and the metrics page."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from bot.errors import BotError
from bot.metrics import Metrics
from bot.policy.file import PolicyFile
from bot.ports import Platform
from bot.queue import Queue
from bot.storage.database import Database
from bot.storage.switch import Switch
from bot.warming import Warming


class Health:
    """Asks the parts."""

    def __init__(
        self,
        database: Database,
        switch: Switch,
        queue: Queue,
        policy: PolicyFile,
        platforms: Sequence[Platform],
        *,
        metrics: Metrics,
        warming: Warming,
    ) -> None:
        self._database = database
        self._switch = switch
        self._queue = queue
        self._policy = policy
        self._platforms = platforms
        self._metrics = metrics
        self._warming = warming

    async def missing(self) -> Mapping[str, str]:
        """What is not ready: part (analysis, database, queue, …) to what it lacks."""
        found: dict[str, str] = {}
        try:
            await self._switch.paused()
            if trouble := await self._database.trouble():
                found["database"] = trouble
        except BotError as exc:
            found["database"] = str(exc)
        if trouble := await self._queue.trouble():
            found["queue"] = trouble
        if self._policy.error:
            found["policy"] = self._policy.error
        if lacks := self._warming.lacks():
            found["analysis"] = lacks
        for platform in self._platforms:
            if why := platform.ready():
                found[platform.name] = why
        return found

    async def measure(self, stop: asyncio.Event) -> None:
        """Keep the gauges true until told to stop."""
        while not stop.is_set():
            # A database that is away for a while must not end the whole bot with the gauges.
            with suppress(BotError):
                stats = await self._queue.stats()
                self._metrics.waiting.set(stats.depth)
                self._metrics.parked.set(stats.parked)
                self._metrics.paused.set(await self._switch.paused())
            try:
                await asyncio.wait_for(stop.wait(), 5.0)
            except TimeoutError:
                continue
