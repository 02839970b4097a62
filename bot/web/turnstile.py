"""Lets so many in at once, so many more wait, and turns the rest away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class TooBusy(Exception):
    """Everyone who may wait is waiting already; come again in a few seconds."""


class Turnstile:
    """A semaphore whose queue has an end, so that load is refused rather than piled up."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._inside = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._here = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it.

        Raises:
            TooBusy: the queue is full.
        """
        if self._here >= self._room:
            raise TooBusy
        self._here += 1
        try:
            async with self._inside:
                yield
        finally:
            self._here -= 1
