"""What is done now and then beside the work.

Finishing what an overturn could not finish, putting before a person what was given up on, and
watching that no bank entry matches what it should not.
"""

import asyncio

from bot.errors import BotError
from bot.journey.giving_up import GivenUp
from bot.log import logger
from bot.ports import Runner
from bot.review.desk import Desk
from bot.review.teaching import Teacher

EVERY_S = 5.0
"""Chosen by eye: soon enough for a person who waits for a post to be judged."""

_log = logger("upkeep")


class Upkeep:
    """Runs until told to stop."""

    def __init__(self, desk: Desk, queue: Runner, given_up: GivenUp, teacher: Teacher) -> None:
        self._desk = desk
        self._queue = queue
        self._given_up = given_up
        self._teacher = teacher

    async def run(self, stop: asyncio.Event) -> None:
        """Take up what was left, at start and every few seconds."""
        while not stop.is_set():
            try:
                await self._given_up.told_of(await self._queue.parked())
                await self._teacher.watch()
                if left := await self._desk.resume():
                    _log.info("undo.left", number=len(left))
            except BotError as exc:
                _log.error("upkeep.failed", error=str(exc))
            try:
                await asyncio.wait_for(stop.wait(), EVERY_S)
            except TimeoutError:
                continue
