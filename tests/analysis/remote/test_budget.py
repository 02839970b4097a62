"""The day's money: what is set aside, what is spent, and who has none left."""

import asyncio
from collections.abc import Sequence
from datetime import date

import pytest

from analysis.errors import ProviderOverBudget
from analysis.remote.budget import Allowance, Budget, Reserved
from analysis.remote.ledger import MemoryLedger, Spent
from analysis.remote.prices import FREE
from analysis.types import Scope, Usage
from tests.analysis.remote.kit import NOON, PENNY, Clock

ADA, BOB, EVE = Scope("x", author="ada"), Scope("x", author="bob"), Scope("y", author="eve")
TODAY = NOON.date()
ONE = Usage("acme-1")


def a_budget(
    allowance: Allowance | None = None,
    ledger: MemoryLedger | None = None,
    clock: Clock | None = None,
) -> Budget:
    return Budget(
        ledger or MemoryLedger(),
        allowance or Allowance(1.0, 1.0, 1.0),
        (clock or Clock()).now,
        PENNY,
    )


async def spend(budget: Budget, scope: Scope, calls: int = 1, provider: str = "acme") -> int:
    """How many of so many calls there was money for."""
    made = 0
    for _ in range(calls):
        try:
            reserved = await budget.reserve(provider, "acme-1", scope, ONE)
        except ProviderOverBudget:
            continue
        await budget.settle(reserved, [ONE])
        made += 1
    return made


async def test_money_for_all_ends() -> None:
    assert await spend(a_budget(Allowance(0.055, 1.0, 1.0)), ADA, 10) == 5


async def test_one_communitys_money_ends_and_the_others_goes_on() -> None:
    budget = a_budget(Allowance(1.0, 0.035, 1.0))

    assert await spend(budget, ADA, 10) == 3
    assert await spend(budget, EVE, 2) == 2


async def test_one_author_uses_up_a_share_and_the_others_go_on() -> None:
    budget = a_budget(Allowance(1.0, 0.101, 0.2))

    assert await spend(budget, ADA, 10_000) == 2
    assert await spend(budget, BOB, 2) == 2


async def test_an_unknown_author_has_no_share_to_use_up() -> None:
    assert await spend(a_budget(Allowance(1.0, 0.101, 0.2)), Scope("x"), 20) == 10


async def test_calls_at_the_same_time_cannot_spend_the_same_cent() -> None:
    budget = a_budget(Allowance(0.055, 1.0, 1.0))

    async def reserve() -> Reserved:
        return await budget.reserve("acme", "acme-1", ADA, ONE)

    made = await asyncio.gather(*(reserve() for _ in range(50)), return_exceptions=True)

    assert sum(isinstance(each, Reserved) for each in made) == 5


async def test_what_is_given_back_can_be_spent() -> None:
    budget = a_budget(Allowance(0.015, 1.0, 1.0))
    budget.release(await budget.reserve("acme", "acme-1", ADA, ONE))

    assert await spend(budget, ADA) == 1


async def test_what_a_call_did_cost_counts_and_not_what_was_thought() -> None:
    budget = a_budget(Allowance(0.035, 1.0, 1.0))
    reserved = await budget.reserve("acme", "acme-1", ADA, ONE)

    assert await budget.settle(reserved, [ONE, ONE]) == 0.02
    assert await spend(budget, ADA, 5) == 1


async def test_an_answer_that_could_not_be_used_is_paid_all_the_same() -> None:
    budget = a_budget(Allowance(0.015, 1.0, 1.0))
    await budget.forfeit(await budget.reserve("acme", "acme-1", ADA, ONE), "acme-1")

    assert await spend(budget, ADA) == 0


async def test_a_new_day_in_utc_has_new_money() -> None:
    clock = Clock()
    budget = a_budget(Allowance(0.015, 1.0, 1.0), clock=clock)
    before = await spend(budget, ADA, 2)
    clock.passes(12 * 3600)

    assert (before, await spend(budget, ADA, 2)) == (1, 1)


