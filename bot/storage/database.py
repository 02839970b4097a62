"""The door to the database: opening, migrating, reading, writing, and errors with their fix."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import wal
from bot.errors import EnvironmentFailed, Misconfigured
from bot.log import logger
from bot.storage.engines import Engines, PostgresEngines, SqliteEngines
from bot.storage.migrations import migrate
from bot.storage.trouble import explain
from bot.storage.writer import Work, Writer

T = TypeVar("T")
_log = logger("storage")

CHECKED_BYTES = 64 * 2**20
"""Up to this size the whole file is checked at start (about 0.2 s); beyond it, its length."""

SMALLEST = 4096
"""A file of one page has no table: a database that was never folded out of its WAL."""

OUR_MISTAKES = (DataError, IntegrityError, ProgrammingError)
"""Errors of a statement, which no machine's owner could mend: they are not explained away."""

DRIVERS = ("sqlite+aiosqlite", "postgresql+psycopg")


class Database:
    """One database, with many readers and one writer. Made by ``Database.open``."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._url = engines.readers.url
        self._writer = Writer(engines.transact)
        self._trouble: str | None = None

    @classmethod
    async def open(cls, url: str, *, upgrade: bool = True) -> Self:
        """Connect, check the file, and bring the schema up to date.

        Raises:
            Misconfigured: the URL is not one we can use.
            EnvironmentFailed: unwritable, corrupt, locked, unreachable or of a newer schema.
        """
        where = _parse(url)
        engines = _engines(where)
        try:
            if where.get_backend_name() == "sqlite":
                await _check_file(where, engines)
            await engines.transact(lambda conn: migrate(conn, upgrade=upgrade))
        except (DBAPIError, OSError) as exc:
            await engines.dispose()
            raise explain(exc, where) from exc
        except BaseException:
            await engines.dispose()
            raise
        return cls(engines)

    async def close(self) -> None:
        """Finish the writes that wait and let go of the file."""
        await self._writer.close()
        await self._engines.dispose()

    async def revision(self) -> str:
        """The schema's revision, such as ``0001``."""
        query = text("SELECT version_num FROM alembic_version")
        async with self.reading() as conn:
            return str((await conn.execute(query)).scalar_one())

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._url.get_backend_name()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose reads all see the same moment.

        Raises:
            EnvironmentFailed: the database does not answer as it should.
        """
        with self._told():
            async with self._engines.readers.connect() as conn:
                yield conn

    async def read(self, work: Work[T]) -> T:
        """Do several reads in one go, beside the event loop; they all see the same moment.

        Where an answer takes many rows or statements this is faster than ``reading``: nothing
        comes back to the loop in between, which on a busy machine costs more than the reads.

        Raises:
            EnvironmentFailed: the database does not answer as it should.
        """
        with self._told():
            return await self._engines.read(work)

    async def write(self, work: Work[T]) -> T:
        """Do the work in a transaction that other writes may share; return after the commit.

        Raises:
            EnvironmentFailed: the database does not answer as it should; nothing was written.
        """
        try:
            with self._told():
                done = await self._writer.write(work)
        except EnvironmentFailed as exc:
            if self._trouble is None:
                _log.error("storage.cannot_write", reason=str(exc))
            self._trouble = str(exc)
            raise
        if self._trouble is not None:
            _log.info("storage.recovered")
        self._trouble = None
        return done

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell a driver's error in words; our own mistakes stay what they are."""
        try:
            yield
        except OUR_MISTAKES:
            raise
        except DBAPIError as exc:
            raise explain(exc, self._url) from exc
        except PoolTimeout as exc:
            raise EnvironmentFailed(
                "Every connection to the database is busy, and has been for a while. If it stays "
                "so, the database is too slow for what is asked of it."
            ) from exc

    async def trouble(self) -> str | None:
        """Why nothing can be written now, in words for whoever runs it; None when it can.

        Where the last write failed this tries one, so that it ends by itself.
        """
        if self._trouble is not None:
            same = text("UPDATE alembic_version SET version_num = version_num")
            with suppress(EnvironmentFailed):
                await self.write(lambda conn: conn.execute(same).rowcount)
        return self._trouble

    async def compact(self) -> None:
        """Overwrite what was deleted, so that no file of the database holds it any more.

        Raises:
            EnvironmentFailed: another process has the database open, or the disk is full.
        """
        try:
            await self._engines.compact()
        except (DBAPIError, sqlite3.Error) as exc:
            raise EnvironmentFailed(
                f"What was deleted from {self._url.database} may still stand in its files: {exc}. "
                f"Stop other programs that use it, free as much disk as it has, and try again."
            ) from exc


def _parse(url: str) -> URL:
    try:
        where = make_url(url)
    except ArgumentError as exc:
        raise Misconfigured("storage.url is not a database URL") from exc
    if where.drivername not in DRIVERS:
        raise Misconfigured(
            f"storage.url must begin with {' or '.join(d + '://' for d in DRIVERS)}, "
            f"got {where.drivername}://"
        )
    if where.drivername == DRIVERS[0] and where.database in {None, "", ":memory:"}:
        raise Misconfigured("storage.url must name a file: memory is forgotten at every start")
    return where


def _engines(where: URL) -> Engines:
    if where.get_backend_name() == "sqlite":
        return SqliteEngines(where)
    return PostgresEngines(where)


async def _check_file(where: URL, engines: Engines) -> None:
    """Refuse a file that lost its end or its heart, rather than start on what is left."""
    path = Path(str(where.database))
    size, log = await asyncio.to_thread(_prepare_place, path)
    if size is None and log.there:
        raise EnvironmentFailed(
            f"The database {path} is gone, but not its -wal beside it. Put the database or a "
            f"backup in its place, or move the -wal away to start anew."
        )
    if not log.readable:
        raise EnvironmentFailed(
            f"{wal.beside(path)} is damaged: what was written last to {path} stood in it. Put a "
            f"backup of both in place, or move the -wal away to go on without it."
        )
    if size == 0:
        raise EnvironmentFailed(
            f"The database {path} is empty (0 bytes), so what it held is lost. Put a backup in "
            f"its place, or delete the file to start anew."
        )
    if size is None:
        return
    if log.lost and size <= SMALLEST:
        raise EnvironmentFailed(
            f"All that {path} held stood in its -wal, which is damaged. Put a backup of both in "
            f"place, or move both away to start anew."
        )
    if size > CHECKED_BYTES:
        return
    found = await engines.transact(
        lambda conn: conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    )
    if found != "ok":
        raise EnvironmentFailed(
            f"The database {path} is damaged ({found}). Put a backup in its place, or move it "
            f"away to start anew."
        )


def _prepare_place(path: Path) -> tuple[int | None, wal.Wal]:
    """Make the directory; return the file's size in bytes, None where there is no file yet, and
    what stands in its log.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path.stat().st_size if path.exists() else None, wal.found(path)
