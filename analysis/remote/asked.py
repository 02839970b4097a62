"""One provider with everything around it: kept answers, breaker, fair turns, money, figures.

In this order, so that nothing is paid for twice and nothing waits in vain: an answer that is kept
or under way is used; a vendor in trouble is left alone; a call waits its fair turn; its money is
set aside; it is made under a deadline; what it cost is written down and the answer kept.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from analysis.deadline import within
from analysis.detector import Detector, Needs, Tier
from analysis.errors import (
    ProviderError,
    ProviderGarbled,
    ProviderOverBudget,
    ProviderUnavailable,
)
from analysis.failing import failure_of
from analysis.flight import SingleFlight
from analysis.remote.answers import Answers
from analysis.remote.breaker import Breaker
from analysis.remote.budget import Budget, Reserved
from analysis.remote.limits import Limits
from analysis.remote.meter import Meter, Spared
from analysis.remote.prices import UNKNOWN, Price, expected
from analysis.taxonomy import Category
from analysis.types import Content, Findings, Origin, Scope, Usage


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around one provider."""

    answers: Answers
    breaker: Breaker
    limits: Limits
    budget: Budget
    meter: Meter
    limit: timedelta
    """How long one call may take, its retries included."""
    model: str = ""
    """The model asked for, by which a call is priced beforehand."""
    unpriced: Price = UNKNOWN
    """What a model costs that nobody gave a price."""


class Asked:
    """A provider, asked with care. Itself a detector."""

    tier = Tier.REMOTE

    def __init__(
        self, provider: Detector, around: Around, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._provider = provider
        self._around = around
        self._clock = clock
        self._flights: SingleFlight[Hashable, Findings, None] = SingleFlight()

    @property
    def name(self) -> str:
        """The provider's name."""
        return self._provider.name

    @property
    def needs(self) -> Needs:
        """What the provider needs."""
        return self._provider.needs

    @property
    def categories(self) -> frozenset[Category]:
        """What the provider judges."""
        return self._provider.categories

    async def detect(self, content: Content, scope: Scope) -> Findings:
        """Judge what may leave the machine of this content.

        Only the findings of who paid carry a cost.

        Raises:
            ProviderError, TimeoutError: it did not answer, or was not asked.
        """
        shown = sendable(content)
        key = self._around.answers.key(shown)
        kept = await self._around.answers.kept(key)
        if kept is not None:
            self._around.meter.spared(self.name, Spared.CACHE)
            return kept
        try:
            return await self._shared(key, shown, scope)
        except Exception as exc:
            self._around.meter.failed(self.name, failure_of(exc, self.name).kind)
            raise

    async def _shared(self, key: str, content: Content, scope: Scope) -> Findings:
        payers: list[Scope] = []

        async def work(_: object) -> Findings:
            payers.append(scope)
            return await self._fresh(key, content, scope)

        try:
            findings = await self._flights.join(key, work)
        except ProviderOverBudget:
            if payers:
                raise
            # It was another's money or turn that was used up: ours is asked for itself.
            findings = await self._flights.join((key, scope.purse, scope.author), work)
        if payers:
            return findings
        self._around.meter.spared(self.name, Spared.SINGLE_FLIGHT)
        return replace(findings, cost_usd=0.0, usage=())

    async def _fresh(self, key: str, content: Content, scope: Scope) -> Findings:
        usage = expected(content)
        async with self._admitted(scope, usage.input_tokens + usage.output_tokens):
            self._refuse_if_open()  # it may have opened while we waited
            with self._around.breaker.guarding():
                reserved = await self._reserved(content, scope)
                findings = await self._called(content, scope, reserved)
        await self._around.answers.keep_answer(key, findings)
        return findings

    @asynccontextmanager
    async def _admitted(self, scope: Scope, tokens: int) -> AsyncIterator[None]:
        """Past the breaker and through the queue."""
        self._refuse_if_open()
        turn = self._around.limits.turn(scope, tokens)
        try:
            await turn.__aenter__()
        except ProviderOverBudget:
            self._around.meter.spared(self.name, Spared.LIMITS)
            raise
        try:
            yield
        finally:
            await turn.__aexit__(None, None, None)

    def _refuse_if_open(self) -> None:
        try:
            self._around.breaker.refuse_if_open()
        except ProviderUnavailable:
            self._around.meter.spared(self.name, Spared.BREAKER)
            raise

    async def _reserved(self, content: Content, scope: Scope) -> Reserved:
        around = self._around
        try:
            return await around.budget.reserve(
                self.name, around.model, scope, expected(content), around.unpriced
            )
        except ProviderOverBudget:
            around.meter.spared(self.name, Spared.BUDGET)
            raise

    async def _called(self, content: Content, scope: Scope, reserved: Reserved) -> Findings:
        around, started = self._around, self._clock()
        try:
            findings = await within(self._provider.detect(content, scope), around.limit)
        except (ProviderError, TimeoutError, asyncio.CancelledError) as exc:
            around.meter.cost(self.name, *await self._charged(reserved, exc))
            raise
        except Exception:
            around.budget.release(reserved)
            raise
        finally:
            around.meter.called(self.name, self._clock() - started)
        usd = await around.budget.settle(reserved, findings.usage, around.unpriced)
        around.meter.cost(self.name, usd, findings.usage)
        return replace(findings, cost_usd=usd)

    async def _charged(
        self, reserved: Reserved, exc: BaseException
    ) -> tuple[float, tuple[Usage, ...]]:
        """What a call that failed cost: what the vendor says, or else what it may bill."""
        around = self._around
        if isinstance(exc, ProviderError) and exc.usage:
            return await around.budget.settle(reserved, exc.usage, around.unpriced), exc.usage
        if isinstance(exc, ProviderError) and not isinstance(exc, ProviderGarbled):
            around.budget.release(reserved)
            return 0.0, ()
        # It answered, or we did not wait for it: the work may have been done.
        return await around.budget.forfeit(reserved, around.model), ()


def sendable(content: Content) -> Content:
    """What a vendor may see: no file names, and nothing of what went wrong here."""
    passages = tuple(p for p in content.passages if p.origin is not Origin.FILENAME)
    return Content(passages, content.images, content.media)
