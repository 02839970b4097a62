"""Where each registered queue lives while it is tried, and how it is opened there."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from bot.queue import Queue
from bot.queue.sqlite import SqliteQueue

RETRY = 0.02
"""Seconds between attempts, instead of production's."""


async def _sqlite(directory: Path) -> Queue:
    return await SqliteQueue.open(directory / "inbox.db", retry_after=lambda _: RETRY)


MAKERS: dict[str, Callable[[Path], Awaitable[Queue]]] = {"sqlite": _sqlite}
"""How to open each registered queue on the same place again and again."""


class Place:
    """Somewhere a queue lives; what is opened here finds what was left here."""

    def __init__(self, kind: str, directory: Path) -> None:
        self._make = MAKERS[kind]
        self._directory = directory
        self.opened = AsyncExitStack()

    async def open(self) -> Queue:
        queue = await self._make(self._directory)
        self.opened.push_async_callback(queue.close)
        return queue
