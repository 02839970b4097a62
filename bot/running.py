"""Runs the application's tasks together, and stops them in order, within twenty seconds.

Platforms stop first, so that nothing new is accepted; then what is in flight is finished, and
the web pages go last. What is not finished in time is taken up at the next start.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence

from bot.errors import EnvironmentFailed
from bot.log import logger
from bot.ports import Accept, Platform

DRAIN_S = 12.0
"""Seconds for what is in flight. With the pages' five it stays below the twenty promised."""

_log = logger("running")
Task = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set."""


class Running:
    """One run, from start to stop."""

    def __init__(
        self,
        platforms: Sequence[Platform],
        accept: Accept,
        reread: Callable[[], None] = lambda: None,
    ) -> None:
        """``reread`` is called, in a thread of its own, when somebody sends SIGHUP."""
        self._platforms = platforms
        self._accept = accept
        self._reread = reread
        self.stop = asyncio.Event()

    async def until_stopped(
        self, work: Task, pages: Task, beside: Sequence[Task], ready: Callable[[], None]
    ) -> None:
        """Run ``work`` (the queue), ``pages`` (the web) and what is ``beside`` until told to stop.

        Raises:
            EnvironmentFailed: one of them ended by itself.
        """
        self._listen_for_signals()
        quiet, dark = asyncio.Event(), asyncio.Event()
        tasks = [asyncio.ensure_future(work(quiet)), asyncio.ensure_future(pages(dark))]
        tasks += [asyncio.ensure_future(task(quiet)) for task in beside]
        stopping = asyncio.ensure_future(self.stop.wait())
        try:
            for platform in self._platforms:
                await platform.start(self._accept)
            ready()
            await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._stop(tasks, quiet, dark)
            stopping.cancel()
        for task in tasks:
            if not task.cancelled() and (error := task.exception()):
                raise error

    async def _stop(
        self, tasks: Sequence["asyncio.Future[None]"], quiet: asyncio.Event, dark: asyncio.Event
    ) -> None:
        _log.info("stopping")
        for platform in self._platforms:
            await platform.stop()
        quiet.set()
        work, pages, *beside = tasks
        await asyncio.wait([work, *beside], timeout=DRAIN_S)
        dark.set()
        await asyncio.wait([pages], timeout=DRAIN_S / 2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        _log.info("stopped")

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop.set)
        # Sent by a terminal it means that the person is gone; sent to a service, to look again.
        if sys.stdin is None or not sys.stdin.isatty():
            loop.add_signal_handler(signal.SIGHUP, self._look_again, loop)

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        _log.info("looking_again")
        loop.run_in_executor(None, self._reread)


def never_ends(task: Task, name: str) -> Task:
    """A task whose ending before it was told to is a fault."""

    async def guarded(stop: asyncio.Event) -> None:
        await task(stop)
        if not stop.is_set():
            raise EnvironmentFailed(f"the {name} ended by itself; the log says more")

    return guarded
