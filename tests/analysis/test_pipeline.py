"""Vision and text run together, and nothing is judged twice."""

import asyncio
from datetime import timedelta

import pytest

from analysis.detector import Awaits, Needs, Tier
from analysis.types import (
    Content,
    Fact,
    FactKind,
    Modality,
    Scope,
)
from tests.analysis.builders import SOON, a_judge, a_pipeline, an_eye
from tests.analysis.fakes import (
    SCAM,
    FakeDetector,
    FakeReader,
    Gate,
    PatientDetector,
    a_post,
    a_reader,
    an_image,
)


async def test_words_are_judged_while_pictures_are_still_read() -> None:
    reader = FakeReader(gate=Gate())
    words = FakeDetector()
    analysis = asyncio.create_task(a_pipeline(reader, words).analyse(a_post(an_image()), Scope()))
    await reader.gate.reached.wait()
    await words.over.wait()

    assert not reader.gate.opened.is_set()
    reader.gate.opened.set()
    await analysis


async def test_vision_and_text_run_at_the_same_time() -> None:
    words, eye = FakeDetector(gate=Gate()), an_eye(gate=Gate())
    analysis = asyncio.create_task(a_pipeline(words, eye).analyse(a_post(an_image()), Scope()))

    await asyncio.gather(words.gate.reached.wait(), eye.gate.reached.wait())

    words.gate.opened.set()
    eye.gate.opened.set()
    assert (await analysis).complete


async def test_what_was_read_is_judged_once_and_the_caption_is_not_judged_again() -> None:
    words = FakeDetector()

    await a_pipeline(a_reader("free nitro"), words).analyse(a_post(an_image()), Scope())

    assert [[p.text for p in content.passages] for content in words.seen] == [
        ["hello"],
        ["free nitro"],
    ]


async def test_a_word_read_in_a_picture_scores_once() -> None:
    found = await a_pipeline(a_reader("free nitro"), FakeDetector()).analyse(
        a_post(an_image()), Scope()
    )

    assert len(found.signals) == 1


async def test_a_mild_caption_and_a_mild_picture_are_more_than_either() -> None:
    found = await a_pipeline(FakeDetector(), an_eye()).analyse(
        a_post(an_image("aa"), text="nitro"), Scope()
    )

    assert found.scores[SCAM] == 0.6975


async def test_a_score_names_the_signals_from_both_sides() -> None:
    found = await a_pipeline(FakeDetector(), an_eye()).analyse(
        a_post(an_image("aa"), text="nitro"), Scope()
    )

    made_by = {found.signals[i].modality for i in found.made_by[SCAM]}
    assert made_by == {Modality.TEXT, Modality.IMAGE}


async def test_a_joint_judge_gets_what_the_readers_read() -> None:
    judge = a_judge()

    await a_pipeline(a_reader("free nitro"), judge).analyse(a_post(an_image()), Scope())

    assert [[p.text for p in content.passages] for content in judge.seen] == [
        ["hello", "free nitro"]
    ]


async def test_a_joint_judges_patience_with_the_readers_ends() -> None:
    reader, judge = FakeReader(gate=Gate()), a_judge()
    analysis = asyncio.create_task(
        a_pipeline(reader, judge, patience=SOON).analyse(a_post(an_image()), Scope())
    )
    await judge.gate.reached.wait()

    assert [p.text for p in judge.seen[0].passages] == ["hello"]
    reader.gate.opened.set()
    await analysis


async def test_a_joint_judge_is_not_asked_twice_when_the_readers_are_late() -> None:
    reader, judge = a_reader("free nitro"), a_judge()
    reader.gate = Gate()
    analysis = asyncio.create_task(
        a_pipeline(reader, judge, patience=SOON).analyse(a_post(an_image()), Scope())
    )
    await judge.gate.reached.wait()
    reader.gate.opened.set()
    await analysis

    assert len(judge.seen) == 1


async def test_without_readers_a_joint_judge_waits_for_nothing() -> None:
    judge = a_judge()

    found = await a_pipeline(judge).analyse(a_post(an_image()), Scope())

    assert found.scores[SCAM] == 0.0


async def test_a_judge_of_words_that_has_none_yet_waits_for_the_readers_to_the_end() -> None:
    reader, judge = a_reader("free nitro"), a_judge(needs=Needs.BOTH)
    reader.gate = Gate()
    analysis = asyncio.create_task(
        a_pipeline(reader, judge, patience=timedelta(0)).analyse(
            a_post(an_image(), text=""), Scope()
        )
    )
    await reader.gate.reached.wait()
    reader.gate.opened.set()

    assert (await analysis).scores[SCAM] == 0.45


async def test_a_detector_may_say_that_it_does_not_wait() -> None:
    judge = PatientDetector("judge", Needs.BOTH, Tier.REMOTE, awaits=Awaits.NOTHING)
    reader = FakeReader(gate=Gate())
    analysis = asyncio.create_task(a_pipeline(reader, judge).analyse(a_post(an_image()), Scope()))

    await judge.gate.reached.wait()

    reader.gate.opened.set()
    await analysis


async def test_a_detector_that_does_not_wait_judges_pictures_once() -> None:
    judge = PatientDetector("judge", Needs.EITHER, awaits=Awaits.NOTHING)

    await a_pipeline(a_reader("free nitro"), judge).analyse(a_post(an_image()), Scope())

    assert [len(content.images) for content in judge.seen] == [1, 0]


@pytest.mark.parametrize(
    ("needs", "words", "pictures"),
    [
        pytest.param(Needs.PASSAGES, 1, 0, id="words"),
        pytest.param(Needs.IMAGES, 0, 1, id="pictures"),
        pytest.param(Needs.EITHER, 1, 1, id="either"),
        pytest.param(Needs.BOTH, 1, 1, id="both"),
    ],
)
async def test_a_detector_is_given_what_it_needs_and_no_more(
    needs: Needs, words: int, pictures: int
) -> None:
    detector = FakeDetector(needs=needs)

    await a_pipeline(detector).analyse(a_post(an_image()), Scope())

    assert [(len(c.passages), len(c.images)) for c in detector.seen] == [(words, pictures)]


async def test_passages_are_facts_too() -> None:
    found = await a_pipeline(a_reader("free nitro")).analyse(a_post(an_image()), Scope())

    assert found.facts == (
        Fact(FactKind.CAPTION, "hello"),
        Fact(FactKind.OCR, "free nitro", 0.9, Modality.IMAGE, media=0),
    )


async def test_what_was_learnt_of_the_files_is_carried_over() -> None:
    fact = Fact(FactKind.UNSUPPORTED, "SVG", media=0)

    found = await a_pipeline().analyse(Content(facts=(fact,)), Scope())

    assert found.facts == (fact,)
