"""The queue's rows as the rest sees them: what is done to a job, committed and counted."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.jobs import Job
from bot.queue import rows
from bot.queue.rows import Taken
from bot.queue.writer import Writer

SHORTEST_DELAY = 0.05
"""Seconds, so that ``Later(0)`` does not spin."""


@dataclass
class Figures:
    """``QueueStats`` as it grows; touched only in the event loop, after the commit."""

    accepted: int = 0
    duplicates: int = 0
    settled: int = 0
    retried: int = 0
    put_off: int = 0
    parked: int = 0
    depth: int = 0


class SqliteShelf:
    """``bot.queue.dispatch.Shelf`` over one writer, and the way in.

    ``wake`` is set when a job may have become ready to take.
    """

    def __init__(
        self,
        writer: Writer,
        clock: Callable[[], float],
        *,
        keep_settled: float,
        figures: Figures,
        wake: asyncio.Event,
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._keep_settled = keep_settled
        self._figures = figures
        self._wake = wake

    def insert(self, jobs: Sequence[Job], size: int) -> asyncio.Future[set[str]]:
        """Keep jobs, ``size`` letters in all; the new keys once they are committed."""

        def then(new: set[str]) -> None:
            self._figures.accepted += len(new)
            self._figures.duplicates += len(jobs) - len(new)
            self._figures.depth += len(new)
            if new:
                self._wake.set()

        self._writer.check_room(size)
        now = self._clock()
        return self._writer.do(lambda db: rows.insert(db, jobs, now), size, then)

    async def take(
        self, backlog_first: int, most: int, backlog_most: int, *, suspect: bool
    ) -> tuple[list[Taken], float | None]:
        """Take up to ``most`` jobs; also the seconds until the next one is due, if one waits."""
        now = self._clock()

        def work(db: sqlite3.Connection) -> tuple[list[Taken], float | None]:
            taken = rows.take_suspect(db, now) if suspect else []
            taken += rows.take(db, "backlog", min(backlog_first, most - len(taken)), now)
            first = len(taken)
            taken += rows.take(db, "live", most - len(taken), now)
            more = min(most - len(taken), backlog_most - first)
            taken += rows.take(db, "backlog", more, now)
            due = rows.next_due(db, now)
            return taken, due

        taken, due = await self._writer.do(work)
        return taken, None if due is None else due - now

    async def settle(self, taken: Taken) -> None:
        """Finish it."""
        now = self._clock()

        def then(_: None) -> None:
            self._figures.settled += 1
            self._figures.depth -= 1

        await self._writer.do(
            lambda db: rows.settle(db, taken.id, now, now - self._keep_settled), then=then
        )

    async def put_off(self, taken: Taken, seconds: float, reason: str) -> None:
        """Bring it again later; it costs no attempt."""

        def then(_: None) -> None:
            self._figures.put_off += 1

        due = self._due(seconds)
        await self._writer.do(
            lambda db: rows.put_back(db, taken.id, due, reason or "put off", costs_attempt=False),
            then=then,
        )

    async def retry(self, taken: Taken, seconds: float, reason: str) -> None:
        """Bring it again later; the attempt counts."""

        def then(_: None) -> None:
            self._figures.retried += 1

        due = self._due(seconds)
        await self._writer.do(
            lambda db: rows.put_back(db, taken.id, due, reason, costs_attempt=True), then=then
        )

    async def park(self, taken: Taken, reason: str) -> None:
        """Set it aside."""
        now = self._clock()

        def then(_: None) -> None:
            self._figures.parked += 1
            self._figures.depth -= 1

        await self._writer.do(lambda db: rows.park(db, taken.id, now, reason), then=then)

    async def release(self, taken: Sequence[Taken]) -> None:
        """Give back what was taken and not finished."""
        await self._writer.do(lambda db: rows.release(db, [one.id for one in taken]))

    async def redrive(self, key: str) -> bool:
        """Let a parked job wait again; False if it is not parked."""
        now = self._clock()

        def then(done: bool) -> None:  # noqa: FBT001 - the shape of a result
            if done:
                self._figures.parked -= 1
                self._figures.depth += 1
                self._wake.set()

        return await self._writer.do(lambda db: rows.redrive(db, key, now), then=then)

    async def forget_parked(self, before: float) -> int:
        """Delete what was parked before then; how many."""

        def then(gone: int) -> None:
            self._figures.parked -= gone

        return await self._writer.do(lambda db: rows.forget_parked(db, before), then=then)

    async def forget(self, unwanted: Callable[[str, str], bool], keys: Sequence[str]) -> int:
        """Delete jobs by key and body, and what is remembered of settled ones; how many jobs."""

        def work(db: sqlite3.Connection) -> tuple[int, rows.Found]:
            return rows.forget(db, unwanted, keys), rows.count(db)

        def then(done: tuple[int, rows.Found]) -> None:
            self._figures.depth, self._figures.parked = done[1].depth, done[1].parked

        return (await self._writer.do(work, then=then))[0]

    def _due(self, seconds: float) -> float:
        # In this order NaN becomes the shortest delay.
        return self._clock() + min(max(SHORTEST_DELAY, seconds), rows.LONGEST_DELAY)
