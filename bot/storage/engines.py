"""SQLAlchemy's engines: many connections that read, and one place where writes happen."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.storage.trouble import broken_off

T = TypeVar("T")

BUSY_SECONDS = 5
"""How long one process waits for another's write; ours last milliseconds."""
READERS = 4
"""Reading connections on SQLite; chosen by eye: the desk's pages, the API, the journey."""
ASKERS = 2
"""Threads that each answer a whole question; chosen by eye, as many as small machines have cores.
"""
POOL_SECONDS = 10
"""How long to wait for one of them; chosen by eye, far beyond any answer of ours."""
POOL = 5
"""Connections to PostgreSQL; managed plans count them."""


class Engines(Protocol):
    """Both sides of one database."""

    @property
    def readers(self) -> AsyncEngine:
        """Connections that only read."""
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do several reads that see the same moment, without coming back in between."""
        ...

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Do the work in one transaction and commit."""
        ...

    async def compact(self) -> None:
        """Overwrite what was deleted, so that no file of the database holds it any more."""
        ...

    async def dispose(self) -> None:
        """Close every connection."""
        ...


class SqliteEngines:
    """One connection writes, in a thread of its own; a whole transaction is one hop there.

    Hopping to a thread and back for each of a record's forty calls costs more than the calls
    (measured: 3.8 ms of CPU a record against 1.5 ms).
    """

    def __init__(self, where: URL) -> None:
        self.readers = create_async_engine(
            where, pool_size=READERS, max_overflow=0, pool_timeout=POOL_SECONDS
        )
        _prepare(self.readers.sync_engine, begin="BEGIN", writes=False)
        here = where.set(drivername="sqlite+pysqlite")
        self._asked = create_engine(here, pool_size=ASKERS, max_overflow=0)
        _prepare(self._asked, begin="BEGIN", writes=False)
        self._askers = ThreadPoolExecutor(ASKERS, thread_name_prefix="storage-read")
        self._writer = create_engine(here, pool_size=1, max_overflow=0)
        _prepare(self._writer, begin="BEGIN IMMEDIATE", writes=True)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="storage")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do the work in a thread for readers."""

        def run() -> T:
            with self._asked.connect() as conn:
                return work(conn)

        return await asyncio.get_running_loop().run_in_executor(self._askers, run)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Do the work in the writer's thread."""

        def run() -> T:
            with self._writer.begin() as conn:
                return work(conn)

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)

    async def compact(self) -> None:
        """Write the file anew without what was deleted, and empty the WAL.

        Raises:
            OperationalError: another process reads or writes; what is in the WAL may stand there.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._compact)

    def _compact(self) -> None:
        with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            db = conn.connection.driver_connection
            if not isinstance(db, sqlite3.Connection):  # the engine's own driver
                raise TypeError(f"not SQLite: {db!r}")
            db.execute("VACUUM")
            (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("database is locked")

    async def dispose(self) -> None:
        """Close every connection, the writer's last: it folds the WAL into the file."""
        await self.readers.dispose()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._askers, self._asked.dispose)
        self._askers.shutdown()
        await loop.run_in_executor(self._thread, self._writer.dispose)
        self._thread.shutdown()


class PostgresEngines:
    """One pool for both sides."""

    def __init__(self, where: URL) -> None:
        self.readers = create_async_engine(
            where,
            pool_size=POOL,
            max_overflow=0,
            pool_pre_ping=True,
            pool_timeout=POOL_SECONDS,
        )

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do the work on a connection of the pool, without blocking the event loop."""
        async with self.readers.connect() as conn:
            return await conn.run_sync(work)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Do the work on a connection of the pool, without blocking the event loop.

        Once more where the server went away, or broke a deadlock, before the commit: nothing of
        it was kept. What became of a commit that fails is not known, and is the caller's to find.
        """
        async with self.readers.connect() as conn:
            try:
                done = await conn.run_sync(work)
            except DBAPIError as exc:
                if not broken_off(exc):
                    raise
            else:
                await conn.commit()
                return done
        async with self.readers.begin() as conn:
            return await conn.run_sync(work)

    async def compact(self) -> None:
        """Free what was deleted; the server overwrites it, and its own WAL, in its own time."""
        async with self.readers.connect() as conn:
            alone = await conn.execution_options(isolation_level="AUTOCOMMIT")
            await alone.exec_driver_sql("VACUUM")

    async def dispose(self) -> None:
        """Close every connection."""
        await self.readers.dispose()


def _prepare(engine: Engine, *, begin: str, writes: bool) -> None:
    """Set SQLite's switches on each connection, and begin transactions ourselves.

    Left to itself the driver begins late and commits before DDL; a writer that begins late can
    be refused in the middle of its transaction, whatever the busy timeout.
    """
    pragmas = [
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "synchronous=FULL",
        "journal_mode=WAL" if writes else "query_only=ON",
    ]

    @event.listens_for(engine, "connect")
    def connect(dbapi_connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(conn: Connection) -> None:
        conn.exec_driver_sql(begin)
