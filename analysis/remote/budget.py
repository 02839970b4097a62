"""Money for providers: per day in all, per community, and per author within a community's share.

An estimate is set aside before a call and replaced by what it did cost after it, so that calls
at the same time cannot spend the same dollar. Days are UTC's. Spending goes to a ledger; what
one author spent is kept in memory for the day only, because a ledger that names authors would be
a record of people.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from analysis.errors import ProviderOverBudget
from analysis.remote.ledger import Ledger, Spent
from analysis.remote.prices import UNKNOWN, Price, PriceList
from analysis.types import Scope, Usage

log = logging.getLogger(__name__)

_FRESH = timedelta(seconds=5)
"""How long another process's spending may go unseen; chosen by eye, a few calls' time."""
_AUTHORS = 100_000
"""Authors remembered in a day; beyond it everybody new shares one share."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """US dollars a day."""

    usd: float = 5.0
    usd_per_community: float = 2.0
    author_share: float = 0.2
    """How much of its community's money one author may use."""


@dataclass(slots=True)
class _Day:
    """One day's sums, with what is set aside for calls under way."""

    day: date
    usd: float = 0.0
    by_purse: dict[str, float] = field(default_factory=dict)
    by_author: dict[tuple[str, str], float] = field(default_factory=dict)
    ledger: dict[str, float] = field(default_factory=dict)
    """What of the sums stands in the ledger, by purse."""
    read_at: datetime | None = None

    def read(self, rows: Sequence[Spent], at: datetime) -> None:
        """Take in what others, such as another process, wrote to the ledger since."""
        totals: dict[str, float] = {}
        for row in rows:
            totals[row.purse] = totals.get(row.purse, 0.0) + row.usd
        for purse, total in totals.items():
            self.add(Scope(purse), total - self.ledger.get(purse, 0.0))
        self.ledger, self.read_at = totals, at

    def add(self, scope: Scope, usd: float) -> None:
        self.usd += usd
        self.by_purse[scope.purse] = self.by_purse.get(scope.purse, 0.0) + usd
        if scope.author:
            author = self.author(scope)
            self.by_author[author] = self.by_author.get(author, 0.0) + usd

    def author(self, scope: Scope) -> tuple[str, str]:
        key = (scope.purse, scope.author)
        return key if key in self.by_author or len(self.by_author) < _AUTHORS else ("", "")


@dataclass(frozen=True, slots=True)
class Reserved:
    """Money set aside for one call."""

    provider: str
    scope: Scope
    usd: float
    day: date


class Budget:
    """The day's money. ``now`` gives an aware time."""

    def __init__(
        self,
        ledger: Ledger,
        allowance: Allowance,
        now: Callable[[], datetime],
        prices: PriceList | None = None,
    ) -> None:
        self._ledger = ledger
        self._allowance = allowance
        self._now = now
        self._prices = prices or PriceList()
        self._day: _Day | None = None
        self._opening = asyncio.Lock()
        self._told: set[tuple[str, str]] = set()
        self._writing: set[asyncio.Task[None]] = set()

    async def reserve(
        self, provider: str, model: str, scope: Scope, usage: Usage, fallback: Price = UNKNOWN
    ) -> Reserved:
        """Set aside what a call may cost; ``fallback`` is the price of a model nobody priced.

        Raises:
            ProviderOverBudget: it could cost more than is left, or nobody can say what is.
        """
        day = await self._today(provider)
        usd = self._price(provider, model, day.day, fallback).of(usage)
        # What costs nothing is done even when nothing is left.
        if usd > 0.0:
            self._refuse_beyond(day, provider, scope, usd)
        day.add(scope, usd)
        return Reserved(provider, scope, usd, day.day)

    async def settle(
        self, reserved: Reserved, usage: Sequence[Usage], fallback: Price = UNKNOWN
    ) -> float:
        """Put what was used in the place of what was set aside; returns US dollars.

        A cancelled caller does not undo it, and trouble with the ledger is logged, not raised.
        """
        costs = [
            self._price(reserved.provider, used.model, reserved.day, fallback).of(used)
            for used in usage
        ]
        self._replace(reserved, sum(costs))
        for used, usd in zip(usage, costs, strict=True):
            await self._written(reserved, used, usd)
        return sum(costs)

    async def forfeit(self, reserved: Reserved, model: str) -> float:
        """Count what was set aside as spent: the vendor may bill an answer we could not use."""
        await self._written(reserved, Usage(model), reserved.usd)
        return reserved.usd

    def release(self, reserved: Reserved) -> None:
        """Give back what was set aside for a call that cost nothing."""
        self._replace(reserved, 0.0)

    def _replace(self, reserved: Reserved, usd: float) -> None:
        # Yesterday's sums are closed; the ledger still gets what is left to write of them.
        if self._day is not None and self._day.day == reserved.day:
            self._day.add(reserved.scope, usd - reserved.usd)

    def _refuse_beyond(self, day: _Day, provider: str, scope: Scope, usd: float) -> None:
        allowed = self._allowance
        share = min(allowed.usd, allowed.usd_per_community) * allowed.author_share
        purse, author = day.by_purse.get(scope.purse, 0.0), 0.0
        if scope.author:
            author = day.by_author.get(day.author(scope), 0.0)
        limits = (
            ("today's money for all", day.usd, allowed.usd),
            ("the community's money for today", purse, allowed.usd_per_community),
            ("the author's share of it", author, share if scope.author else usd),
        )
        for whose, spent, limit in limits:
            if spent + usd > limit:
                raise ProviderOverBudget(f"{whose} is used up (${limit:.2f})", provider=provider)

    def _price(self, provider: str, model: str, day: date, fallback: Price) -> Price:
        price = self._prices.price(provider, model, day)
        if price is not None:
            return price
        if fallback is UNKNOWN and (provider, model) not in self._told:
            self._told.add((provider, model))
            log.warning(
                "no price is known for %s of %s; it counts as the dearest: set [budget.prices]",
                model or "the model",
                provider,
            )
        return fallback

    async def _today(self, provider: str) -> _Day:
        now = self._now()
        async with self._opening:
            day = self._day
            if day is None or day.day != now.date():
                day = _Day(now.date())
            if day.read_at is None or not timedelta() <= now - day.read_at < _FRESH:
                day.read(await self._spent(day.day, provider), now)
            self._day = day
            return day

    async def _spent(self, today: date, provider: str) -> Sequence[Spent]:
        try:
            return await self._ledger.spent(today)
        except Exception as exc:
            log.error("the ledger cannot be read: %s", type(exc).__name__)  # noqa: TRY400 - may quote
            raise ProviderOverBudget(
                "nobody can say what was spent today: the ledger cannot be read", provider=provider
            ) from exc

    async def _written(self, reserved: Reserved, used: Usage, usd: float) -> None:
        spent = Spent(
            day=reserved.day,
            purse=reserved.scope.purse,
            provider=reserved.provider,
            model=used.model,
            usd=usd,
            calls=used.calls,
            tokens=used.input_tokens + used.output_tokens,
        )
        task = asyncio.ensure_future(self._write(spent))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        await asyncio.shield(task)

    async def _write(self, spent: Spent) -> None:
        try:
            await self._ledger.add(spent)
            if self._day is not None and self._day.day == spent.day:
                written = self._day.ledger
                written[spent.purse] = written.get(spent.purse, 0.0) + spent.usd
        except Exception as exc:  # noqa: BLE001 - an answer that was paid for is not thrown away
            log.error("the ledger cannot be written: %s", type(exc).__name__)  # noqa: TRY400 - may quote
