"""The embedded queue: intake and runner over one SQLite file, in one process."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from bot.errors import EnvironmentFailed, Misconfigured, QueueFull
from bot.jobs import Handler, Job, Parked
from bot.queue import rows
from bot.queue.database import SCHEMA, cannot_open, connect, open_database
from bot.queue.dispatch import Dispatcher, backoff
from bot.queue.faults import in_words
from bot.queue.lock import FileLock
from bot.queue.port import QueueStats
from bot.queue.shelf import Figures, SqliteShelf
from bot.queue.writer import MOST_BYTES, MOST_PIECES, Writer

T = TypeVar("T")

LARGEST_BODY = 4 << 20
"""Letters of JSON. A megabyte of text, each letter escaped, still fits."""
KEEP_SETTLED_SECONDS = 30 * 24 * 3600.0
"""How long a key is known after its job is done; as long as records are kept by default."""
_LANES = ("live", "backlog")


def steady_clock() -> Callable[[], float]:
    """Unix seconds that never jump while the process runs, whatever is done to the clock."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


class SqliteQueue:
    """A durable queue in one file, for one process. Open it with ``open`` or ``from_url``."""

    def __init__(self, path: Path, opened: "_Opened", options: "_Options") -> None:
        self._path = path
        self._lock = opened.lock
        self._clock = options.clock
        self._retry_after = options.retry_after
        self._figures = Figures(depth=opened.found.depth, parked=opened.found.parked)
        self._wake = asyncio.Event()
        self._reading = threading.Lock()
        self._reader = opened.reader
        self._writer = Writer(opened.database, path)
        self._shelf = SqliteShelf(
            self._writer,
            options.clock,
            keep_settled=options.keep_settled,
            figures=self._figures,
            wake=self._wake,
        )

    @classmethod
    async def from_url(cls, url: str) -> Self:
        """Open ``sqlite:///relative.db`` or ``sqlite:////absolute.db``.

        Raises:
            Misconfigured: the URL names no file.
            EnvironmentFailed: it cannot be opened, or another process has it.
        """
        _, found, name = url.partition(":///")
        if not found or not name:
            raise Misconfigured(
                f"[queue] url {url!r} names no file; write it as sqlite:///data/inbox.db"
            )
        return await cls.open(Path(name))

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        clock: Callable[[], float] | None = None,
        retry_after: Callable[[int], float] = backoff,
        keep_settled: float = KEEP_SETTLED_SECONDS,
    ) -> Self:
        """Open the queue at ``path``, making it where there is none.

        ``clock`` gives Unix seconds; ``retry_after`` the seconds to wait after the n-th failure;
        ``keep_settled`` is how many seconds a finished job's key is remembered.

        Raises:
            EnvironmentFailed: it cannot be written, is damaged, is no queue, is newer than this
                version, or another process has it. One sentence, with what to do.
        """
        options = _Options(clock or steady_clock(), retry_after, keep_settled)
        return cls(path, await asyncio.to_thread(_open, path, options.clock()), options)

    async def accept(self, jobs: Sequence[Job]) -> set[str]:
        """Commit the jobs and return the keys that were new. Safe to call twice.

        Raises:
            QueueFull: the disk is full, too slow, or the file is locked; it works again by
                itself. Nothing was kept of the jobs that raise; the others may have been.
            ValueError: a job can never be kept (no key, no such lane, too large, not UTF-8);
                the others were.
            EnvironmentFailed: the file is damaged.
        """
        if len(jobs) == 1 and _fault(jobs[0]) is None:  # how platforms call: keep it quick
            return await self._shelf.insert(jobs, len(jobs[0].body))
        new: set[str] = set()
        good, refused = _sorted_out(jobs)
        for group, size in _groups(good):
            try:
                new |= await self._shelf.insert(group, size)
            except ValueError:
                # One of them is bad: each for itself, so that only that one is refused.
                for job in group:
                    try:
                        new |= await self._shelf.insert([job], len(job.body))
                    except ValueError as exc:
                        refused = refused or ValueError(f"job {job.key!r}: {exc}")
        if refused is not None:
            raise refused
        return new

    async def serve(self, handle: Handler, concurrency: int, stop: asyncio.Event) -> None:
        """Hand jobs to ``handle``, ``concurrency`` at a time, until ``stop`` is set.

        Then finish what is in flight, however long it takes: the caller bounds it by cancelling,
        which gives unfinished jobs back at no cost to them. At most one ``serve`` at a time.
        """
        await Dispatcher(self._shelf, handle, concurrency, self._wake, self._retry_after).run(stop)

    async def parked(self) -> Sequence[Parked]:
        """Every parked job, newest first."""
        return [
            Parked(Job(key, body, attempts, lane), reason, datetime.fromtimestamp(at, UTC))
            for key, body, attempts, lane, reason, at in await self._read(rows.parked)
        ]

    async def redrive(self, key: str) -> bool:
        """Let a parked job be tried again, its attempts forgotten; False if it is not parked."""
        return await self._shelf.redrive(key)

    async def forget_parked(self, before: datetime) -> int:
        """Delete jobs that were set aside before then, with their bodies; how many."""
        return await self._shelf.forget_parked(before.timestamp())

    async def erase(self, unwanted: Callable[[str, str], bool], keys: Sequence[str]) -> int:
        """Delete every job whose key and body are ``unwanted``, and keys of settled jobs.

        ``keys`` are refs as ``str`` writes them. Afterwards no file of the queue holds them.
        Not to be called while ``serve`` runs. Returns how many jobs went.

        Raises:
            EnvironmentFailed: the file could not be written anew.
        """
        gone = await self._shelf.forget(unwanted, keys)
        await self._read(lambda _: _compact(self._path))
        return gone

    async def depth(self) -> int:
        """How many jobs wait or are in flight."""
        return self._figures.depth

    async def stats(self) -> QueueStats:
        """Counters since it was opened, and how it stands now."""
        accepted = await self._read(rows.oldest)
        age = 0.0 if accepted is None else max(0.0, self._clock() - accepted)
        return QueueStats(**vars(self._figures), oldest_seconds=age)

    async def trouble(self) -> str | None:
        """Why nothing can be accepted now; None when it can."""
        if self._writer.trouble:
            with suppress(QueueFull, EnvironmentFailed):
                # Writes the file's first page as it is: nothing but a page is needed to try.
                await self._writer.do(lambda db: db.execute(f"PRAGMA user_version = {SCHEMA}"))
        return self._writer.trouble

    async def close(self) -> None:
        """Commit what is under way and let go of the file. What was accepted stays."""
        await self._writer.close()
        with self._reading:
            self._reader.close()
        self._lock.release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        # Beside the writer: a lock someone else holds on the file must not stop the metrics.
        def run() -> T:
            with self._reading:
                return query(self._reader)

        try:
            return await asyncio.to_thread(run)
        except sqlite3.Error as exc:
            raise in_words(exc, self._path) from exc


