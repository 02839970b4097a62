"""Erases one person: their posts, cases, words, pictures and traces. What was counted stays.

Every table with an ``author_id`` is swept, whichever part of Bifocal it belongs to. A moderator's
own steps under that id stay, without the id. What other people wrote about the person in posts
of their own is theirs and stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from bot.model import Ref
from bot.storage.database import Database
from bot.storage.forget import Forgotten, forget
from bot.storage.schema import metadata
from bot.storage.sql import audited
from bot.storage.tables import messages, sessions

NOBODY = "erased"
"""What stands where an id stood."""

_ACTORS = ("by", "added_by", "who")
"""Columns that name who did something."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to erase."""

    platform: str
    author_id: str
    community: str = ""
    """Empty: in every community."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What went."""

    forgotten: Forgotten
    refs: tuple[Ref, ...]
    """The posts, so that other stores can erase what they keep of them."""


async def erase(database: Database, person: Person, *, at: datetime, by: str) -> Erased:
    """Take a person out of the database in one transaction; the caller compacts it afterwards.

    The audit says that somebody was erased, and how much; not who.
    """

    def work(conn: Connection) -> Erased:
        if conn.dialect.name == "sqlite":
            conn.exec_driver_sql("PRAGMA secure_delete = ON")
        refs = _refs(conn, person)
        mine = select(messages.c.id).where(*_whose(messages, person))
        gone = forget(conn, conn.execute(mine).scalars().all())
        for table in metadata.sorted_tables:
            if table is not messages and "author_id" in table.c:
                conn.execute(delete(table).where(*_whose(table, person)))
        if not person.community:
            _unname(conn, person.author_id)
        detail = {"posts": gone.posts, "cases": gone.cases}
        conn.execute(audited(at=at, by=by, what="erase", subject="", **detail))
        return Erased(gone, refs)

    return await database.write(work)


def _refs(conn: Connection, person: Person) -> tuple[Ref, ...]:
    parts = messages.c["platform", "community_id", "channel_id", "message_id"]
    query = select(*parts).where(*_whose(messages, person))
    return tuple(Ref(*row) for row in conn.execute(query))


def _whose(table: Table, person: Person) -> Sequence[ColumnElement[bool]]:
    wanted = {"author_id": person.author_id, "platform": person.platform}
    if person.community:
        wanted["community_id"] = person.community
    return [table.c[name] == value for name, value in wanted.items() if name in table.c]


def _unname(conn: Connection, author_id: str) -> None:
    """Take the id from the steps of a moderator; the steps themselves happened and stay."""
    for table in metadata.sorted_tables:
        for name in _ACTORS:
            if name in table.c and table is not sessions:
                mine = table.c[name] == author_id
                conn.execute(update(table).where(mine).values({name: NOBODY}))
    conn.execute(delete(sessions).where(sessions.c.who == author_id))
