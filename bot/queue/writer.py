"""One thread that owns the connection and commits what many callers want together.

A commit costs one wait for the disk however many rows it carries. While the thread waits, new
work piles up and becomes the next group: nobody waits for company, and a lone caller is not
slowed down.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

import structlog

from bot.errors import BotError, QueueFull
from bot.queue.faults import blames_a_row, in_words

_log = structlog.get_logger("bifocal.queue")

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
"""Reads and writes inside a transaction that is not its own. May be run twice: after a rollback."""

MOST_PIECES = 512
"""Pieces of work per commit. Beyond some hundred a group gains little (measured)."""
MOST_BYTES = 8 << 20
"""Bytes per commit, so that one group of giants does not hold up everyone else."""
MOST_WAITING = 64 << 20
"""Bytes that may wait in memory while the disk does not answer; beyond it ``QueueFull``."""


class _Piece(Protocol):
    size: int

    def perform(self, connection: sqlite3.Connection) -> None: ...
    def fail(self, error: Exception) -> None: ...
    def deliver(self) -> None: ...


class _Request(Generic[T]):
    """One caller's work, and the future it waits on."""

    __slots__ = ("_error", "_future", "_result", "_then", "_work", "size")

    def __init__(
        self, work: Work[T], future: asyncio.Future[T], size: int, then: Callable[[T], None] | None
    ) -> None:
        self.size = size
        self._work = work
        self._then = then
        self._future = future
        self._result: T
        self._error: Exception | None = None

    def perform(self, connection: sqlite3.Connection) -> None:
        self._result = self._work(connection)

    def fail(self, error: Exception) -> None:
        self._error = error

    def deliver(self) -> None:
        if self._error is None and self._then is not None:
            self._then(self._result)
        if self._future.done():  # its caller gave up; what was committed stays committed
            return
        if self._error is None:
            self._future.set_result(self._result)
        else:
            self._future.set_exception(self._error)


class Writer:
    """Runs work in one thread, in order, in as few commits as it can, for one event loop."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._path = path
        self._inbox: SimpleQueue[_Piece | None] = SimpleQueue()
        self._outbox: list[_Piece] = []
        self._waiting = 0
        self._closed = False
        self.trouble: str | None = None
        """Why the last commit failed, as far as it was not a job's own fault; None if it did not.
        """
        # A daemon: leaving without close() is no worse than a power cut, which must be safe.
        self._thread = threading.Thread(target=self._run, name="queue-writer", daemon=True)
        self._thread.start()

    def check_room(self, size: int) -> None:
        """Refuse ``size`` bytes more while too many wait for the disk.

        Raises:
            QueueFull: nothing was kept.
        """
        if self._waiting + size > MOST_WAITING:
            raise QueueFull(f"the disk of {self._path} is too slow; too many posts wait for it")

    def do(
        self, work: Work[T], size: int = 0, then: Callable[[T], None] | None = None
    ) -> asyncio.Future[T]:
        """Have ``work`` run and committed; the future is done after the commit.

        Its errors: QueueFull (cannot be written now, nothing was), ValueError (never can be),
        EnvironmentFailed (the file is damaged). ``size`` is the bytes it writes. ``then`` is
        called in the loop after the commit, even if the caller no longer waits for it.
        """
        if self._closed:
            raise QueueFull(f"the queue {self._path} is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting += size
        if not self._outbox:
            # All that is asked in one turn of the loop goes over at once: woken by the first,
            # the thread would commit that one alone.
            self._loop.call_soon(self._hand_over)
        self._outbox.append(_Request(work, future, size, then))
        return future

    def _hand_over(self) -> None:
        for piece in self._outbox:
            self._inbox.put(piece)
        self._outbox.clear()

    async def close(self) -> None:
        """Finish what was asked for, then close the connection."""
        if not self._closed:
            self._closed = True
            self._hand_over()
            self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._next_group()
            self._commit(group)
            self._answer(group)
        self._connection.close()

    def _next_group(self) -> tuple[list[_Piece], bool]:
        """Wait for work; return it with whether there will be more."""
        piece = self._inbox.get()
        group: list[_Piece] = []
        size = 0
        while piece is not None:
            group.append(piece)
            size += piece.size
            if len(group) >= MOST_PIECES or size >= MOST_BYTES:
                return group, True
            try:
                piece = self._inbox.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _commit(self, group: Sequence[_Piece]) -> None:
        error = self._try(group)
        if error is None:
            self._well()
            return
        if len(group) > 1 and blames_a_row(error):
            # One of them is bad: each for itself, so that only that one is refused.
            for piece in group:
                self._commit([piece])
            return
        told = in_words(error, self._path)
        if isinstance(told, BotError):
            self._ill(str(told))
        for piece in group:
            piece.fail(told)

    def _well(self) -> None:
        if self.trouble is not None:
            self.trouble = None
            _log.info("queue_recovered")

    def _ill(self, why: str) -> None:
        if self.trouble is None:
            _log.error("queue_cannot_accept", reason=why)
        self.trouble = why

    def _try(self, group: Sequence[_Piece]) -> Exception | None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for piece in group:
                piece.perform(self._connection)
            self._connection.execute("COMMIT")
        except Exception as exc:  # noqa: BLE001 - whatever work raises is its caller's to see
            self._roll_back()
            return exc
        return None

    def _roll_back(self) -> None:
        # SQLite has rolled back by itself after some errors; a second time would be one more.
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _answer(self, group: Sequence[_Piece]) -> None:
        # One wake-up of the loop for the whole group, not one for each caller.
        # RuntimeError: the loop ended before its callers heard; what was committed stays.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._deliver, group)

    def _deliver(self, group: Sequence[_Piece]) -> None:
        for piece in group:
            self._waiting -= piece.size
            piece.deliver()
