"""How often a provider is asked, and in whose turn."""

import asyncio
from collections.abc import Sequence

import pytest

from analysis.errors import ProviderOverBudget
from analysis.remote.limits import Limits, Rates
from analysis.types import Scope
from tests.analysis.remote.kit import Clock

ADA, BOB, EVE = Scope("x", author="ada"), Scope("x", author="bob"), Scope("y", author="eve")


class Desk:
    """Limits, and the order in which calls got their turn."""

    def __init__(self, rates: Rates) -> None:
        self.clock = Clock()
        self.limits = Limits("acme", rates, self.clock)
        self.order: list[str] = []
        self.may_go = asyncio.Event()

    async def call(self, scope: Scope, tokens: int = 0) -> None:
        async with self.limits.turn(scope, tokens):
            self.order.append(scope.author)
            await self.may_go.wait()

    def calls(self, scopes: Sequence[Scope], tokens: int = 0) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(self.call(scope, tokens)) for scope in scopes]


async def settled() -> None:
    """Let every task run until it waits for something."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_only_so_many_run_at_once() -> None:
    desk = Desk(Rates(at_once=2))
    tasks = desk.calls([ADA] * 5)
    await settled()

    assert len(desk.order) == 2
    desk.may_go.set()
    await asyncio.gather(*tasks)
    assert len(desk.order) == 5


async def test_whoever_asked_a_hundred_times_does_not_come_before_the_others() -> None:
    desk = Desk(Rates(at_once=1))
    tasks = desk.calls([ADA] * 100 + [BOB, EVE])
    await settled()
    desk.may_go.set()
    await asyncio.gather(*tasks)

    assert set(desk.order[:4]) == {"ada", "bob", "eve"}


async def test_a_minute_has_only_so_many_calls() -> None:
    desk = Desk(Rates(calls_per_minute=3))
    desk.may_go.set()
    tasks = desk.calls([ADA] * 5)
    await settled()
    before = len(desk.order)
    desk.clock.passes(61)
    desk.limits.advance()
    await asyncio.gather(*tasks)

    assert (before, len(desk.order)) == (3, 5)


async def test_a_minute_has_only_so_many_tokens() -> None:
    desk = Desk(Rates(tokens_per_minute=10_000))
    desk.may_go.set()
    tasks = desk.calls([ADA] * 4, tokens=4_000)
    await settled()
    before = len(desk.order)
    desk.clock.passes(61)
    desk.limits.advance()
    await asyncio.gather(*tasks)

    assert (before, len(desk.order)) == (2, 4)


async def test_a_call_of_more_tokens_than_a_minute_has_goes_alone() -> None:
    desk = Desk(Rates(tokens_per_minute=10_000))
    desk.may_go.set()

    await asyncio.gather(*desk.calls([ADA], tokens=50_000))

    assert desk.order == ["ada"]


async def test_nobody_waits_without_end() -> None:
    desk = Desk(Rates(at_once=1, wait_s=0.01))
    first, second = desk.calls([ADA, BOB])

    with pytest.raises(ProviderOverBudget, match=r"no turn within 0\.01 s"):
        await second
    assert desk.limits.waiting == 0
    desk.may_go.set()
    await first


async def test_a_full_room_refuses_whoever_filled_it() -> None:
    desk = Desk(Rates(at_once=1, waiting=3))
    tasks = desk.calls([ADA] * 6)
    await settled()
    tasks += desk.calls([BOB])
    desk.may_go.set()
    ended = await asyncio.gather(*tasks, return_exceptions=True)

    assert [isinstance(end, ProviderOverBudget) for end in ended] == [
        *(False, False, False, True, True, True),
        False,
    ]


async def test_who_leaves_the_queue_gives_the_turn_to_the_next() -> None:
    desk = Desk(Rates(at_once=1))
    first, second, third = desk.calls([ADA, BOB, EVE])
    await settled()
    second.cancel()
    desk.may_go.set()
    await asyncio.gather(first, third)

    assert desk.order == ["ada", "eve"]


async def test_a_turn_that_comes_too_late_is_given_on() -> None:
    desk = Desk(Rates(at_once=1))
    first, second, third = desk.calls([ADA, BOB, EVE])
    await settled()
    desk.may_go.set()
    await first
    second.cancel()  # its turn was given, and it has not run since
    await asyncio.gather(second, third, return_exceptions=True)

    assert desk.order[-1] == "eve"
    assert desk.limits.waiting == 0