async def test_a_call_that_ends_after_midnight_is_yesterdays() -> None:
    clock, ledger = Clock(), MemoryLedger()
    budget = a_budget(Allowance(0.015, 1.0, 1.0), ledger, clock)
    reserved = await budget.reserve("acme", "acme-1", ADA, ONE)
    clock.passes(12 * 3600)
    reserved_today = await budget.reserve("acme", "acme-1", ADA, ONE)
    await budget.settle(reserved, [ONE])
    budget.release(reserved_today)

    assert [row.calls for row in await ledger.spent(TODAY)] == [1]
    assert await spend(budget, ADA) == 1


async def test_a_restart_does_not_give_the_money_back() -> None:
    ledger = MemoryLedger()
    await spend(a_budget(Allowance(0.055, 1.0, 1.0), ledger), ADA, 3)

    assert await spend(a_budget(Allowance(0.055, 1.0, 1.0), ledger), ADA, 10) == 2


async def test_the_ledger_names_no_author() -> None:
    ledger = MemoryLedger()
    await spend(a_budget(ledger=ledger), ADA, 2)

    assert await ledger.spent(TODAY) == (Spent(TODAY, "x", "acme", "acme-1", 0.02, 2, 0),)


async def test_what_is_free_is_done_without_money() -> None:
    budget = a_budget(Allowance(0.0, 0.0, 0.0))

    reserved = await budget.reserve("local", "llava", ADA, ONE, FREE)

    assert reserved.usd == 0.0


async def test_a_model_without_a_price_counts_as_dear() -> None:
    with pytest.raises(ProviderOverBudget):
        await a_budget(Allowance(0.01, 1.0, 1.0)).reserve(
            "nobody", "new", ADA, Usage("new", input_tokens=10_000)
        )


class BrokenLedger(MemoryLedger):
    async def spent(self, day: date) -> Sequence[Spent]:
        raise OSError


class FullLedger(MemoryLedger):
    async def add(self, spent: Spent) -> None:
        raise OSError


async def test_nobody_is_asked_while_nobody_can_say_what_was_spent() -> None:
    with pytest.raises(ProviderOverBudget, match="the ledger cannot be read"):
        await a_budget(ledger=BrokenLedger()).reserve("acme", "acme-1", ADA, ONE)


async def test_a_ledger_that_cannot_be_written_still_counts() -> None:
    assert await spend(a_budget(Allowance(0.055, 1.0, 1.0), FullLedger()), ADA, 10) == 5


@pytest.mark.parametrize("wanted", ["today's money for all", "the community's", "the author's"])
async def test_a_refusal_says_whose_money_it_is(wanted: str) -> None:
    allowance = {
        "today's money for all": Allowance(0.0, 1.0, 1.0),
        "the community's": Allowance(1.0, 0.0, 1.0),
        "the author's": Allowance(1.0, 1.0, 0.0),
    }[wanted]

    with pytest.raises(ProviderOverBudget, match=wanted):
        await a_budget(allowance).reserve("acme", "acme-1", ADA, ONE)


async def test_what_another_process_spends_is_seen_within_seconds() -> None:
    ledger, clock = MemoryLedger(), Clock()
    ours, theirs = (a_budget(Allowance(0.055, 1.0, 1.0), ledger, clock) for _ in range(2))
    assert await spend(ours, ADA) == 1
    assert await spend(theirs, ADA, 3) == 3
    clock.passes(5)

    assert await spend(ours, ADA, 10) == 1
    assert await spend(theirs, ADA, 10) == 0


async def test_reading_the_ledger_again_counts_nothing_twice() -> None:
    ledger, clock = MemoryLedger(), Clock()
    budget = a_budget(Allowance(0.105, 1.0, 1.0), ledger, clock)
    made = 0
    for _ in range(20):
        made += await spend(budget, ADA)
        clock.passes(60)

    assert made == 10
