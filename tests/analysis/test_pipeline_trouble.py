"""Trouble is never silence: no failure makes a post look clean."""

import asyncio

from analysis.errors import ProviderUnavailable, UnreadableMedia
from analysis.taxonomy import Category
from analysis.types import (
    Content,
    Failure,
    FailureKind,
    Scope,
)
from tests.analysis.builders import SOON, a_pipeline, an_eye
from tests.analysis.fakes import (
    SCAM,
    FakeDetector,
    FakeReader,
    Gate,
    StubbornDetector,
    a_post,
    a_reader,
    an_image,
)

UNREADABLE = Failure("decode", FailureKind.UNREADABLE, "cut short", media=0)


async def test_a_category_that_was_judged_and_not_found_scores_nothing() -> None:
    found = await a_pipeline(FakeDetector()).analyse(a_post(), Scope())

    assert found.scores[SCAM] == 0.0


async def test_every_category_is_in_the_scores() -> None:
    found = await a_pipeline().analyse(a_post(), Scope())

    assert found.scores == dict.fromkeys(Category)


async def test_a_category_that_nobody_judges_is_unasked_and_the_analysis_complete() -> None:
    found = await a_pipeline(FakeDetector()).analyse(a_post(), Scope())

    assert found.unasked == tuple(category for category in Category if category is not SCAM)
    assert found.complete


async def test_a_detector_with_nothing_to_judge_leaves_its_categories_unasked() -> None:
    found = await a_pipeline(an_eye()).analyse(a_post(), Scope())

    assert found.scores[SCAM] is None
    assert SCAM in found.unasked


async def test_a_failed_category_is_null_and_not_unasked() -> None:
    broken = FakeDetector(errors=[ProviderUnavailable("down", provider="words")])

    found = await a_pipeline(broken).analyse(a_post(), Scope())

    assert found.scores[SCAM] is None
    assert SCAM not in found.unasked


async def test_a_failure_makes_the_analysis_incomplete() -> None:
    broken = FakeDetector(errors=[ProviderUnavailable("down", provider="words")])

    found = await a_pipeline(broken).analyse(a_post(), Scope())

    assert found.failures == (Failure("words", FailureKind.UNAVAILABLE, "down"),)


async def test_anothers_answer_stands_beside_a_failure() -> None:
    broken = FakeDetector("broken", errors=[ProviderUnavailable("down", provider="broken")])

    found = await a_pipeline(broken, FakeDetector()).analyse(a_post(text="nitro"), Scope())

    assert found.scores[SCAM] == 0.45
    assert not found.complete


async def test_an_unexpected_error_tells_its_type_and_never_its_message() -> None:
    broken = FakeDetector(errors=[ZeroDivisionError("the words of the post")])

    found = await a_pipeline(broken).analyse(a_post(), Scope())

    assert found.failures == (
        Failure("words", FailureKind.GARBLED, "unexpected ZeroDivisionError"),
    )


async def test_a_detector_that_does_not_answer_in_time_is_a_timeout() -> None:
    slow = FakeDetector(gate=Gate())

    found = await a_pipeline(slow, deadline=SOON).analyse(a_post(), Scope())

    assert [failure.kind for failure in found.failures] == [FailureKind.TIMEOUT]


async def test_a_late_detector_is_cancelled() -> None:
    slow = FakeDetector(gate=Gate())

    await a_pipeline(slow, deadline=SOON).analyse(a_post(), Scope())

    assert slow.ended == ["cancelled"]


async def test_the_others_are_not_held_up_by_a_late_detector() -> None:
    slow = FakeDetector("slow", gate=Gate())

    found = await a_pipeline(slow, FakeDetector(), deadline=SOON).analyse(
        a_post(text="nitro"), Scope()
    )

    assert found.scores[SCAM] == 0.45


async def test_a_deadline_holds_against_what_will_not_be_cancelled() -> None:
    stubborn = StubbornDetector(gate=Gate())

    found = await a_pipeline(stubborn, deadline=SOON).analyse(a_post(), Scope())

    assert [failure.kind for failure in found.failures] == [FailureKind.TIMEOUT]
    stubborn.gate.opened.set()
    stubborn.gate.reached.set()


async def test_a_detector_that_cancels_itself_is_a_failure() -> None:
    class Quitter(FakeDetector):
        async def detect(self, content: Content, scope: Scope) -> "object":  # type: ignore[override]  # it never returns
            raise asyncio.CancelledError

    found = await a_pipeline(Quitter()).analyse(a_post(), Scope())

    assert found.failures == (
        Failure("words", FailureKind.GARBLED, "it was cancelled from within"),
    )


async def test_a_readers_failure_leaves_the_caption_judged_and_the_analysis_incomplete() -> None:
    reader = FakeReader(error=UnreadableMedia("no letters"))

    found = await a_pipeline(reader, FakeDetector()).analyse(
        a_post(an_image(), text="nitro"), Scope()
    )

    assert found.scores[SCAM] == 0.45
    assert found.failures == (Failure("ocr", FailureKind.UNREADABLE, "no letters", media=0),)


async def test_a_picture_alone_that_cannot_be_read_leaves_words_asked_and_unanswered() -> None:
    reader = FakeReader(error=UnreadableMedia("no letters"))

    found = await a_pipeline(reader, FakeDetector()).analyse(a_post(an_image(), text=""), Scope())

    assert found.scores[SCAM] is None
    assert SCAM not in found.unasked


async def test_a_picture_that_could_not_be_decoded_leaves_vision_asked_and_unanswered() -> None:
    content = Content(media=(None,), failures=(UNREADABLE,))

    found = await a_pipeline(an_eye()).analyse(content, Scope())

    assert found.scores[SCAM] is None
    assert SCAM not in found.unasked


async def test_failures_of_decoding_are_carried_over() -> None:
    content = Content(media=(None,), failures=(UNREADABLE,))

    found = await a_pipeline().analyse(content, Scope())

    assert found.failures == (UNREADABLE,)


async def test_eight_frames_of_one_file_fail_once() -> None:
    frames = [an_image(f"{n:02x}", frame=n) for n in range(8)]
    reader = FakeReader(error=UnreadableMedia("no letters"))

    found = await a_pipeline(reader).analyse(a_post(*frames), Scope())

    assert len(found.failures) == 1


async def test_a_reader_that_does_not_answer_in_time_is_a_timeout() -> None:
    reader = FakeReader(gate=Gate())

    found = await a_pipeline(reader, reader_timeout=SOON).analyse(a_post(an_image()), Scope())

    assert [failure.kind for failure in found.failures] == [FailureKind.TIMEOUT]


async def test_half_a_failure_keeps_what_the_other_half_found() -> None:
    words = FakeDetector(errors=[UnreadableMedia("first call only")])

    found = await a_pipeline(a_reader("free nitro"), words).analyse(a_post(an_image()), Scope())

    assert found.scores[SCAM] == 0.45
    assert not found.complete
