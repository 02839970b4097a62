"""What is done now and then beside the work: finishing what an overturn could not finish."""

import asyncio

from bot.errors import BotError
from bot.log import logger
from bot.review.desk import Desk

EVERY_S = 30.0
"""Chosen by eye: an absent platform is usually back within minutes."""

_log = logger("upkeep")


class Upkeep:
    """Runs until told to stop."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, stop: asyncio.Event) -> None:
        """Take up what was left, at start and every half minute."""
        while not stop.is_set():
            try:
                left = await self._desk.resume()
                if left:
                    _log.info("undo.left", number=len(left))
            except BotError as exc:
                _log.error("upkeep.failed", error=str(exc))
            try:
                await asyncio.wait_for(stop.wait(), EVERY_S)
            except TimeoutError:
                continue
