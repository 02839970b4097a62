"""Who stands in for whom, who is asked beside whom, and what is told when nobody answers."""

import asyncio

import pytest

from analysis.cache import Cache
from analysis.detector import Awaits, Detector, Needs, awaits
from analysis.errors import (
    ProviderGarbled,
    ProviderOverBudget,
    ProviderRejected,
    ProviderUnavailable,
)
from analysis.pipeline import Pipeline
from analysis.remote.budget import Allowance
from analysis.remote.chain import Chain, seated
from analysis.taxonomy import Category
from analysis.types import Assessment, Content, FailureKind, Origin, Passage, Scope
from tests.analysis.fakes import SCAM, Gate, a_post, a_reader, an_image
from tests.analysis.remote.kit import FakeProvider, Kit

DOWN = ProviderUnavailable("HTTP 503", provider="first")
BOTH = frozenset({SCAM, Category.HATE, Category.PROVIDER_BLOCK})
POST = a_post(an_image())


def names(seats: tuple[tuple[Detector, ...], ...]) -> list[list[str]]:
    return [[provider.name for provider in seat] for seat in seats]


def eyes(name: str = "eyes") -> FakeProvider:
    return FakeProvider(name, Needs.IMAGES, frozenset({Category.NUDITY}))


def words(name: str = "words") -> FakeProvider:
    return FakeProvider(name, Needs.PASSAGES, frozenset({Category.HATE}))


def judge(name: str, categories: frozenset[Category] = BOTH, **more: Exception) -> FakeProvider:
    return FakeProvider(name, Needs.EITHER, categories, always=more.get("always"))


async def assessed(*providers: FakeProvider, content: Content = POST) -> Assessment:
    chains = [Chain(seat) for seat in seated(providers)]
    return await Pipeline([], chains, cache=Cache()).analyse(content, Scope())


@pytest.mark.parametrize(
    ("providers", "seats"),
    [
        pytest.param([judge("a"), judge("b")], [["a", "b"]], id="two that see all"),
        pytest.param([eyes(), words()], [["eyes"], ["words"]], id="each sees its own"),
        pytest.param([words(), eyes()], [["words"], ["eyes"]], id="in any order"),
        pytest.param([judge("a"), eyes()], [["a", "eyes"]], id="the second sees less"),
        pytest.param([eyes(), judge("a")], [["eyes"], ["a"]], id="the second sees more"),
        pytest.param(
            [eyes("e"), words("w"), eyes("f"), words("x")],
            [["e", "f"], ["w", "x"]],
            id="stand-ins for each",
        ),
    ],
)
def test_a_provider_stands_in_for_one_that_sees_as_much(
    providers: list[FakeProvider], seats: list[list[str]]
) -> None:
    assert names(seated(providers)) == seats


def test_one_of_pictures_alone_does_not_wait_for_readers() -> None:
    assert awaits(Chain([eyes()])) is Awaits.NOTHING


def test_one_of_words_waits_for_all_of_them() -> None:
    assert awaits(Chain([words()])) is Awaits.READERS


async def test_the_first_that_answers_is_enough() -> None:
    second = judge("second")
    found = await assessed(judge("first"), second)

    assert found.complete
    assert second.seen == []


@pytest.mark.parametrize(
    "trouble",
    [
        DOWN,
        TimeoutError(),
        ProviderRejected("HTTP 401", provider="first"),
        ProviderGarbled("not JSON", provider="first"),
        ProviderOverBudget("used up", provider="first"),
    ],
)
async def test_a_stand_in_that_answers_makes_the_analysis_complete(trouble: Exception) -> None:
    found = await assessed(judge("first", always=trouble), judge("second"))

    assert found.complete
    assert all(s.source.startswith("second/") for s in found.signals)


async def test_what_the_stand_in_does_not_judge_stays_unanswered() -> None:
    found = await assessed(judge("first", always=DOWN), judge("second", frozenset({SCAM})))

    assert found.scores[SCAM] == pytest.approx(0.9, abs=0.05)
    assert found.scores[Category.HATE] is None
    assert [(f.detector, f.kind) for f in found.failures] == [("first", FailureKind.UNAVAILABLE)]


async def test_where_nobody_answers_each_failure_is_told_and_nothing_is_clean() -> None:
    garbled = ProviderGarbled("not JSON", provider="second")
    found = await assessed(judge("first", always=DOWN), judge("second", always=garbled))

    assert [(f.detector, f.kind) for f in found.failures] == [
        ("first", FailureKind.UNAVAILABLE),
        ("second", FailureKind.GARBLED),
    ]
    assert found.scores[SCAM] is None
    assert SCAM not in found.unasked


async def test_a_post_without_what_anybody_needs_leaves_them_unasked() -> None:
    found = await assessed(eyes(), content=a_post(text="words alone"))

    assert found.complete
    assert Category.NUDITY in found.unasked


async def test_a_stand_in_for_pictures_is_not_asked_about_words_alone() -> None:
    stand_in = eyes()
    found = await assessed(judge("first", always=DOWN), stand_in, content=a_post(text="hi"))

    assert stand_in.seen == []
    assert [f.detector for f in found.failures] == ["first"]
    assert Category.NUDITY in found.unasked


async def test_a_file_name_alone_is_nothing_to_ask_about() -> None:
    first = judge("first")
    found = await assessed(first, content=Content((Passage("a.mp4", Origin.FILENAME),)))

    assert first.seen == []
    assert Category.HATE in found.unasked


async def test_eyes_and_words_are_asked_at_the_same_time() -> None:
    see, read = eyes(), words()
    see.gate, read.gate = Gate(), Gate()
    analysis = asyncio.create_task(assessed(see, read))

    await asyncio.gather(see.gate.reached.wait(), read.gate.reached.wait())

    see.gate.opened.set()
    read.gate.opened.set()
    assert (await analysis).complete


async def test_eyes_look_while_pictures_are_still_being_read() -> None:
    see, reader = eyes(), a_reader("text")
    reader.gate = Gate()
    pipeline = Pipeline([reader], [Chain([see])], cache=Cache())
    see.gate = Gate()
    analysis = asyncio.create_task(pipeline.analyse(POST, Scope()))

    await see.gate.reached.wait()

    see.gate.opened.set()
    reader.gate.opened.set()
    await analysis


async def test_over_budget_is_a_failure_and_never_clean() -> None:
    kit = Kit(allowance=Allowance(0.0, 0.0, 1.0))
    provider = FakeProvider()
    pipeline = Pipeline([], [Chain([kit.around(provider)])], cache=Cache())

    found = await pipeline.analyse(POST, Scope("x", author="ada"))

    assert provider.seen == []
    assert [f.kind for f in found.failures] == [FailureKind.OVER_BUDGET]
    assert found.scores[SCAM] is None
    assert not found.complete
