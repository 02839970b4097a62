"""Phrase files are matched over folded words, so they must be written that way."""

import re
import tomllib
from importlib.resources import files

import pytest

from analysis.detectors.guarded import GUARD
from analysis.detectors.passages import Reading
from analysis.detectors.phrases import Cue, Phrases, bundled
from analysis.text import fold
from analysis.types import Origin, Passage

FILES = ["harassment", "hate_phrases", "prompt_injection", "scam_phrases", "threats"]


def cues(name: str) -> list[dict[str, object]]:
    text = files("analysis.detectors").joinpath("data", f"{name}.toml").read_text("utf-8")
    found: list[dict[str, object]] = tomllib.loads(text)["cue"]
    return found


def a_reading(text: str) -> Reading:
    return Reading([Passage(text, Origin.CAPTION)])


@pytest.mark.parametrize("name", FILES)
def test_every_file_compiles(name: str) -> None:
    assert list(bundled(name).find(a_reading("hello"))) == []


@pytest.mark.parametrize("name", FILES)
def test_phrases_have_only_letters_that_folding_leaves(name: str) -> None:
    written = "".join(str(cue["any"]) for cue in cues(name))

    assert {
        sign for sign in re.findall(r"[^\x00-\x7f]", written) if fold(sign).text != sign
    } == set()


@pytest.mark.parametrize("name", FILES)
def test_weights_are_chances_and_guards_leave_less_than_all(name: str) -> None:
    for cue in cues(name):
        weight = float(str(cue["weight"]))
        assert 0 <= weight < 1
        assert not str(cue["kind"]).startswith(GUARD) or weight < 1


def test_prompt_injection_never_weighs_over_six_tenths() -> None:
    assert max(float(str(cue["weight"])) for cue in cues("prompt_injection")) <= 0.6


def test_a_space_in_a_phrase_may_be_missing_or_be_a_mark() -> None:
    phrases = Phrases([Cue("greeting", 0.5, "good morning")])

    texts = ["good morning", "goodmorning", "Good, morning!", "GOOD-MORNING"]

    assert all(list(phrases.find(a_reading(text))) for text in texts)


def test_a_phrase_begins_and_ends_at_a_words_edge() -> None:
    phrases = Phrases([Cue("animal", 0.5, "cat")])

    assert list(phrases.find(a_reading("concatenate cats"))) == []


def test_the_same_place_is_found_once_however_many_spellings_it_has() -> None:
    phrases = Phrases([Cue("greeting", 0.5, "hello")])

    assert len(list(phrases.find(a_reading("hello 1337 sooo l33t")))) == 1
