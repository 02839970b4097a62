"""Work in flight is joined: one does it, all have it, nobody's leaving ends it for others."""

import asyncio

import pytest

from analysis.flight import SingleFlight
from tests.analysis.fakes import Gate


class Work:
    """Counts how often it was begun; ends when its gate opens."""

    def __init__(self, error: Exception | None = None) -> None:
        self.gate = Gate()
        self.begun = 0
        self._error = error

    async def __call__(self, _: object) -> int:
        self.begun += 1
        await self.gate.passed()
        if self._error is not None:
            raise self._error
        return self.begun


async def test_a_failure_is_everyones() -> None:
    flights: SingleFlight[str, int, None] = SingleFlight()
    work = Work(ValueError("no"))
    callers = [asyncio.create_task(flights.join("a", work)) for _ in range(2)]
    await work.gate.reached.wait()
    work.gate.opened.set()

    for caller in callers:
        with pytest.raises(ValueError, match="no"):
            await caller


async def test_after_it_ended_work_is_begun_anew() -> None:
    flights: SingleFlight[str, int, None] = SingleFlight()
    work = Work()
    work.gate.opened.set()
    await flights.join("a", work)

    assert await flights.join("a", work) == 2


async def test_different_keys_do_not_wait_for_each_other() -> None:
    flights: SingleFlight[str, int, None] = SingleFlight()
    held, free = Work(), Work()
    free.gate.opened.set()
    waiting = asyncio.create_task(flights.join("a", held))
    await held.gate.reached.wait()

    assert await flights.join("b", free) == 1
    held.gate.opened.set()
    await waiting


async def test_nothing_is_kept_of_work_that_ended() -> None:
    flights: SingleFlight[str, int, None] = SingleFlight()
    work = Work()
    work.gate.opened.set()
    await flights.join("a", work)

    assert flights._flights == {}


async def test_work_that_was_left_is_not_joined_while_it_ends() -> None:
    flights: SingleFlight[str, int, None] = SingleFlight()
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow_to_end(_: object) -> int:
        begun.set()
        try:
            return await asyncio.Event().wait()
        finally:
            await may_end.wait()

    only = asyncio.create_task(flights.join("a", slow_to_end))
    await begun.wait()
    only.cancel()
    await asyncio.wait({only})
    fresh = Work()
    fresh.gate.opened.set()

    assert await flights.join("a", fresh) == 1
    may_end.set()
