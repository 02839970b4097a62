"""How often one provider may be asked: calls at once, calls a minute, tokens a minute.

What does not fit waits its fair turn, for a bounded time; then the next provider is asked, or
the post goes to review. Windows are pyrate-limiter's, so that a second place to keep them (Redis)
can be put in without another algorithm.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pyrate_limiter import Duration, InMemoryBucket, Rate, RateItem

from analysis.errors import ProviderOverBudget
from analysis.remote.lanes import Lanes
from analysis.types import Scope

_GRAIN = 1000
"""Tokens that share one entry of the window: a bucket keeps one per unit of weight."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What a vendor's plan allows, and how long a post waits for it. 0: no limit."""

    calls_per_minute: int = 0
    tokens_per_minute: int = 0
    at_once: int = 64
    waiting: int = 1000
    """Posts that may wait; chosen by eye."""
    wait_s: float = 5.0
    """Seconds a post waits for its turn."""


class _Windows:
    """Both windows of one provider; an entry goes into both or into neither."""

    def __init__(self, rates: Rates) -> None:
        self._calls = _bucket(rates.calls_per_minute)
        self._tokens = _bucket(-(-rates.tokens_per_minute // _GRAIN))
        self._most = max(1, rates.tokens_per_minute // _GRAIN)

    def admit(self, tokens: int, now_ms: int) -> int:
        """Enter a call; 0 when it is in, else milliseconds until it is worth asking again."""
        wait = 0
        # A single call larger than the minute's tokens takes the whole minute, not for ever.
        weight = min(self._most, max(1, -(-tokens // _GRAIN)))
        for bucket, heavy in ((self._tokens, weight), (self._calls, 1)):
            if bucket is not None:
                bucket.leak(now_ms)
                wait = max(wait, _wait(bucket, heavy, now_ms))
        if not wait:
            for bucket, heavy in ((self._tokens, weight), (self._calls, 1)):
                if bucket is not None:
                    bucket.put(RateItem("call", now_ms, weight=heavy))
        return wait


def _bucket(limit: int) -> InMemoryBucket | None:
    return InMemoryBucket([Rate(limit, Duration.MINUTE)]) if limit else None


def _wait(bucket: InMemoryBucket, weight: int, now_ms: int) -> int:
    """Milliseconds until so much fits, without putting it in."""
    over = bucket.count() + weight - bucket.rates[0].limit
    if over <= 0:
        return 0
    # The entry whose leaving makes room; the bucket counts from the newest.
    last = bucket.peek(bucket.count() - over)
    return max(1, last.timestamp + bucket.rates[0].interval - now_ms + 1) if last else 1


@dataclass(eq=False, slots=True)
class _Place:
    """One call that waits."""

    scope: Scope
    tokens: int
    turn: "asyncio.Future[None]"


class Limits:
    """One provider's limits. ``clock`` gives seconds that never go back."""

    def __init__(self, provider: str, rates: Rates, clock: Callable[[], float]) -> None:
        self._provider = provider
        self._rates = rates
        self._clock = clock
        self._windows = _Windows(rates)
        self._lanes: Lanes[_Place] = Lanes(at_most=rates.waiting)
        self._running = 0
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return len(self._lanes)

    @asynccontextmanager
    async def turn(self, scope: Scope, tokens: int) -> AsyncIterator[None]:
        """Wait for a fair turn of a call of so many tokens, and hold it.

        Raises:
            ProviderOverBudget: it did not come in time, or too many wait.
        """
        await self._wait_for_turn(scope, tokens)
        try:
            yield
        finally:
            self._running -= 1
            self.advance()

    async def _wait_for_turn(self, scope: Scope, tokens: int) -> None:
        place = _Place(scope, tokens, asyncio.get_running_loop().create_future())
        out = self._lanes.add(scope.purse, scope.author, place)
        if out is not None and not out.turn.done():
            out.turn.set_exception(self._too_much("too many posts wait for it"))
        self.advance()
        try:
            async with asyncio.timeout(self._rates.wait_s):
                await place.turn
        except TimeoutError as exc:
            self._give_up(place)
            raise self._too_much(f"no turn within {self._rates.wait_s:g} s") from exc
        except asyncio.CancelledError:
            self._give_up(place)
            raise

    def advance(self) -> None:
        """Give turns to whom they are due; whoever moves an injected clock calls it too."""
        while self._running < self._rates.at_once:
            place = self._lanes.take()
            if place is None:
                return
            if place.turn.done():
                continue
            wait_ms = self._windows.admit(place.tokens, int(self._clock() * 1000))
            if wait_ms:
                self._lanes.put_back(place.scope.purse, place.scope.author, place)
                self._wake_in(wait_ms / 1000)
                return
            self._running += 1
            place.turn.set_result(None)

    def _wake_in(self, seconds: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(seconds, self.advance)

    def _give_up(self, place: _Place) -> None:
        if place.turn.done() and not place.turn.cancelled() and not place.turn.exception():
            self._running -= 1  # the turn came in the very moment that nobody waited any more
        self._lanes.remove(place.scope.purse, place.scope.author, place)
        self.advance()

    def _too_much(self, why: str) -> ProviderOverBudget:
        return ProviderOverBudget(f"its limits are used up: {why}", provider=self._provider)
