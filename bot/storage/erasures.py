"""Wishes to be erased: a member asks in chat, an administrator carries them out while the bot runs.

What the running bot cannot take away (posts that wait in the queue, free pages of files) goes at
the next start: until then the wish stays, and nothing else of the person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, select, update

from bot.review.card import CardKind
from bot.storage.card_rows import CardRow, made, to_row
from bot.storage.database import Database
from bot.storage.erase import Person, communities_of, erase
from bot.storage.evidence import EvidenceStore
from bot.storage.forget import discard
from bot.storage.rows import Line
from bot.storage.seal import Seal
from bot.storage.sql import audited, insert_new, person_subject
from bot.storage.tables_communities import cards, erasures


class WishState(StrEnum):
    """What became of a wish."""

    ASKED = "asked"
    DECLINED = "declined"
    CARRIED = "carried"
    """The person is erased, but for what the next start takes away."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One member's, in one community."""

    person: Person
    name: str
    asked_at: datetime
    state: WishState


class Erasures:
    """Takes wishes in, and what administrators make of them."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        evidence: EvidenceStore,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._seal = seal
        self._evidence = evidence
        self._clock = clock

    async def ask(self, person: Person, name: str) -> None:
        """Write the wish down; asking again changes nothing, unless it was declined.

        Without a community it is asked in every one where anything is kept of them.
        """
        at, sealed = self._clock(), self._seal.seal_text(name)

        def work(conn: Connection) -> None:
            there = [person.community] if person.community else communities_of(conn, person)
            for community in there:
                _ask(conn, Person(person.platform, person.author_id, community), sealed, at)

        await self._database.write(work)

    async def waiting(self, platform: str, community: str) -> Sequence[Wish]:
        """What an administrator of the community is to decide, oldest first."""
        query = select(erasures).where(
            erasures.c.platform == platform,
            erasures.c.community_id == community,
            erasures.c.state == WishState.ASKED.value,
        )
        return await self._read(query)

    async def standing(self, platforms: Sequence[str]) -> Sequence[Wish]:
        """Every wish that moderators see: those to be decided, and those that were declined."""
        query = select(erasures).where(
            erasures.c.platform.in_(platforms), erasures.c.state != WishState.CARRIED.value
        )
        return await self._read(query)

    async def carry_out(self, person: Person, by: str) -> int:
        """Erase them; how many posts that were. A kill in between is made good at the next start.

        Raises:
            EnvironmentFailed: a store does not answer; doing it again goes on.
        """
        at = self._clock()
        row = {**_key(person), "asked_at": at, "sealed_name": ""}
        carried = {"state": WishState.CARRIED.value, "sealed_name": "", "by": ""}

        def work(conn: Connection) -> None:
            conn.execute(insert_new(conn, erasures).values({**row, **carried}))
            conn.execute(update(erasures).where(_of(person)).values(carried))

        await self._database.write(work)
        erased = await erase(self._database, person, at=at, by=by)
        while await discard(self._database, self._evidence):
            pass
        return erased.forgotten.posts

    async def decline(self, person: Person, by: str) -> None:
        """Leave them as they are."""
        at = self._clock()
        mine = and_(_of(person), erasures.c.state == WishState.ASKED.value)
        declined = update(erasures).where(mine).values(state=WishState.DECLINED.value, by=by)
        line = audited(at=at, by=by, what="erasure.decline", subject=_subject(person))

        def work(conn: Connection) -> None:
            if conn.execute(declined).rowcount:
                conn.execute(line)

        await self._database.write(work)

    async def unfinished(self) -> Sequence[Person]:
        """Whom the next start is to erase once more, with what the queue holds of them."""
        query = select(erasures).where(erasures.c.state == WishState.CARRIED.value)
        return [wish.person for wish in await self._read(query)]

    async def finished(self, person: Person) -> None:
        """Nothing is left of them, so neither is the wish."""
        mine = delete(erasures).where(_of(person), erasures.c.state == WishState.CARRIED.value)
        await self._database.write(lambda conn: conn.execute(mine).rowcount)

    async def card(self, wish: Wish) -> CardRow:
        """The card that tells of a wish, made where there is none."""
        person, at = wish.person, wish.asked_at
        place = (person.platform, person.community)
        whom = self._seal.name(f"{place}/{person.author_id}".encode())[:16]
        nonce = f"wish/{person.platform}/{person.community}/{whom}/{at.isoformat()}"
        query = select(cards).where(cards.c.nonce == nonce)
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).one_or_none()
        if row is not None:
            return to_row(row)

        def work(conn: Connection) -> CardRow:
            kind, author = CardKind.WISH, person.author_id
            row = made(conn, place, nonce, kind, latest_at=at, author_id=author)
            return replace(to_row(row), fresh=True)

        return await self._database.write(work)

    async def _read(self, query: Select[*tuple[object, ...]]) -> Sequence[Wish]:
        async with self._database.reading() as conn:
            rows = (await conn.execute(query.order_by(erasures.c.asked_at))).all()
        return [self._wish(row) for row in rows]

    def _wish(self, row: Line) -> Wish:
        person = Person(row.platform, row.author_id, row.community_id)
        name = self._seal.open_text(row.sealed_name, "The name of a member")
        return Wish(person, name, row.asked_at, WishState(row.state))


def _ask(conn: Connection, person: Person, sealed: str, at: datetime) -> None:
    asked = {"asked_at": at, "sealed_name": sealed, "state": WishState.ASKED.value, "by": ""}
    made = insert_new(conn, erasures).values({**_key(person), **asked}).returning(erasures.c.id)
    new = conn.execute(made).first() is not None
    declined = and_(_of(person), erasures.c.state == WishState.DECLINED.value)
    if new or conn.execute(update(erasures).where(declined).values(asked)).rowcount:
        subject = _subject(person)
        conn.execute(audited(at=at, by="", what="erasure.ask", subject=subject))


def _key(person: Person) -> dict[str, str]:
    return {
        "platform": person.platform,
        "community_id": person.community,
        "author_id": person.author_id,
    }


def _of(person: Person) -> ColumnElement[bool]:
    return and_(*(erasures.c[name] == value for name, value in _key(person).items()))


def _subject(person: Person) -> str:
    return person_subject(person.platform, person.community, person.author_id)
