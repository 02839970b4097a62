"""The port behind which a day's spending is kept, and the ledger that forgets at a restart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Spent:
    """What one community spent with one model of one provider on one day, in UTC."""

    day: date
    purse: str
    provider: str
    model: str
    usd: float
    calls: int
    tokens: int
    """Input and output together."""


class Ledger(Protocol):
    """Remembers spending by day."""

    async def add(self, spent: Spent) -> None:
        """Add to what stands there for the same day, community, provider and model."""
        ...

    async def spent(self, day: date) -> Sequence[Spent]:
        """Everything spent on a day, one entry per community, provider and model."""
        ...


class MemoryLedger:
    """For one run without a database, such as ``bifocal analyze``."""

    def __init__(self) -> None:
        self._rows: dict[tuple[date, str, str, str], Spent] = {}

    async def add(self, spent: Spent) -> None:
        """Add to what stands there."""
        key = (spent.day, spent.purse, spent.provider, spent.model)
        row = self._rows.get(key)
        self._rows[key] = spent if row is None else _sum(row, spent)

    async def spent(self, day: date) -> Sequence[Spent]:
        """Everything spent on a day."""
        return tuple(row for row in self._rows.values() if row.day == day)


def _sum(row: Spent, more: Spent) -> Spent:
    return replace(
        row,
        usd=row.usd + more.usd,
        calls=row.calls + more.calls,
        tokens=row.tokens + more.tokens,
    )
