"""Strikes against authors and labels on them, each with its reason and its end, all audited.

An entry is known by the nonce of the action that made it, so that doing it again does nothing.
What is refunded or taken off stays in the book, ended, and is not made again by a redelivery.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select, update

from bot.model import Author, Ref
from bot.storage.database import Database
from bot.storage.sql import audited, insert_new, person_subject
from bot.storage.tables_authors import labels, strikes


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts for or against an author at a moment."""

    strikes: int = 0
    labels: tuple[str, ...] = ()
    """In alphabetical order, each once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One strike, or one label, as a moderator sees it."""

    label: str
    """Empty for a strike."""
    reason: str
    at: datetime
    until: datetime
    ended_at: datetime | None
    """When it was refunded or taken off; None while it counts or has run out."""
    nonce: str


class AuthorBook:
    """Implements ``bot.ports.Authors``, and says what stands."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def standing(self, ref: Ref, author_id: str) -> Standing:
        """What counts now against the author in the message's community."""
        now = self._clock()
        counted = select(func.count()).where(_counting(strikes, ref, author_id, now))
        named = select(labels.c.label).where(_counting(labels, ref, author_id, now))
        async with self._database.reading() as conn:
            number = (await conn.execute(counted)).scalar_one()
            found = (await conn.execute(named.distinct().order_by(labels.c.label))).scalars()
            return Standing(number, tuple(found))

    async def history(self, ref: Ref, author_id: str) -> Sequence[Entry]:
        """Every strike and label of an author in the message's community, newest first."""
        async with self._database.reading() as conn:
            of_both = [
                Entry(
                    getattr(row, "label", ""),
                    *(row.reason, row.at, row.until, row.ended_at, row.nonce),
                )
                for table in (strikes, labels)
                for row in await conn.execute(select(table).where(_theirs(table, ref, author_id)))
            ]
        return sorted(of_both, key=lambda entry: entry.at, reverse=True)

    async def strike(
        self, ref: Ref, author: Author, until: datetime, *, nonce: str, reason: str
    ) -> None:
        """Count one strike, once per nonce."""
        row = self._row(ref, author, until, nonce, reason)
        await self._add(strikes, row, "strike.add", ref, author)

    async def struck(self, nonce: str) -> bool:
        """Whether the strike of this nonce stands."""
        return await self._stands(strikes, nonce)

    async def refund(self, nonce: str, *, reason: str) -> None:
        """End a strike."""
        await self._end(strikes, nonce, "strike.refund", reason)

    async def label(
        self, ref: Ref, author: Author, label: str, until: datetime, *, nonce: str, reason: str
    ) -> None:
        """Put a label on, once per nonce."""
        row = {**self._row(ref, author, until, nonce, reason), "label": label}
        await self._add(labels, row, "label.add", ref, author)

    async def labelled(self, nonce: str) -> bool:
        """Whether the label of this nonce stands."""
        return await self._stands(labels, nonce)

    async def unlabel(self, nonce: str, *, reason: str) -> None:
        """Take a label off."""
        await self._end(labels, nonce, "label.remove", reason)

    def _row(
        self, ref: Ref, author: Author, until: datetime, nonce: str, reason: str
    ) -> dict[str, object]:
        return {
            "nonce": nonce,
            "platform": ref.platform,
            "community_id": ref.community_id,
            "author_id": author.id,
            "reason": reason,
            "at": self._clock(),
            "until": until,
        }

    async def _add(
        self, table: Table, row: dict[str, object], what: str, ref: Ref, author: Author
    ) -> None:
        subject = person_subject(ref.platform, ref.community_id, author.id)
        line = audited(at=self._clock(), by="", what=what, subject=subject, nonce=str(row["nonce"]))

        def work(conn: Connection) -> None:
            made = insert_new(conn, table).values(row).returning(table.c.id)
            if conn.execute(made).first() is not None:
                conn.execute(line)

        await self._database.write(work)

    async def _stands(self, table: Table, nonce: str) -> bool:
        query = select(table.c.id).where(table.c.nonce == nonce, table.c.ended_at.is_(None))
        async with self._database.reading() as conn:
            return (await conn.execute(query)).first() is not None

    async def _end(self, table: Table, nonce: str, what: str, reason: str) -> None:
        at = self._clock()
        mine = and_(table.c.nonce == nonce, table.c.ended_at.is_(None))
        whose = table.c["platform", "community_id", "author_id"]
        ended = update(table).where(mine).values(ended_at=at).returning(*whose)

        def work(conn: Connection) -> None:
            if (author := conn.execute(ended).one_or_none()) is not None:
                subject = person_subject(*author)
                conn.execute(
                    audited(at=at, by="", what=what, subject=subject, nonce=nonce, reason=reason)
                )

        await self._database.write(work)


def _theirs(table: Table, ref: Ref, author_id: str) -> ColumnElement[bool]:
    return and_(
        table.c.platform == ref.platform,
        table.c.community_id == ref.community_id,
        table.c.author_id == author_id,
    )


def _counting(table: Table, ref: Ref, author_id: str, now: datetime) -> ColumnElement[bool]:
    return and_(_theirs(table, ref, author_id), table.c.until > now, table.c.ended_at.is_(None))
