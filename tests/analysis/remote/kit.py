"""Providers that behave as told, a clock that stands still, and one provider with all around it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from analysis.cache import Cache
from analysis.detector import Detector, Needs, Tier
from analysis.remote.answers import Answers
from analysis.remote.asked import Around, Asked
from analysis.remote.breaker import Breaker, Patience
from analysis.remote.budget import Allowance, Budget
from analysis.remote.ledger import Ledger, MemoryLedger
from analysis.remote.limits import Limits, Rates
from analysis.remote.meter import Meter
from analysis.remote.prices import Price, PriceList
from analysis.taxonomy import Category
from analysis.types import Content, Findings, Grounds, Modality, Scope, Signal, Usage
from tests.analysis.fakes import SCAM, Gate, a_post, an_image, an_open_gate

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PENNY = PriceList(table={"acme": (Price(per_call=0.01),)})
"""A call to anybody called acme is a cent."""


@dataclass
class Clock:
    """Stands still until it is moved."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds - 1000.0)

    def passes(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class FakeProvider:
    """Finds ``score`` of its categories in whatever it is shown; fails with ``errors`` first."""

    name: str = "acme"
    needs: Needs = Needs.EITHER
    categories: frozenset[Category] = frozenset({SCAM})
    score: float = 0.9
    tier: Tier = Tier.REMOTE
    usage: tuple[Usage, ...] = (Usage("acme-1"),)
    errors: list[Exception] = field(default_factory=list)
    always: Exception | None = None
    gate: Gate = field(default_factory=an_open_gate)
    seen: list[Content] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)

    async def detect(self, content: Content, scope: Scope) -> Findings:
        self.seen.append(content)
        self.authors.append(scope.author)
        await self.gate.passed()
        if self.errors:
            raise self.errors.pop(0)
        if self.always is not None:
            raise self.always
        signals = tuple(
            Signal(category, self.score, Modality.JOINT, Grounds.MODEL, f"{self.name}/acme-1@1")
            for category in sorted(self.categories)
        )
        return Findings(signals, usage=self.usage)


@dataclass
class Kit:
    """Everything around a provider, with its parts in reach."""

    clock: Clock = field(default_factory=Clock)
    cache: Cache = field(default_factory=Cache)
    meter: Meter = field(default_factory=Meter)
    ledger: Ledger = field(default_factory=MemoryLedger)
    rates: Rates = field(default_factory=Rates)
    patience: Patience = field(default_factory=Patience)
    allowance: Allowance = field(default_factory=lambda: Allowance(1e6, 1e6, 1.0))
    limit: timedelta = timedelta(seconds=30)
    question: str = "1"
    told: list[str] = field(default_factory=list)
    _budget: Budget | None = None

    @property
    def budget(self) -> Budget:
        self._budget = self._budget or Budget(self.ledger, self.allowance, self.clock.now, PENNY)
        return self._budget

    def around(self, provider: Detector) -> Asked:
        name = provider.name
        return Asked(
            provider,
            Around(
                answers=Answers(self.cache, name, self.question, timedelta(hours=1)),
                breaker=Breaker(name, self.clock, patience=self.patience, tell=self.told.append),
                limits=Limits(name, self.rates, self.clock),
                budget=self.budget,
                meter=self.meter,
                limit=self.limit,
            ),
            self.clock,
        )


def posts(number: int, text: Callable[[int], str] = "post {}".format) -> list[Content]:
    """Different posts, each with a picture of its own."""
    return [a_post(an_image(f"{n:04x}"), text=text(n)) for n in range(number)]
