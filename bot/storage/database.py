"""The door to the database: opening, migrating, reading, writing, and errors with their fix."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import EnvironmentFailed, Misconfigured
from bot.storage.migrations import migrate
from bot.storage.trouble import explain
from bot.storage.writer import Work, Writer

T = TypeVar("T")

BUSY_SECONDS = 5
"""How long one process waits for another's write; ours last milliseconds."""
READERS = 4
"""Reading connections on SQLite; chosen by eye: the desk's pages, the API, the journey."""
CHECKED_BYTES = 64 * 2**20
"""Up to this size the whole file is checked at start (about 0.2 s); beyond it, its length."""

OUR_MISTAKES = (DataError, IntegrityError, ProgrammingError)
"""Errors of a statement, which no machine's owner could mend: they are not explained away."""

DRIVERS = ("sqlite+aiosqlite", "postgresql+psycopg")


class Database:
    """One database, with many readers and one writer. Made by ``Database.open``."""

    def __init__(self, readers: AsyncEngine, writers: AsyncEngine) -> None:
        self._readers = readers
        self._writers = writers
        self._url = writers.url
        self._writer = Writer(self._begin)

    @classmethod
    async def open(cls, url: str, *, upgrade: bool = True) -> Self:
        """Connect, check the file, and bring the schema up to date.

        Raises:
            Misconfigured: the URL is not one we can use.
            EnvironmentFailed: unwritable, corrupt, locked, unreachable or of a newer schema.
        """
        where = _parse(url)
        readers, writers = _engines(where)
        try:
            if where.get_backend_name() == "sqlite":
                await _check_file(where, writers)
            async with writers.begin() as conn:
                await migrate(conn, upgrade=upgrade)
        except (DBAPIError, OSError) as exc:
            await _dispose(readers, writers)
            raise explain(exc, where) from exc
        except BaseException:
            await _dispose(readers, writers)
            raise
        return cls(readers, writers)

    async def close(self) -> None:
        """Finish the writes that wait and let go of the file."""
        await self._writer.close()
        await _dispose(self._readers, self._writers)

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
        try:
            async with self._readers.connect() as conn:
                yield conn
        except OUR_MISTAKES:
            raise
        except DBAPIError as exc:
            raise explain(exc, self._url) from exc

    async def write(self, work: Work[T]) -> T:
        """Do the work in a transaction that other writes may share; return after the commit.

        Raises:
            EnvironmentFailed: the database does not answer as it should; nothing was written.
        """
        try:
            return await self._writer.write(work)
        except OUR_MISTAKES:
            raise
        except DBAPIError as exc:
            raise explain(exc, self._url) from exc

    def _begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._writers.begin()


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


def _engines(where: URL) -> tuple[AsyncEngine, AsyncEngine]:
    if where.get_backend_name() != "sqlite":
        # One pool serves both; small, because managed plans count connections (engine.md 6).
        both = create_async_engine(where, pool_size=5, max_overflow=0, pool_pre_ping=True)
        return both, both
    writers = create_async_engine(where, pool_size=1, max_overflow=0)
    readers = create_async_engine(where, pool_size=READERS, max_overflow=0)
    _prepare(writers, begin="BEGIN IMMEDIATE", query_only=False)
    _prepare(readers, begin="BEGIN", query_only=True)
    return readers, writers


def _prepare(engine: AsyncEngine, *, begin: str, query_only: bool) -> None:
    """Set SQLite's switches on each connection, and begin transactions ourselves.

    Left to itself the driver begins late and commits before DDL; a writer that begins late can
    be refused in the middle of its transaction, whatever the busy timeout.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi_connection: object, _entry: ConnectionPoolEntry) -> None:
        dbapi_connection.isolation_level = None  # type: ignore[attr-defined] # sqlite3's own switch
        cursor = dbapi_connection.cursor()  # type: ignore[attr-defined] # DB-API's cursor
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "foreign_keys=ON",
            "synchronous=FULL",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        if not query_only:
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(conn: object) -> None:
        conn.exec_driver_sql(begin)  # type: ignore[attr-defined] # a sync Connection


async def _check_file(where: URL, writers: AsyncEngine) -> None:
    """Refuse a file that lost its end or its heart, rather than start on what is left."""
    path = Path(str(where.database))
    size = await asyncio.to_thread(_prepare_place, path)
    if size == 0:
        raise EnvironmentFailed(
            f"The database {path} is empty (0 bytes), so what it held is lost. Put a backup in "
            f"its place, or delete the file to start anew."
        )
    if size is None or size > CHECKED_BYTES:
        return
    async with writers.connect() as conn:
        found = (await conn.execute(text("PRAGMA quick_check(1)"))).scalar_one()
    if found != "ok":
        raise EnvironmentFailed(
            f"The database {path} is damaged ({found}). Put a backup in its place, or move it "
            f"away to start anew."
        )


def _prepare_place(path: Path) -> int | None:
    """Make the directory; return the file's size in bytes, None where there is no file yet."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path.stat().st_size if path.exists() else None


async def _dispose(readers: AsyncEngine, writers: AsyncEngine) -> None:
    await readers.dispose()
    if writers is not readers:
        await writers.dispose()
