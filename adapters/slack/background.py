"""Work that goes on after Slack had its acknowledgement, and is finished before we stop."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.errors import BotError
from bot.log import logger

_log = logger("slack")
DRAIN_S = 5.0
"""Seconds for what is under way at a stop; chosen by eye below the twenty promised in all."""
T = TypeVar("T")


class Background:
    """Holds on to tasks, so that none is lost and no error goes unsaid."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._idle: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, T], name: str) -> "asyncio.Task[T]":
        """Begin, and go on."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def start_idle(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Begin something that mostly waits: a stop does not wait for it."""
        self._idle.add(self.start(work, name))

    async def drain(self) -> None:
        """Wait a while for what is under way; end the rest."""
        if working := self._tasks - self._idle:
            await asyncio.wait(working, timeout=DRAIN_S)
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        self._idle.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, BotError):
            _log.warning("slack.failed", what=task.get_name(), reason=str(error))
        else:
            _log.error("slack.broke", what=task.get_name(), exc_info=error)
