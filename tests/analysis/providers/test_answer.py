"""How a judge's answer is read: whole, typed, in range and ours, or not at all."""

import json
from collections.abc import Callable

import pytest

from analysis.providers.answer import Unfit, is_refusal, read
from analysis.providers.findings import box, facts, modality, signals, source
from analysis.providers.provider import Picture
from analysis.providers.question import Brief, Question, Shown, question
from analysis.taxonomy import Category
from analysis.types import Box, Fact, FactKind, Modality, Origin, Passage
from tests.analysis.providers.joint_kit import BAD_JUDGEMENTS, BAD_TEXTS, FENCED
from tests.emulators.judged import Asked, Mind

CAPTION = Passage("hello", Origin.CAPTION)
BRIEF = Brief((CAPTION,), (Shown(Picture(b"x", "image/png"), 4),))


def asked() -> Question:
    return question(BRIEF)


def judgement(put: Question, **changes: object) -> dict[str, object]:
    """What a well-behaved judge answers."""
    texts = tuple(part for part in put.parts if isinstance(part, str))
    categories = tuple(category.value for category in BRIEF.categories)
    return Mind(changes=changes).judgement(Asked(put.system, texts, (b"x",), categories))


def test_a_good_answer_is_read() -> None:
    put = asked()

    assert read(json.dumps(judgement(put)), put).items == ["t1", "p1"]


def test_what_was_not_asked_for_is_dropped() -> None:
    put = asked()
    answer = read(json.dumps(judgement(put, verdict="allow", safe=True)), put)

    assert not hasattr(answer, "verdict")


def test_a_category_that_was_not_asked_makes_no_signal() -> None:
    put = asked()
    scores = dict.fromkeys((c.value for c in BRIEF.categories), 0.0)
    answer = read(json.dumps(judgement(put, scores=scores | {"provider_block": 0.9})), put)

    assert signals(answer, BRIEF, "x@1") == ()


@pytest.mark.parametrize("change", BAD_JUDGEMENTS)
@pytest.mark.parametrize("rung", ["held", "loose"])
def test_what_is_no_judgement_is_refused(
    change: Callable[[dict[str, object]], dict[str, object]], rung: str
) -> None:
    put = asked()
    text = json.dumps(change(judgement(put)))

    with pytest.raises(Unfit):
        read(text, put, loose=rung == "loose")


@pytest.mark.parametrize("change", BAD_TEXTS)
@pytest.mark.parametrize("rung", ["held", "loose"])
def test_what_is_no_single_object_is_refused(change: Callable[[str], str], rung: str) -> None:
    put = asked()
    text = change(json.dumps(judgement(put)))

    with pytest.raises(Unfit):
        read(text, put, loose=rung == "loose")


@pytest.mark.parametrize("change", FENCED)
def test_prose_around_is_forgiven_on_the_lowest_rung_only(change: Callable[[str], str]) -> None:
    put = asked()
    text = change(json.dumps(judgement(put)))

    assert read(text, put, loose=True).check == put.check
    with pytest.raises(Unfit):
        read(text, put)


def test_an_object_within_a_broken_one_is_not_taken_for_the_answer() -> None:
    put = asked()

    with pytest.raises(Unfit, match="broken"):
        read('{"answer": ' + json.dumps(judgement(put)), put, loose=True)


def test_a_complaint_quotes_nothing_of_the_answer() -> None:
    put = asked()

    with pytest.raises(Unfit) as caught:
        read(json.dumps(judgement(put, scores={"canary": "canary"}, canary="x")), put)
    assert "canary" not in str(caught.value)


def test_a_lone_surrogate_does_not_get_through() -> None:
    put = asked()
    answer = read(json.dumps(judgement(put, explanation="a \ud800 b")), put)

    assert Fact(FactKind.EXPLANATION, "a \ufffd b", 1.0, Modality.JOINT) in facts(answer, BRIEF)


def test_what_was_seen_becomes_facts() -> None:
    put = asked()
    seen = {
        "labels": [{"name": "animal", "score": 0.8}],
        "objects": [{"name": "cat", "score": 0.9, "picture": "p1", "box": [100, 200, 300, 400]}],
        "logos": [{"name": "acme", "score": 0.7, "picture": "p1", "box": []}],
        "faces": [{"picture": "p1", "box": [0, 0, 500, 1000]}, {"picture": "p1", "box": []}],
        "scene": "a  kitchen",
        "sentiment": -0.6,
        "entities": ["Acme"],
        "topics": ["cats", "cats"],
    }
    found = facts(read(json.dumps(judgement(put, **seen)), put), BRIEF)

    assert found == (
        Fact(FactKind.LABEL, "animal", 0.8, Modality.IMAGE),
        Fact(FactKind.OBJECT, "cat", 0.9, Modality.IMAGE, 4, Box(0.2, 0.1, 0.4, 0.3)),
        Fact(FactKind.LOGO, "acme", 0.7, Modality.IMAGE, 4),
        Fact(FactKind.FACE, "1", 1.0, Modality.IMAGE, 4, Box(0.0, 0.0, 1.0, 0.5)),
        Fact(FactKind.FACE, "2", 1.0, Modality.IMAGE, 4),
        Fact(FactKind.SCENE, "a kitchen", 1.0, Modality.IMAGE),
        Fact(FactKind.SENTIMENT, "negative", -0.6, Modality.JOINT),
        Fact(FactKind.ENTITY, "Acme", 1.0, Modality.JOINT),
        Fact(FactKind.TOPIC, "cats", 1.0, Modality.JOINT),
        Fact(FactKind.EXPLANATION, "A post.", 1.0, Modality.JOINT),
    )


@pytest.mark.parametrize("edges", [[300, 200, 100, 400], [100, 400, 300, 200], [5, 5, 5, 9]])
def test_a_box_that_encloses_nothing_is_no_box(edges: list[int]) -> None:
    assert box(edges) is None


@pytest.mark.parametrize(
    ("brief", "expected"),
    [
        (BRIEF, Modality.JOINT),
        (Brief((CAPTION,)), Modality.TEXT),
        (Brief((), BRIEF.pictures), Modality.IMAGE),
        (Brief((Passage("read", Origin.OCR),), BRIEF.pictures), Modality.IMAGE),
    ],
    ids=["both", "words", "picture", "words-of-the-picture"],
)
def test_joint_is_what_was_judged_together(brief: Brief, expected: Modality) -> None:
    assert modality(brief) is expected


def test_a_score_makes_a_signal_signed_with_the_served_model() -> None:
    put = asked()
    scores = dict.fromkeys((c.value for c in BRIEF.categories), 0.0) | {"scam": 0.7}
    (signal,) = signals(read(json.dumps(judgement(put, scores=scores)), put), BRIEF, "g/m@1")

    assert (signal.category, signal.score, signal.source) == (Category.SCAM, 0.7, "g/m@1")


def test_a_model_cannot_sign_as_somebody_else() -> None:
    assert source("gemini", "x@9 \n y") == "gemini/x_9___y@1"


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot assist with this request.",
        "抱歉,我无法处理这个请求。",
        "Je suis désolé, je ne peux pas répondre.",
    ],
)
def test_a_refusal_in_prose_is_known(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize("text", ['{"explanation": "I can\'t"}', "All clean.", ""])
def test_an_answer_is_no_refusal(text: str) -> None:
    assert not is_refusal(text)
