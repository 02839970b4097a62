"""The cards of outages, and cards that are to be taken away."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, func, select, update

from bot.model import CaseState
from bot.review.card import CardKind
from bot.review.waiting import Incident
from bot.storage.card_rows import CardRow, Place, made, to_row
from bot.storage.database import Database
from bot.storage.tables import cases, messages
from bot.storage.tables_communities import card_removals, cards

OVER = "over"
"""How ``gone`` says that what an incident waited for is there again."""
BATCH = 50


@dataclass(frozen=True, slots=True)
class Outage:
    """What cases of one community wait for, and the card that says so."""

    place: Place
    incident: Incident
    """With no cases once it is over."""
    card: CardRow | None
    """None where none was made yet."""


class IncidentShelf:
    """The tables, in and out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def outages(self, platforms: Collection[str]) -> Sequence[Outage]:
        """Those that go on, and those that ended and whose card does not say so yet."""
        posts, since = func.count().label("posts"), func.min(cases.c.opened_at).label("since")
        where = messages.c["platform", "community_id"]
        waiting = (
            select(*where, cases.c.waiting, posts, since)
            .join(messages, cases.c.message == messages.c.id)
            .where(cases.c.waiting != "", cases.c.state != CaseState.CLOSED.value)
            .where(messages.c.platform.in_(platforms))
            .group_by(*where, cases.c.waiting)
        )
        standing = select(cards).where(
            cards.c.about != "", cards.c.gone != OVER, cards.c.platform.in_(platforms)
        )
        async with self._database.reading() as conn:
            rows = (await conn.execute(standing)).all()
            going_on = (await conn.execute(waiting)).all()
        held = {(row.platform, row.community_id, row.about): to_row(row) for row in rows}
        found = []
        for row in going_on:
            place, key = (row.platform, row.community_id), row.waiting
            card = held.pop((*place, key), None)
            found.append(Outage(place, Incident(key, row.posts, row.since), card))
        began = {row.id: row.latest_at for row in rows}
        over = [
            Outage(card.place, Incident(name[2], 0, began[card.id]), card)
            for name, card in held.items()
        ]
        return [*found, *over]

    async def begin(self, outage: Outage) -> CardRow:
        """Make the card of an incident, which is not posted yet."""
        platform, community = outage.place
        key, since = outage.incident.key, outage.incident.since
        nonce = f"incident/{platform}/{community}/{key}/{since.isoformat()}"

        def work(conn: Connection) -> CardRow:
            row = made(conn, outage.place, nonce, CardKind.INCIDENT, latest_at=since, about=key)
            return replace(to_row(row), fresh=True)

        return await self._database.write(work)

    async def over(self, card: CardRow) -> None:
        """Its card needs no drawing any more."""
        mine = update(cards).where(cards.c.id == card.id).values(gone=OVER)
        await self._database.write(lambda conn: conn.execute(mine).rowcount)

    async def removals(self, platforms: Collection[str]) -> Sequence[tuple[int, Place, str]]:
        """Cards whose posts are forgotten: row, place, and the platform's id."""
        table = card_removals
        query = select(table).where(table.c.platform.in_(platforms)).order_by(table.c.id)
        async with self._database.reading() as conn:
            found = (await conn.execute(query.limit(BATCH))).all()
        return [(row.id, (row.platform, row.community_id), row.card_id) for row in found]

    async def removed(self, removal: int) -> None:
        """It is gone from the platform."""
        mine = delete(card_removals).where(card_removals.c.id == removal)
        await self._database.write(lambda conn: conn.execute(mine).rowcount)
