"""Erases one person: their posts, cases, words, pictures and traces. What was counted stays.

Every table with an ``author_id`` is swept, whichever part of Bifocal it belongs to. A moderator's
own steps under that id stay, without the id. What other people wrote about the person in posts
of their own is theirs and stays.
"""

import re
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
    insert,
    or_,
    select,
    true,
    update,
)

from bot.model import Ref
from bot.storage.communities import EDITION
from bot.storage.database import Database
from bot.storage.forget import Forgotten, forget
from bot.storage.schema import metadata
from bot.storage.sql import audited, person_subject
from bot.storage.tables import audit, messages, sessions
from bot.storage.tables_communities import bookmarks, card_removals, cards, communities, erasures

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
        _take_cards_away(conn, person)
        _drop_bookmarks(conn, person)
        for table in metadata.sorted_tables:
            if table is not messages and "author_id" in table.c:
                conn.execute(delete(table).where(*_whose(table, person), _may_go(table)))
        if not person.community:
            _unname(conn, person.author_id)
        _unchoose(conn, person, at)
        detail = {"posts": gone.posts, "cases": gone.cases, LINES: _unaudit(conn, person)}
        conn.execute(audited(at=at, by=by, what=ERASE, subject="", **detail))
        return Erased(gone, refs)

    return await database.write(work)


def communities_of(conn: Connection, person: Person) -> Sequence[str]:
    """Where anything is kept of them."""
    found: set[str] = set()
    for table in metadata.sorted_tables:
        if {"platform", "community_id", "author_id"} <= set(table.c.keys()):
            query = select(table.c.community_id).where(*_whose(table, person)).distinct()
            found.update(conn.execute(query).scalars())
    return sorted(found - {""})


def _may_go(table: Table) -> ColumnElement[bool]:
    """All but the note that what the queue holds of them is still to be erased."""
    return erasures.c.state != "carried" if table is erasures else true()


def _take_cards_away(conn: Connection, person: Person) -> None:
    """Cards about them that hang on none of their posts are removed from the platform, too."""
    place = cards.c["platform", "community_id", "card_id"]
    theirs = select(*place).where(*_whose(cards, person), cards.c.card_id != "")
    for row in conn.execute(theirs).all():
        conn.execute(insert(card_removals).values(row._asdict()))


def _drop_bookmarks(conn: Connection, person: Person) -> None:
    """A platform's notes about them: the id is a part of the name or of the note."""
    theirs = bookmarks.c.name.startswith(f"{person.platform}/", autoescape=True)
    for name, note in conn.execute(select(bookmarks.c.name, bookmarks.c.note).where(theirs)).all():
        parts = {part for text in (name, *note.values()) for part in _PARTS.split(text)}
        if person.author_id in parts:
            conn.execute(delete(bookmarks).where(bookmarks.c.name == name))


_PARTS = re.compile("[/:,]")


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
                mine = _is_by(table.c[name], author_id)
                conn.execute(update(table).where(mine).values({name: NOBODY}))
    conn.execute(delete(sessions).where(sessions.c.who == author_id))


def _is_by(column: ColumnElement[str], author_id: str) -> ColumnElement[bool]:
    """Whether it names them: by the id, or as chat does, by a name with the id behind it."""
    return or_(column == author_id, column.endswith(f" ({author_id})", autoescape=True))


def _unchoose(conn: Connection, person: Person, at: datetime) -> None:
    """Take them from what communities chose: from the lists of moderators, above all."""
    theirs = communities.c.platform == person.platform
    if person.community:
        theirs &= communities.c.community_id == person.community
    for row in conn.execute(select(communities).where(theirs)).all():
        lists = {name: row.choices.get(name) or [] for name in _LISTS}
        if any(person.author_id in ids for ids in lists.values()):
            without = {
                name: [i for i in ids if i != person.author_id] for name, ids in lists.items()
            }
            mine = theirs & (communities.c.community_id == row.community_id)
            conn.execute(update(communities).where(mine).values(choices=row.choices | without))
            EDITION.moved(conn, at)


_LISTS = ("moderators", "analyze_for")


def _unaudit(conn: Connection, person: Person) -> int:
    """Take the person out of the audit's lines, and say of how many for the first time.

    With the salt gone, what is left of a name there tells nothing.
    """
    mine, theirs = _is_by(audit.c.by, person.author_id), _is_about(person)
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
