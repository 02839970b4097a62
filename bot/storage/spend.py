"""What providers cost by day, kept across restarts: the budget's ledger, and what `stats` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Table, and_, select, update

from analysis.remote.ledger import Spent
from analysis.remote.meter import Spared
from bot.storage.database import Database
from bot.storage.sql import insert_new
from bot.storage.tables import spared, spend


@dataclass(frozen=True, slots=True)
class SparedCalls:
    """Calls to one provider that were not made on one day, for one reason."""

    day: date
    provider: str
    reason: Spared
    calls: int


class SpendLedger:
    """The ledger (``analysis.remote.ledger``) in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, spent: Spent) -> None:
        """Add to what stands there."""
        key: dict[str, str | date] = {
            "day": spent.day,
            "purse": spent.purse,
            "provider": spent.provider,
            "model": spent.model,
        }
        sums = {"usd": spent.usd, "calls": spent.calls, "tokens": spent.tokens}
        await self._database.write(lambda conn: _add(conn, spend, key, sums))

    async def spent(self, day: date) -> Sequence[Spent]:
        """Everything spent on a day."""
        return await self.since(day, until=day)

    async def since(self, day: date, *, until: date | None = None) -> Sequence[Spent]:
        """Everything spent from a day on, the oldest first."""
        query = select(spend).where(spend.c.day >= day)
        if until is not None:
            query = query.where(spend.c.day <= until)
        order = (spend.c.day, spend.c.provider, spend.c.model, spend.c.purse)
        async with self._database.reading() as conn:
            rows = (await conn.execute(query.order_by(*order))).all()
        return tuple(Spent(*row) for row in rows)

    async def add_spared(self, calls: Sequence[SparedCalls]) -> None:
        """Add calls that were not made, in one transaction."""

        def work(conn: Connection) -> None:
            for each in calls:
                key: dict[str, str | date] = {
                    "day": each.day,
                    "provider": each.provider,
                    "reason": each.reason.value,
                }
                _add(conn, spared, key, {"calls": each.calls})

        await self._database.write(work)

    async def spared_since(self, day: date) -> Sequence[SparedCalls]:
        """Calls that were not made from a day on, the oldest first."""
        query = select(spared).where(spared.c.day >= day).order_by(*spared.primary_key)
        async with self._database.reading() as conn:
            rows = (await conn.execute(query)).all()
        return tuple(
            SparedCalls(row.day, row.provider, Spared(row.reason), row.calls) for row in rows
        )


def _add(
    conn: Connection,
    table: Table,
    key: Mapping[str, str | date],
    sums: Mapping[str, float],
) -> None:
    """Add to a row's sums, making the row where there is none."""
    made = insert_new(conn, table).values({**key, **sums}).returning(next(iter(table.c)))
    if conn.execute(made).first() is None:
        more = {name: table.c[name] + value for name, value in sums.items()}
        this = and_(*(table.c[name] == value for name, value in key.items()))
        conn.execute(update(table).where(this).values(more))
