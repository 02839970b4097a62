"""Erases one person: their posts, cases, words, pictures and traces. What was counted stays.

Every table with an ``author_id`` is swept, whichever part of Bifocal it belongs to. A moderator's
own steps under that id stay, without the id. What other people wrote about the person in posts
of their own is theirs and stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    case,
    delete,
    false,
    func,
    or_,
    select,
    update,
)

from bot.model import Ref
from bot.storage.database import Database
from bot.storage.forget import Forgotten, forget
from bot.storage.schema import metadata
from bot.storage.sql import audited, person_subject
from bot.storage.tables import audit, messages, sessions

NOBODY = "erased"
"""What stands where an id stood."""

ERASE = "erase"
"""What the audit calls it."""
LINES = "lines"
"""Where it says out of how many of its own lines somebody was taken for the first time."""

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
        detail = {"posts": gone.posts, "cases": gone.cases, LINES: _unaudit(conn, person)}
        conn.execute(audited(at=at, by=by, what=ERASE, subject="", **detail))
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
            if name in table.c and table not in {sessions, audit}:
                mine = table.c[name] == author_id
                conn.execute(update(table).where(mine).values({name: NOBODY}))
    conn.execute(delete(sessions).where(sessions.c.who == author_id))


def _unaudit(conn: Connection, person: Person) -> int:
    """Take the person out of the audit's lines, and say of how many for the first time.

    With the salt gone, what is left of a name there tells nothing.
    """
    mine, theirs = audit.c.by == person.author_id, _is_about(person)
    if person.community:
        mine = false()
    named = or_(mine, theirs)
    query = select(func.count()).where(named, audit.c.salt != "")
    number: int = conn.execute(query).scalar_one()
    values = {
        "by": case((mine, NOBODY), else_=audit.c.by),
        "subject": case((theirs, NOBODY), else_=audit.c.subject),
        "salt": "",
    }
    conn.execute(update(audit).where(named).values(values))
    return number


def _is_about(person: Person) -> ColumnElement[bool]:
    if person.community:
        whole = person_subject(person.platform, person.community, person.author_id)
        return audit.c.subject == whole
    begins = audit.c.subject.startswith(f"{person.platform}:", autoescape=True)
    ends = audit.c.subject.endswith(f":{person.author_id}", autoescape=True)
    # Older lines name the author of a strike that ended by the id alone.
    return or_(begins & ends, audit.c.subject == person.author_id)
