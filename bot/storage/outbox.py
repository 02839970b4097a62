"""What webhooks are still to be told: a durable table between deciding and telling.

Committed before anything is sent, settled after it was received: a kill in between loses nothing
and repeats at most the same delivery. Bodies are sealed, because one may hold a post's words.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Select, and_, func, or_, select, update

from bot.model import Ref
from bot.storage.database import Database
from bot.storage.seal import Seal
from bot.storage.sql import audited, insert_new, message_id
from bot.storage.tables_authors import outbox

WAITING, DELIVERED, PARKED, DROPPED = "waiting", "delivered", "parked", "dropped"
AT_MOST = 200
"""Troubled deliveries that are shown; chosen by eye, a dead receiver may leave thousands."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One delivery."""

    delivery: str
    webhook: str
    at: datetime
    """When it was committed."""
    attempts: int
    detail: str
    """Why the last attempt failed."""
    body: str = field(repr=False)
    parked: bool = False
    """Whether it was given up."""
    due: datetime | None = None
    """When it is tried next; None once it was given up."""

    @property
    def event(self) -> str:
        """What it tells of, ``acted`` or ``overturned``."""
        return str(json.loads(self.body)["event"])

    @property
    def ref(self) -> Ref:
        """The message it tells of."""
        return Ref(**json.loads(self.body)["ref"])


class OutboxStore:
    """The table, in and out."""

    def __init__(self, database: Database, seal: Seal, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock

    async def put(self, delivery: str, webhook: str, ref: Ref, body: str) -> None:
        """Commit a delivery about a message that was judged; once per ``delivery``."""
        now = self._clock()
        row = {
            "delivery": delivery,
            "message": message_id(ref).scalar_subquery(),
            "webhook": webhook,
            "state": WAITING,
            "at": now,
            "due": now,
            "attempts": 0,
            "detail": "",
            "sealed": self._seal.seal_text(body),
        }

        def work(conn: Connection) -> None:
            conn.execute(insert_new(conn, outbox).values(row))

        await self._database.write(work)

    async def holds(self, delivery: str) -> bool:
        """Whether it was ever committed, whatever became of it."""
        query = select(outbox.c.id).where(outbox.c.delivery == delivery)
        async with self._database.reading() as conn:
            return (await conn.execute(query)).first() is not None

    async def due(self, at_most: int) -> Sequence[Waiting]:
        """So many deliveries whose time has come, the longest waiting first."""
        query = (
            select(outbox)
            .where(outbox.c.state == WAITING, outbox.c.due <= self._clock())
            .order_by(outbox.c.due)
            .limit(at_most)
        )
        return await self._read(query)

    async def troubled(self) -> Sequence[Waiting]:
        """Deliveries that were given up, then those that failed so far, 200 at most."""
        failing = and_(outbox.c.state == WAITING, outbox.c.attempts > 0)
        query = select(outbox).where(or_(outbox.c.state == PARKED, failing))
        # "parked" stands before "waiting" in the alphabet.
        return await self._read(query.order_by(outbox.c.state, outbox.c.id).limit(AT_MOST))

    async def parked(self) -> int:
        """How many deliveries were given up."""
        query = select(func.count()).where(outbox.c.state == PARKED)
        async with self._database.reading() as conn:
            return int((await conn.execute(query)).scalar_one())

    async def next_due(self) -> datetime | None:
        """When the next delivery is to be tried; None when none waits."""
        query = select(func.min(outbox.c.due)).where(outbox.c.state == WAITING)
        async with self._database.reading() as conn:
            due: datetime | None = (await conn.execute(query)).scalar_one()
            return due

    async def delivered(self, delivery: str) -> None:
        """It was received; its body is forgotten."""
        await self._change(delivery, {"state": DELIVERED, "sealed": "", "detail": ""})

    async def later(self, delivery: str, due: datetime, detail: str) -> None:
        """It failed; try again then."""
        await self._change(
            delivery, {"due": due, "detail": detail, "attempts": outbox.c.attempts + 1}
        )

    async def park(self, delivery: str, detail: str) -> None:
        """Give it up; it stays to be seen, and to be sent again by a person."""
        await self._change(
            delivery, {"state": PARKED, "detail": detail, "attempts": outbox.c.attempts + 1}
        )

    async def redrive(self, delivery: str, by: str) -> bool:
        """Try a parked delivery again; False where none of that name is parked."""
        now = self._clock()
        return await self._settled(
            delivery, by, "webhook.retry", {"state": WAITING, "due": now, "at": now}
        )

    async def drop(self, delivery: str, by: str) -> bool:
        """It is not to be sent any more, and its body is forgotten; False as for ``redrive``."""
        return await self._settled(delivery, by, "webhook.drop", {"state": DROPPED, "sealed": ""})

    async def _settled(self, delivery: str, by: str, what: str, values: dict[str, object]) -> bool:
        mine = and_(outbox.c.delivery == delivery, outbox.c.state == PARKED)
        at = self._clock()

        def work(conn: Connection) -> bool:
            done = bool(conn.execute(update(outbox).where(mine).values(values)).rowcount)
            if done:
                conn.execute(audited(at=at, by=by, what=what, subject=delivery))
            return done

        return await self._database.write(work)

    async def _change(self, delivery: str, values: dict[str, object]) -> None:
        def work(conn: Connection) -> None:
            conn.execute(update(outbox).where(outbox.c.delivery == delivery).values(values))

        await self._database.write(work)

    async def _read(self, query: Select[*tuple[object, ...]]) -> Sequence[Waiting]:
        async with self._database.reading() as conn:
            rows = (await conn.execute(query)).all()
        return [
            Waiting(
                row.delivery,
                row.webhook,
                row.at,
                row.attempts,
                row.detail,
                self._seal.open_text(row.sealed, "A delivery to a webhook"),
                row.state == PARKED,
                None if row.state == PARKED else row.due,
            )
            for row in rows
        ]
