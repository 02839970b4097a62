"""What webhooks are still to be told: a durable table between deciding and telling.

Committed before anything is sent, settled after it was received: a kill in between loses nothing
and repeats at most the same delivery. Bodies are sealed, because one may hold a post's words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Select, func, select, update

from bot.model import Ref
from bot.storage.database import Database
from bot.storage.seal import Seal
from bot.storage.sql import insert_new, message_id
from bot.storage.tables_authors import outbox

WAITING, DELIVERED, PARKED = "waiting", "delivered", "parked"


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

    async def parked(self) -> Sequence[Waiting]:
        """Every delivery that was given up, oldest first."""
        return await self._read(
            select(outbox).where(outbox.c.state == PARKED).order_by(outbox.c.id)
        )

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

    async def redrive(self, delivery: str) -> bool:
        """Try a parked delivery again; False where none of that name is parked."""
        now = self._clock()
        mine = (
            update(outbox)
            .where(outbox.c.delivery == delivery, outbox.c.state == PARKED)
            .values(state=WAITING, due=now, at=now)
        )
        return await self._database.write(lambda conn: bool(conn.execute(mine).rowcount))

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
            )
            for row in rows
        ]
