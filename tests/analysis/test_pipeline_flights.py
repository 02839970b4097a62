"""Equal posts in flight, and what a live page is told of them."""

import asyncio
from dataclasses import replace

import pytest

from analysis.cache import Cache
from analysis.pipeline import Pipeline
from analysis.stages import Answered, Fused, Judged, Read, Stage
from analysis.types import (
    Content,
    Failure,
    FailureKind,
    Scope,
)
from tests.analysis.builders import a_judge, a_pipeline
from tests.analysis.fakes import (
    SCAM,
    FakeBanks,
    FakeDetector,
    FakeReader,
    Gate,
    TickingClock,
    a_post,
    a_reader,
    an_image,
)

UNREADABLE = Failure("decode", FailureKind.UNREADABLE, "cut short", media=0)


async def test_equal_posts_in_flight_are_analysed_once() -> None:
    words = FakeDetector(gate=Gate())
    pipeline = a_pipeline(words)
    callers = [asyncio.create_task(pipeline.analyse(a_post(), Scope())) for _ in range(3)]
    await words.gate.reached.wait()
    words.gate.opened.set()

    assert len({id(found) for found in await asyncio.gather(*callers)}) == 1
    assert len(words.seen) == 1


@pytest.mark.parametrize(
    ("content", "scope"),
    [
        pytest.param(a_post(text="other"), Scope("x"), id="words"),
        pytest.param(a_post(an_image("aa")), Scope("x"), id="pictures"),
        pytest.param(a_post(), Scope("y"), id="purse"),
        pytest.param(a_post(), Scope("x", FakeBanks({})), id="banks"),
        pytest.param(replace(a_post(), failures=(UNREADABLE,)), Scope("x"), id="failures"),
    ],
)
async def test_posts_that_differ_are_analysed_each(content: Content, scope: Scope) -> None:
    judge = a_judge(gate=Gate())
    pipeline = a_pipeline(judge)
    callers = [
        asyncio.create_task(pipeline.analyse(a_post(), Scope("x"))),
        asyncio.create_task(pipeline.analyse(content, scope)),
    ]
    judge.gate.opened.set()
    await asyncio.gather(*callers)

    assert len(judge.seen) == 2


async def test_two_purses_share_what_nobody_is_billed_for() -> None:
    words = FakeDetector(gate=Gate())
    pipeline = a_pipeline(words)
    callers = [asyncio.create_task(pipeline.analyse(a_post(), Scope(p))) for p in ("x", "y")]
    await words.gate.reached.wait()
    words.gate.opened.set()
    await asyncio.gather(*callers)

    assert len(words.seen) == 1


async def test_the_first_callers_cancellation_does_not_reach_the_others() -> None:
    words = FakeDetector(gate=Gate())
    pipeline = a_pipeline(words)
    first = asyncio.create_task(pipeline.analyse(a_post(text="nitro"), Scope()))
    second = asyncio.create_task(pipeline.analyse(a_post(text="nitro"), Scope()))
    await words.gate.reached.wait()
    first.cancel()
    await asyncio.wait({first})
    words.gate.opened.set()

    assert (await second).scores[SCAM] == 0.45


async def test_work_that_nobody_waits_for_is_cancelled() -> None:
    words = FakeDetector(gate=Gate())
    only = asyncio.create_task(a_pipeline(words).analyse(a_post(), Scope()))
    await words.gate.reached.wait()
    only.cancel()
    await asyncio.wait({only})
    await words.over.wait()

    assert words.ended == ["cancelled"]


async def test_equal_pictures_of_different_posts_in_flight_are_read_once() -> None:
    reader = a_reader("free nitro")
    reader.gate = Gate()
    pipeline = a_pipeline(reader)
    posts = [a_post(an_image("aa"), text=text) for text in ("one", "two")]
    callers = [asyncio.create_task(pipeline.analyse(post, Scope())) for post in posts]
    await reader.gate.reached.wait()
    reader.gate.opened.set()
    await asyncio.gather(*callers)

    assert len(reader.seen) == 1


async def test_a_live_page_is_told_every_stage_in_order() -> None:
    told: list[Stage] = []

    await a_pipeline(FakeReader(), FakeDetector()).analyse(
        a_post(an_image()), Scope(), on_stage=told.append
    )

    assert [type(stage) for stage in told] == [Read, Answered, Judged, Fused]


async def test_the_last_stage_carries_the_assessment() -> None:
    told: list[Stage] = []

    found = await a_pipeline(FakeDetector()).analyse(a_post(), Scope(), on_stage=told.append)

    assert isinstance(told[-1], Fused)
    assert told[-1].assessment is found


async def test_a_page_that_joins_late_is_told_what_it_missed() -> None:
    words = FakeDetector(gate=Gate())
    pipeline = a_pipeline(words)
    first, second = list[Stage](), list[Stage]()
    one = asyncio.create_task(pipeline.analyse(a_post(), Scope(), on_stage=first.append))
    await words.gate.reached.wait()
    two = asyncio.create_task(pipeline.analyse(a_post(), Scope(), on_stage=second.append))
    words.gate.opened.set()
    await asyncio.gather(one, two)

    assert first == second


async def test_a_broken_page_does_not_stop_an_analysis() -> None:
    def broken(_: Stage) -> None:
        raise ConnectionResetError

    found = await a_pipeline(FakeDetector()).analyse(a_post(text="nitro"), Scope(), on_stage=broken)

    assert found.scores[SCAM] == 0.45


async def test_every_stage_reader_and_detector_is_timed() -> None:
    pipeline = Pipeline([FakeReader()], [FakeDetector()], cache=Cache(), clock=TickingClock())

    found = await pipeline.analyse(a_post(an_image()), Scope())

    assert set(found.timings_ms) == {"read", "judged", "fused", "total", "ocr", "words"}
    assert all(ms > 0 for ms in found.timings_ms.values())
