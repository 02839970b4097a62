"""What providers cost, kept on both databases and across restarts."""

import asyncio
from dataclasses import replace
from datetime import date

from analysis.remote.ledger import Spent
from analysis.remote.meter import Spared
from bot.storage.database import Database
from bot.storage.spend import SparedCalls, SpendLedger

DAY, NEXT = date(2026, 11, 22), date(2026, 11, 23)
SPENT = Spent(DAY, "x", "gemini", "gemini-3.5-flash-lite", 0.25, 1, 1433)


async def test_nothing_is_spent_at_first(database: Database) -> None:
    assert await SpendLedger(database).spent(DAY) == ()


async def test_the_same_is_added_up(database: Database) -> None:
    ledger = SpendLedger(database)
    await ledger.add(SPENT)
    await ledger.add(SPENT)

    assert await ledger.spent(DAY) == (replace(SPENT, usd=0.5, calls=2, tokens=2866),)


async def test_nothing_is_lost_when_many_add_at_once(database: Database) -> None:
    ledger = SpendLedger(database)
    await asyncio.gather(*(ledger.add(SPENT) for _ in range(100)))

    assert [row.calls for row in await ledger.spent(DAY)] == [100]


async def test_days_communities_providers_and_models_stand_apart(database: Database) -> None:
    ledger = SpendLedger(database)
    others = (
        replace(SPENT, day=NEXT),
        replace(SPENT, purse="y"),
        replace(SPENT, provider="z"),
        replace(SPENT, model="m"),
    )
    for each in (SPENT, *others):
        await ledger.add(each)

    assert len(await ledger.spent(DAY)) == 4
    assert await ledger.spent(NEXT) == (replace(SPENT, day=NEXT),)
    assert len(await ledger.since(DAY)) == 5


async def test_a_restart_forgets_nothing(url: str) -> None:
    first = await Database.open(url)
    await SpendLedger(first).add(SPENT)
    await first.close()

    again = await Database.open(url)
    found = await SpendLedger(again).spent(DAY)
    await again.close()

    assert found == (SPENT,)


async def test_spared_calls_are_added_up_by_day_and_reason(database: Database) -> None:
    ledger = SpendLedger(database)
    calls = SparedCalls(DAY, "gemini", Spared.CACHE, 2)
    await ledger.add_spared([calls, calls, replace(calls, reason=Spared.BUDGET)])

    assert await ledger.spared_since(DAY) == (
        replace(calls, reason=Spared.BUDGET),
        replace(calls, calls=4),
    )
    assert await ledger.spared_since(NEXT) == ()
