"""From signals to rows, boxes and marks; and that colours can be read."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.taxonomy import Category
from analysis.types import Evidence, Grounds, Modality, Origin, Passage, Signal
from bot.model import CaseState
from bot.web.case_view import digest, view
from bot.web.evidence_view import boxes, pieces, reasons, score_rows
from bot.web.pages import STATIC
from bot.web.words import severity
from tests.bot.web.fakes import NOW, a_case, signals


def quoting(*quotes: str) -> tuple[Signal, ...]:
    """Signals of the caption's words."""
    return tuple(
        Signal(
            Category.SCAM, 0.5, Modality.TEXT, Grounds.PATTERN, "s@1", Evidence(q, Origin.CAPTION)
        )
        for q in quotes
    )


@given(st.text(max_size=40), st.lists(st.text(max_size=5), max_size=4))
def test_marking_never_changes_the_words(text: str, quotes: list[str]) -> None:
    cut = pieces(Passage(text, Origin.CAPTION), reasons(quoting(*quotes)))

    assert "".join(piece.text for piece in cut) == text


def test_every_occurrence_of_a_quote_is_marked() -> None:
    cut = pieces(Passage("win a win", Origin.CAPTION), reasons(quoting("win")))

    assert [piece.text for piece in cut if piece.link] == ["win", "win"]


def test_overlapping_quotes_are_marked_once() -> None:
    cut = pieces(
        Passage("free nitro now", Origin.CAPTION), reasons(quoting("free nitro", "nitro now"))
    )

    assert [(piece.text, bool(piece.link)) for piece in cut] == [
        ("free nitro", True),
        (" now", False),
    ]


def test_evidence_of_the_picture_marks_no_caption() -> None:
    cut = pieces(Passage("free nitro", Origin.CAPTION), reasons(signals("free nitro")))

    assert [piece.link for piece in cut] == [""]


def test_scores_are_listed_highest_first_and_unjudged_ones_not_at_all() -> None:
    rows = score_rows({"a": 0.1, "b": None, "c": 0.9}, ())

    assert [row.category for row in rows] == ["c", "a"]


def test_a_box_is_drawn_on_its_own_picture_only() -> None:
    why = reasons(signals())

    assert [drawn.link for drawn in boxes(0, why)] == ["s0", "s2"]
    assert boxes(1, why) == ()


def test_low_scores_are_counted_not_listed() -> None:
    shown = view(a_case(), NOW)

    assert [row.category for row in shown.rows] == ["scam", "privacy"]
    assert shown.quiet == 1


def test_the_digest_changes_with_a_cases_version() -> None:
    case = a_case()

    assert digest([view(case, NOW)]) != digest([view(replace(case, version=2), NOW)])


def test_a_closed_case_cannot_be_decided_from_the_page() -> None:
    assert not view(replace(a_case(), state=CaseState.CLOSED), NOW).undecided


@pytest.mark.parametrize(
    ("score", "name"),
    [
        (None, "none"),
        (0.0, "low"),
        (0.3, "medium"),
        (0.6, "high"),
        (0.85, "severe"),
        (1.0, "severe"),
    ],
)
def test_a_scores_colour_band(score: float | None, name: str) -> None:
    assert severity(score) == name


CSS = (STATIC / "bifocal.css").read_text()
READABLE = [
    ("ink", "bg"), ("ink", "surface"), ("ink", "surface-2"), ("ink-2", "bg"), ("ink-2", "surface"),
    ("ink-2", "surface-2"), ("ink-2", "surface-3"), ("ink-3", "bg"), ("ink-3", "surface"),
    ("ink-3", "surface-2"), ("accent", "surface"), ("accent", "bg"), ("accent", "accent-soft"),
    ("accent-ink", "accent"), ("accent-ink", "accent-hover"), ("text", "text-soft"),
    ("image", "image-soft"), ("joint", "joint-soft"), ("good", "good-soft"), ("warn", "warn-soft"),
    ("high", "high-soft"), ("bad", "bad-soft"), ("bad", "surface"), ("good", "surface-2"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), READABLE)
def test_text_is_readable_at_level_aa(theme: str, ink: str, ground: str) -> None:
    def token(name: str) -> str:
        found = re.search(rf"--{name}: light-dark\((#\w{{6}}), (#\w{{6}})\)", CSS)
        assert found, name
        return found[1 if theme == "light" else 2]

    one, other = sorted((luminance(token(ink)), luminance(token(ground))), reverse=True)
    assert (one + 0.05) / (other + 0.05) >= 4.5
