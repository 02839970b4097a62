"""Which card a case stands on, and what the card showed last: durable, so that a kill loses none.

A card's row is written before the card is posted, and its nonce is the row's: whoever finds a row
without a card looks on the platform for that nonce before it posts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, not_, or_, select, update

from bot.model import CaseState
from bot.review.card import CardKind
from bot.storage.card_rows import CardRow, Place, at, made, to_row
from bot.storage.database import Database
from bot.storage.sql import insert_new
from bot.storage.tables import cases, judgements, messages
from bot.storage.tables_communities import card_cases, cards

BURST = timedelta(minutes=10)
"""Posts of one author that lie no further apart share a card."""
ACTING = timedelta(seconds=10)
"""How long a judgement's actions are waited for, so that a card shows what became of them."""
BATCH = 50
MOST_SKIPPED = 200
"""Communities left out of one look; a statement has its limits."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A case whose card is not as the case is."""

    case_id: str
    place: Place
    author_id: str
    sent_at: datetime
    needs_review: bool
    """Whether a judgement said that a person must look."""
    changes: int


@dataclass(frozen=True, slots=True)
class Member:
    """A case on a card."""

    case_id: str
    state: CaseState
    changes: int


class CardShelf:
    """The tables, in and out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def changed(
        self,
        platforms: Collection[str],
        now: datetime,
        pace: timedelta,
        case_id: str = "",
        skipped: Sequence[Place] = (),
    ) -> Sequence[Changed]:
        """Cases whose cards want drawing, the oldest first; or the one named, if it does.

        What is still being acted upon is left for a moment, and so are cards drawn just now.
        """
        acting = exists().where(
            judgements.c.case_id == cases.c.id,
            ~judgements.c.finished,
            judgements.c.judged_at > now - ACTING,
        )
        just_drawn = and_(cards.c.drawn_at > now - pace, cards.c.drawn_at <= now)
        review = exists().where(
            judgements.c.case_id == cases.c.id, judgements.c.needs_review.is_(True)
        )
        query = (
            select(
                *cases.c["id", "changes"],
                *messages.c["platform", "community_id", "author_id", "sent_at"],
                review.label("needs_review"),
            )
            .join(messages, cases.c.message == messages.c.id)
            .outerjoin(card_cases, card_cases.c.case_id == cases.c.id)
            .outerjoin(cards, cards.c.id == card_cases.c.card)
            .where(cases.c.changes > cases.c.shown, messages.c.platform.in_(platforms))
            .where(or_(cards.c.id.is_(None), cards.c.drawn_at.is_(None), ~just_drawn))
            .order_by(cases.c.opened_at, messages.c.sent_at, messages.c.id)
            .limit(BATCH)
        )
        query = query.where(cases.c.id == case_id) if case_id else query.where(~acting)
        for place in skipped[:MOST_SKIPPED]:
            query = query.where(not_(at(messages, place)))
        async with self._database.reading() as conn:
            return [
                Changed(
                    row.id,
                    (row.platform, row.community_id),
                    row.author_id,
                    row.sent_at,
                    row.needs_review,
                    row.changes,
                )
                for row in await conn.execute(query)
            ]

    async def card_of(self, case_id: str) -> CardRow | None:
        """The card a case stands on."""
        query = (
            select(cards)
            .join(card_cases, card_cases.c.card == cards.c.id)
            .where(card_cases.c.case_id == case_id)
        )
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).one_or_none()
        return None if row is None else to_row(row)

    async def put(self, one: Changed) -> CardRow:
        """Put a case on the card of its burst, or on one of its own, which is not posted yet."""

        def work(conn: Connection) -> CardRow:
            standing = conn.execute(_burst(one).limit(1)).one_or_none()
            row = standing or made(
                conn,
                one.place,
                f"card/{one.case_id}",
                CardKind.CASE,
                latest_at=one.sent_at,
                author_id=one.author_id,
            )
            conn.execute(insert_new(conn, card_cases).values(card=row.id, case_id=one.case_id))
            latest = max(row.latest_at, one.sent_at)
            conn.execute(update(cards).where(cards.c.id == row.id).values(latest_at=latest))
            return replace(to_row(row), fresh=standing is None)

        return await self._database.write(work)

    async def members(self, card: CardRow) -> Sequence[Member]:
        """The cases on a card, in the order they came."""
        query = (
            select(*cases.c["id", "state", "changes"])
            .join(card_cases, card_cases.c.case_id == cases.c.id)
            .where(card_cases.c.card == card.id)
            .order_by(card_cases.c.id)
        )
        async with self._database.reading() as conn:
            found = (await conn.execute(query)).all()
        return [Member(row.id, CaseState(row.state), row.changes) for row in found]

    async def shown(self, seen: Mapping[str, int]) -> None:
        """These changes of these cases need no drawing any more."""
        await self._database.write(lambda conn: _shown(conn, seen))

    async def drawn(
        self, card: CardRow, card_id: str, drawn: str, now: datetime, seen: Mapping[str, int]
    ) -> None:
        """The card stands and shows this."""
        values = {"card_id": card_id, "drawn": drawn, "drawn_at": now}

        def work(conn: Connection) -> None:
            conn.execute(update(cards).where(cards.c.id == card.id).values(values))
            _shown(conn, seen)

        await self._database.write(work)

    async def gone(self, card: CardRow, how: str) -> None:
        """Somebody took it away while its case stood so."""
        await self._change(card, {"gone": how})

    async def anew(self, card: CardRow) -> CardRow:
        """It is to be put up once more, under another nonce; as it is now."""
        values = {"card_id": "", "drawn": "", "drawn_at": None, "gone": "", "times": card.times + 1}
        await self._change(card, values)
        again = card.times + 1
        return replace(card, card_id="", drawn="", drawn_at=None, gone="", times=again, fresh=True)

    async def hold(self, seen: Mapping[str, int]) -> None:
        """There is no place for the cards of these cases: they wait until ``let_go``."""

        def work(conn: Connection) -> None:
            _shown(conn, seen)
            conn.execute(update(cases).where(cases.c.id.in_(list(seen))).values(held=True))

        await self._database.write(work)

    async def let_go(self, place: Place | None = None, *, whole: bool = True) -> None:
        """Draw what was held: in one place, or everywhere; all of it, or one case to try."""
        mine: ColumnElement[bool] = cases.c.held.is_(True)
        if place is not None:
            there = select(messages.c.id).where(at(messages, place))
            mine = and_(mine, cases.c.message.in_(there))
        if not whole:
            first = select(cases.c.id).where(mine).order_by(cases.c.opened_at).limit(1)
            mine = cases.c.id == first.scalar_subquery()
        values = {"held": False, "changes": cases.c.changes + 1}
        await self._database.write(
            lambda conn: conn.execute(update(cases).where(mine).values(values)).rowcount
        )

    async def _change(self, card: CardRow, values: Mapping[str, object]) -> None:
        mine = update(cards).where(cards.c.id == card.id).values(values)
        await self._database.write(lambda conn: conn.execute(mine).rowcount)


def _burst(one: Changed) -> Select[*tuple[object, ...]]:
    """The newest card that the case may join: of the same author, near in time, still open."""
    undecided = exists().where(
        card_cases.c.card == cards.c.id,
        card_cases.c.case_id == cases.c.id,
        cases.c.state != CaseState.CLOSED.value,
    )
    return (
        select(cards)
        .where(at(cards, one.place), cards.c.author_id == one.author_id)
        .where(cards.c.kind == CardKind.CASE.value, cards.c.gone == "")
        .where(cards.c.latest_at.between(one.sent_at - BURST, one.sent_at + BURST), undecided)
        .order_by(cards.c.id.desc())
    )


def _shown(conn: Connection, seen: Mapping[str, int]) -> None:
    for case_id, changes in seen.items():
        mine = and_(cases.c.id == case_id, cases.c.shown < changes)
        conn.execute(update(cases).where(mine).values(shown=changes))