@dataclass(frozen=True, slots=True)
class _Options:
    clock: Callable[[], float]
    retry_after: Callable[[int], float]
    keep_settled: float


@dataclass(frozen=True, slots=True)
class _Opened:
    lock: FileLock
    database: sqlite3.Connection
    reader: sqlite3.Connection
    found: rows.Found


def _open(path: Path, now: float) -> _Opened:
    with ExitStack() as undo:
        lock = undo.enter_context(FileLock(path))
        database = undo.enter_context(closing(open_database(path)))
        try:
            database.execute("BEGIN IMMEDIATE")
            found = rows.recover(database, now)
            database.execute("COMMIT")
            reader = connect(path)
            reader.execute("PRAGMA query_only = ON")
        except sqlite3.Error as exc:
            raise cannot_open(path, exc) from exc
        undo.pop_all()
    return _Opened(lock, database, reader, found)


def _compact(path: Path) -> None:
    with closing(connect(path)) as db:
        db.execute("VACUUM")
        (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("database is locked")


def _groups(jobs: Sequence[Job]) -> Iterator[tuple[Sequence[Job], int]]:
    """Cut what comes in one call into pieces that fit a commit, with the size of each."""
    group: list[Job] = []
    size = 0
    for job in jobs:
        if group and (len(group) >= MOST_PIECES or size + len(job.body) > MOST_BYTES):
            yield group, size
            group, size = [], 0
        group.append(job)
        size += len(job.body)
    if group:
        yield group, size


def _sorted_out(jobs: Sequence[Job]) -> tuple[list[Job], ValueError | None]:
    """Those that can be kept, and what is wrong with the first that cannot."""
    good: list[Job] = []
    refused: ValueError | None = None
    for job in jobs:
        if fault := _fault(job):
            refused = refused or ValueError(f"job {job.key!r}: {fault}")
        else:
            good.append(job)
    return good, refused


def _fault(job: Job) -> str | None:
    if not job.key:
        return "it has no key"
    if job.lane not in _LANES:
        return f"its lane must be one of {', '.join(_LANES)}, got {job.lane!r}"
    if len(job.body) > LARGEST_BODY:
        return f"its body is {len(job.body)} long, more than {LARGEST_BODY}"
    return None
