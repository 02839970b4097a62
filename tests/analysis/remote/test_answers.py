"""Kept answers: what makes two posts equal, and what is read back."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cache import Cache, Json
from analysis.remote.answers import Answers, packed, unpacked
from analysis.taxonomy import Category
from analysis.types import (
    Box,
    Content,
    Evidence,
    Fact,
    FactKind,
    Failure,
    FailureKind,
    Findings,
    Grounds,
    Modality,
    Origin,
    Passage,
    Signal,
)
from tests.analysis.fakes import a_post, an_image

SCORES = st.floats(0, 1)
BOXES = st.none() | st.builds(Box, SCORES, SCORES, SCORES, SCORES)
MEDIA = st.none() | st.integers(0, 9)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
EVIDENCE = st.none() | st.builds(Evidence, TEXTS, st.none() | st.sampled_from(Origin), MEDIA, BOXES)
SIGNALS = st.builds(
    Signal,
    st.sampled_from(Category),
    SCORES,
    st.sampled_from(Modality),
    st.sampled_from(Grounds),
    TEXTS,
    EVIDENCE,
)
FACTS = st.builds(
    Fact, st.sampled_from(FactKind), TEXTS, SCORES, st.sampled_from(Modality), MEDIA, BOXES
)
CATEGORIES = st.none() | st.frozensets(st.sampled_from(Category), max_size=3)
FINDINGS = st.builds(
    Findings,
    st.lists(SIGNALS, max_size=3).map(tuple),
    st.lists(FACTS, max_size=3).map(tuple),
    asked=CATEGORIES,
    judged=CATEGORIES,
)
ALL: dict[str, Json] = {"asked": None, "judged": None}
POST = a_post(an_image("aa"), an_image("bb", media=1), text="hello")


def answers(question: str = "1", provider: str = "acme") -> Answers:
    return Answers(Cache(), provider, question, timedelta(hours=1))


@given(FINDINGS)
def test_an_answer_comes_back_as_it_was(findings: Findings) -> None:
    assert unpacked(json.loads(json.dumps(packed(findings)))) == findings


BAD: list[Json] = [
    None,
    [],
    "x",
    {"signals": [], **ALL},
    {"signals": [], "facts": []},
    {"signals": [], "facts": [], "asked": None},
    {"signals": [], "facts": [], "asked": "scam", "judged": None},
    {"signals": [], "facts": [], "asked": ["nothing"], "judged": None},
    {"signals": [], "facts": [], "asked": None, "judged": [["scam"]]},
    {"signals": [[]], "facts": [], **ALL},
    {"signals": [["scam", 1.5, "text", "model", "x", None]], "facts": [], **ALL},
    {"signals": [["scam", "0.5", "text", "model", "x", None]], "facts": [], **ALL},
    {"signals": [["nothing", 0.5, "text", "model", "x", None]], "facts": [], **ALL},
    {
        "signals": [["scam", 0.5, "text", "model", "x", ["q", "caption", "0", None]]],
        "facts": [],
        **ALL,
    },
    {"signals": [], "facts": [["label", "cat", 1.0, "image", "0", None]], **ALL},
    {"signals": [], "facts": [["label", "cat", 1.0, "image", 0, [0, 0, 1]]], **ALL},
]
"""What somebody else may have put where an answer is looked for."""


@pytest.mark.parametrize("value", BAD)
def test_what_is_not_an_answer_is_none(value: Json) -> None:
    assert unpacked(value) is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(a_post(an_image("aa"), an_image("bb", media=1), text="hallo"), id="words"),
        pytest.param(a_post(an_image("ab"), an_image("bb", media=1), text="hello"), id="pixels"),
        pytest.param(a_post(an_image("aa"), text="hello"), id="a picture less"),
        pytest.param(a_post(an_image("bb"), an_image("aa", media=1), text="hello"), id="order"),
        pytest.param(a_post(an_image("aa"), an_image("bb"), text="hello"), id="another file's"),
        pytest.param(
            replace(POST, passages=(Passage("hello", Origin.OCR),)), id="where the words stood"
        ),
        pytest.param(
            replace(POST, passages=(*POST.passages, Passage("", Origin.ALT))), id="one more passage"
        ),
    ],
)
def test_different_posts_never_share_an_answer(other: Content) -> None:
    assert answers().key(POST) != answers().key(other)


def test_another_question_is_another_answer() -> None:
    assert answers("1").key(POST) != answers("2").key(POST)


def test_another_vendor_is_another_answer() -> None:
    assert answers(provider="a").key(POST) != answers(provider="b").key(POST)


async def test_what_failed_in_part_is_not_kept() -> None:
    kept = answers()
    await kept.keep_answer("k", Findings(failures=(Failure("a", FailureKind.GARBLED, "x"),)))

    assert await kept.kept("k") is None


async def test_a_kept_answer_costs_nothing() -> None:
    kept = answers()
    await kept.keep_answer("k", Findings(cost_usd=0.5))

    assert await kept.kept("k") == Findings()
