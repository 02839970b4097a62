"""Warms the core up beside everything else, and says while it is not done yet."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.log import logger

_log = logger("warming")


class Warming:
    """One warm-up. Posts are judged meanwhile, only the first of them later than usual."""

    def __init__(self, warm: Callable[[], Awaitable[object]]) -> None:
        self._warm = warm
        self._done = False

    def lacks(self) -> str:
        """What is not ready, empty once it is: for ``/readyz``."""
        return "" if self._done else "warming up"

    async def run(self, stop: asyncio.Event) -> None:
        """Warm up, then do nothing until told to stop."""
        warming = asyncio.ensure_future(self._warm())
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([warming, stopped], return_when=asyncio.FIRST_COMPLETED)
            if warming.done():
                warming.result()
                self._done = True
                _log.info("warm")
                await stopped
        finally:
            warming.cancel()
            stopped.cancel()
