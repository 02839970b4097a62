"""How fast posts are accepted, against raw sqlite3 that writes the same rows as durably.

Raw is a plain loop over one connection (WAL, synchronous FULL, the queue's own columns and
indexes): one row per commit for one caller, and for a hundred callers a hundred rows per commit,
which is what a hundred callers could share at best. Both sides run in turn, round by round, on
the same disk; the figure is the median of the rounds' ratios.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from itertools import count
from pathlib import Path
from statistics import median

from bench.figures import Figure
from bot.jobs import Job
from bot.queue.database import open_database
from bot.queue.sqlite import SqliteQueue

ROUNDS = 7
SINGLE = 150
"""Accepts per round of the one caller."""
CALLERS = 100
EACH = 30
"""Accepts per round of each of the hundred."""
BODY = "x" * 700
"""As large as a packed message with one attachment, about."""

_keys = count()
_INSERT = "INSERT OR IGNORE INTO jobs (key, lane, due, accepted, body) VALUES (?, 'live', ?, ?, ?)"


def some_jobs(number: int) -> list[Job]:
    """Jobs with keys as platforms make them, none seen before."""
    return [Job(f"discord:100000:200000:{next(_keys):019}@0", BODY) for _ in range(number)]


def raw(database: sqlite3.Connection, jobs: Sequence[Job], per_commit: int) -> float:
    """Rows per second of a plain loop."""
    began = time.perf_counter()
    for start in range(0, len(jobs), per_commit):
        now = time.time()
        database.execute("BEGIN IMMEDIATE")
        for job in jobs[start : start + per_commit]:
            database.execute(_INSERT, (job.key, now, now, job.body))
        database.execute("COMMIT")
    return len(jobs) / (time.perf_counter() - began)


async def ours(queue: SqliteQueue, jobs: Sequence[Job], callers: int) -> float:
    """Accepts per second of so many callers, each waiting for its own to be durable."""

    async def caller(mine: Sequence[Job]) -> None:
        for job in mine:
            assert await queue.accept([job]) == {job.key}

    began = time.perf_counter()
    await asyncio.gather(*(caller(jobs[lot::callers]) for lot in range(callers)))
    return len(jobs) / (time.perf_counter() - began)


async def run() -> list[Figure]:
    """Measure; takes some seconds. The files are made in the working directory's disk."""
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix=".bench-", dir="."))
        database = stack.enter_context(closing(open_database(Path(directory, "raw.db"))))
        queue = await SqliteQueue.open(Path(directory, "inbox.db"))
        await stack.enter_async_context(queue)
        one = await _compare(database, queue, "1 caller", 1, SINGLE)
        many = await _compare(database, queue, f"{CALLERS} callers", CALLERS, CALLERS * EACH)
    return [*one, *many]


async def _compare(
    database: sqlite3.Connection, queue: SqliteQueue, name: str, callers: int, number: int
) -> list[Figure]:
    rounds: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        floor = raw(database, some_jobs(number), per_commit=callers)
        rounds.append((await ours(queue, some_jobs(number), callers), floor))
    speed = median(mine for mine, _ in rounds)
    floor = median(bare for _, bare in rounds)
    ratio = median(mine / bare for mine, bare in rounds)
    return [
        Figure(
            f"intake, {name}: accepts against raw sqlite3", ratio, "x", 0.5, higher_is_better=True
        ),
        Figure(f"intake, {name}: accepts", speed, "1/s", note=f"raw sqlite3: {floor:.0f}/s"),
    ]
