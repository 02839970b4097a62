"""Whatever a vendor does instead of judging, the post waits for a person, and why is told.

The settings, the providers with all that stands around them, and the journey are the real ones;
only the vendor is ours. Fails open: never.
"""

from pathlib import Path

import pytest

from analysis.taxonomy import Category
from analysis.types import FailureKind
from bot.web.words import TROUBLE
from tests.bot.journey import World
from tests.bot.vendors import asking, posted
from tests.builders import a_message
from tests.emulators.gemini import GeminiVendor, answered, quota
from tests.emulators.server import Answer, Emulator

BLOCKED = {
    "promptFeedback": {"blockReason": "SAFETY"},
    "usageMetadata": {"promptTokenCount": 12, "totalTokenCount": 12},
}


@pytest.fixture(autouse=True)
def in_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIFOCAL_ANALYSIS__DEADLINE_S", "5")


def counted(world: World, kind: FailureKind) -> float | None:
    labels = {"detector": "gemini", "kind": kind.value}
    value: float | None = world.metrics.registry.get_sample_value(
        "bifocal_analysis_failures_total", labels
    )
    return value


INSTEAD = [
    pytest.param(Answer(429), FailureKind.UNAVAILABLE, id="429"),
    pytest.param(
        Answer(429, headers={"retry-after": "1000000000"}), FailureKind.UNAVAILABLE, id="429-ages"
    ),
    pytest.param(
        Answer(503, headers={"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}),
        FailureKind.UNAVAILABLE,
        id="503-until-2100",
    ),
    pytest.param(Answer(429, headers={"retry-after": "soon"}), FailureKind.UNAVAILABLE, id="soon"),
    pytest.param(quota("PerMinute"), FailureKind.UNAVAILABLE, id="quota-of-a-minute"),
    pytest.param(quota("PerDay"), FailureKind.UNAVAILABLE, id="quota-of-a-day"),
    pytest.param(Answer(500), FailureKind.UNAVAILABLE, id="500"),
    pytest.param(Answer(silent=True), FailureKind.TIMEOUT, id="no-answer"),
    pytest.param(Answer(200, b"{}", hang=True), FailureKind.TIMEOUT, id="headers-only"),
    pytest.param(Answer(200, b"{}", cut_at=1), FailureKind.UNAVAILABLE, id="broken-off"),
    pytest.param(Answer(401), FailureKind.REJECTED, id="wrong-key"),
    pytest.param(Answer(404), FailureKind.REJECTED, id="no-such-model"),
    pytest.param(Answer(200, b"<html>login</html>"), FailureKind.GARBLED, id="a-page"),
    pytest.param(Answer(200, b""), FailureKind.GARBLED, id="nothing"),
    pytest.param(answered('{"scores": {"scam": 0.0}}'), FailureKind.GARBLED, id="half-judged"),
    pytest.param(answered("The post is clean."), FailureKind.GARBLED, id="prose"),
    pytest.param(answered("", finish="MAX_TOKENS"), FailureKind.GARBLED, id="cut-off"),
]


@pytest.mark.parametrize(("instead", "kind"), INSTEAD)
async def test_a_post_that_a_vendor_did_not_judge_is_held_and_why_is_told(
    instead: Answer, kind: FailureKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Emulator(lambda _: instead).serving() as vendor,
        asking(tmp_path, monkeypatch, {"gemini": vendor.url}) as world,
    ):
        (record,) = await posted(world, 1)
        case = await world.journal.case_of(record.key.ref)

        assert [(f.detector, f.kind) for f in record.assessment.failures] == [("gemini", kind)]
        assert record.assessment.scores[Category.HATE] is None
        assert not record.assessment.complete
        assert record.verdict.needs_review
        assert case is not None
        assert counted(world, kind) == 1.0


async def test_a_post_there_is_no_money_for_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIFOCAL_BUDGET__USD_PER_DAY", "0")
    async with (
        GeminiVendor().emulator().serving() as vendor,
        asking(tmp_path, monkeypatch, {"gemini": vendor.url}) as world,
    ):
        (record,) = await posted(world, 1)

        assert vendor.received == []
        assert [f.kind for f in record.assessment.failures] == [FailureKind.OVER_BUDGET]
        assert await world.journal.case_of(record.key.ref) is not None
        assert counted(world, FailureKind.OVER_BUDGET) == 1.0


async def test_an_empty_purse_is_one_incident(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIFOCAL_BUDGET__USD_PER_DAY", "0")
    async with (
        GeminiVendor().emulator().serving() as vendor,
        asking(tmp_path, monkeypatch, {"gemini": vendor.url}) as world,
    ):
        records = await posted(world, *range(20))
        cases = [await world.journal.case_of(record.key.ref) for record in records]

    assert {case.waiting if case else None for case in cases} == {"gemini:over_budget"}


def test_every_kind_of_failure_has_words_of_its_own_on_the_desk() -> None:
    assert set(TROUBLE) == set(FailureKind)
    assert len(set(TROUBLE.values())) == len(FailureKind)


async def test_an_outage_is_one_incident_however_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first posts wait in vain, the later ones find the vendor left alone."""
    async with (
        Emulator(lambda _: Answer(silent=True)).serving() as vendor,
        asking(tmp_path, monkeypatch, {"gemini": vendor.url}) as world,
    ):
        records = [*await posted(world, *range(10)), *await posted(world, *range(10, 30))]
        cases = [await world.journal.case_of(record.key.ref) for record in records]

    assert {f.kind for r in records for f in r.assessment.failures} == {
        FailureKind.TIMEOUT,
        FailureKind.UNAVAILABLE,
    }
    assert {case.waiting for case in cases if case is not None} == {"gemini:unavailable"}
    assert None not in cases


def chat(finish: str = "stop", **message: object) -> Answer:
    said = {"role": "assistant", "content": None, "refusal": None, **message}
    choice = {"index": 0, "finish_reason": finish, "message": said}
    return Answer.of({"model": "m", "choices": [choice]})


REFUSALS = [
    pytest.param("gemini", Answer.of(BLOCKED), id="gemini-prompt"),
    pytest.param("gemini", answered("", finish="SAFETY"), id="gemini-answer"),
    pytest.param("gemini", answered("I'm sorry, I can't help with that."), id="gemini-prose"),
    pytest.param("openai_chat", chat("content_filter"), id="chat-filter"),
    pytest.param("openai_chat", chat(refusal="No."), id="chat-refusal"),
    pytest.param("openai_chat", chat(content="I can't help with that."), id="chat-prose"),
    pytest.param(
        "openai_chat",
        Answer.of({"error": {"code": "content_policy_violation", "message": "no"}}, 400),
        id="chat-400",
    ),
]


@pytest.mark.parametrize(("provider", "refusal"), REFUSALS)
async def test_a_refusal_is_a_signal_that_asks_a_person_and_never_a_clean_score(
    provider: str, refusal: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also under a policy that says nothing of refusals, and when the answer is a kept one."""
    async with (
        Emulator(lambda _: refusal).serving() as vendor,
        asking(tmp_path, monkeypatch, {provider: vendor.url}) as world,
    ):
        (first,) = await posted(world, 1)
        calls = len(vendor.received)
        copy = first.key.ref._replace(message_id="copy")
        message = world.stands(a_message("good morning 1", ref=copy))
        await world.handle(message)
        again = await world.record(message)

    assert len(vendor.received) == calls
    for record in (first, again):
        assessment = record.assessment
        assert assessment.complete
        assert (assessment.scores[Category.PROVIDER_BLOCK] or 0.0) > 0
        assert assessment.scores[Category.HATE] is None
        assert Category.HATE not in assessment.unasked
        assert record.verdict.needs_review
        assert "would not look" in record.verdict.explanation
