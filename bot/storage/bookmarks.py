"""Where platforms had got to, in the database."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bot.storage.database import Database
from bot.storage.sql import insert_new
from bot.storage.tables_communities import bookmarks


class StoredBookmarks:
    """Implements ``bot.bookmarks.Bookmarks``."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def get(self, name: str) -> Mapping[str, str]:
        """The note; empty where there is none."""
        query = select(bookmarks.c.note).where(bookmarks.c.name == name)
        async with self._database.reading() as conn:
            note: Mapping[str, str] | None = (await conn.execute(query)).scalar_one_or_none()
        return note or {}

    async def put(self, name: str, note: Mapping[str, str]) -> None:
        """Write it over the one before."""
        row = {"name": name, "note": dict(note), "at": self._clock()}

        def work(conn: Connection) -> None:
            made = insert_new(conn, bookmarks).values(row).returning(bookmarks.c.name)
            if conn.execute(made).first() is None:
                conn.execute(update(bookmarks).where(bookmarks.c.name == name).values(row))

        await self._database.write(work)

    async def under(self, prefix: str) -> Mapping[str, Mapping[str, str]]:
        """Every note whose name begins like this."""
        begins = bookmarks.c.name.startswith(prefix, autoescape=True)
        query = select(bookmarks.c.name, bookmarks.c.note).where(begins).order_by(bookmarks.c.name)
        async with self._database.reading() as conn:
            found = (await conn.execute(query)).all()
        # SQLite's LIKE takes capitals and small letters for the same.
        return {name: note for name, note in found if name.startswith(prefix)}

    async def drop(self, name: str) -> None:
        """Forget it; safe to repeat."""

        def work(conn: Connection) -> None:
            conn.execute(delete(bookmarks).where(bookmarks.c.name == name))

        await self._database.write(work)
