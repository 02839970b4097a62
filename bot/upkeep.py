"""What is done now and then beside the work.

Finishing what an overturn could not finish, putting before a person what was given up on,
watching that no bank entry matches what it should not, forgetting what was kept long enough, and
sealing anew under a new key.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.every import every
from bot.jobs import Runner
from bot.journey.giving_up import GivenUp
from bot.log import logger
from bot.review.desk import Desk

EVERY_S = 5.0
"""Chosen by eye: soon enough for a person who waits for a post to be judged."""

_log = logger("upkeep")


class Upkeep:
    """Runs until told to stop."""

    def __init__(
        self,
        desk: Desk,
        queue: Runner,
        given_up: GivenUp,
        chores: Sequence[Callable[[], Awaitable[object]]] = (),
    ) -> None:
        """``chores`` take a short turn each time: forgetting what is old, sealing anew."""
        self._desk = desk
        self._queue = queue
        self._given_up = given_up
        self._chores = chores

    async def run(self, stop: asyncio.Event) -> None:
        """Take up what was left, at start and every few seconds."""
        await every(EVERY_S, self._turn, stop, "upkeep.failed")

    async def _turn(self) -> None:
        await self._given_up.told_of(await self._queue.parked())
        if left := await self._desk.resume():
            _log.info("undo.left", number=len(left))
        for chore in self._chores:
            await chore()
