"""When remote detectors are called."""

import asyncio

from analysis.taxonomy import Category
from analysis.types import (
    Scope,
)
from tests.analysis.builders import a_judge, a_pipeline
from tests.analysis.fakes import (
    SCAM,
    FakeDetector,
    Gate,
    a_post,
)


async def test_remote_always_calls_beside_the_others() -> None:
    words, judge = FakeDetector(gate=Gate()), a_judge(gate=Gate())
    analysis = asyncio.create_task(a_pipeline(words, judge).analyse(a_post(), Scope()))

    await asyncio.gather(words.gate.reached.wait(), judge.gate.reached.wait())

    words.gate.opened.set()
    judge.gate.opened.set()
    await analysis


async def test_remote_never_calls_no_one_and_leaves_the_category_unasked() -> None:
    judge = a_judge()

    found = await a_pipeline(judge).analyse(a_post(), Scope(), remote="never")

    assert judge.seen == []
    assert SCAM in found.unasked


async def test_undecided_calls_no_one_where_it_could_change_nothing() -> None:
    judge = a_judge()

    await a_pipeline(judge).analyse(
        a_post(), Scope(), remote="undecided", could_change=lambda _: False
    )

    assert judge.seen == []


async def test_undecided_decides_by_what_was_found_here() -> None:
    judge = a_judge(categories=frozenset({Category.HATE}), word="hello")

    found = await a_pipeline(FakeDetector(), judge).analyse(
        a_post(text="hello nitro"),
        Scope(),
        remote="undecided",
        could_change=lambda here: here.scores[SCAM] == 0.45 and Category.HATE in here.unasked,
    )

    assert found.scores[Category.HATE] == 0.45


async def test_undecided_calls_where_nobody_can_say() -> None:
    judge = a_judge()

    await a_pipeline(judge).analyse(a_post(), Scope(), remote="undecided")

    assert len(judge.seen) == 1


async def test_a_policy_in_trouble_does_not_save_the_call() -> None:
    judge = a_judge()

    def broken(_: object) -> bool:
        raise ZeroDivisionError

    await a_pipeline(judge).analyse(a_post(), Scope(), remote="undecided", could_change=broken)

    assert len(judge.seen) == 1


async def test_costs_add_up() -> None:
    found = await a_pipeline(a_judge(cost_usd=0.25), a_judge("second", cost_usd=0.5)).analyse(
        a_post(), Scope()
    )

    assert found.cost_usd == 0.75
