"""From signals to what a page draws: score rows, boxes on pictures, marks in sentences (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.types import Box, Evidence, Fact, Modality, Passage, Signal


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal under a score. ``link`` ties it to its box and its marked words."""

    signal: Signal
    link: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One category's bar."""

    category: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A rectangle over a picture."""

    box: Box
    modality: Modality
    link: str
    title: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; marked when ``link`` is not empty."""

    text: str
    modality: Modality = Modality.TEXT
    link: str = ""


def reasons(signals: Sequence[Signal]) -> tuple[Reason, ...]:
    """Every signal with its link."""
    return tuple(Reason(signal, f"s{index}") for index, signal in enumerate(signals))


def score_rows(scores: Mapping[str, float | None], why: Sequence[Reason]) -> tuple[ScoreRow, ...]:
    """The judged categories, highest first, each with the signals about it, strongest first."""
    rows = (
        ScoreRow(
            category,
            score,
            tuple(
                sorted(
                    (reason for reason in why if reason.signal.category == category),
                    key=lambda reason: -reason.signal.score,
                )
            ),
        )
        for category, score in scores.items()
        if score is not None
    )
    return tuple(sorted(rows, key=lambda row: (-row.score, row.category)))


def boxes(media: int, why: Sequence[Reason], facts: Sequence[Fact] = ()) -> tuple[DrawnBox, ...]:
    """What is drawn over one picture: signals' evidence, and seen things such as logos."""
    drawn = [
        DrawnBox(evidence.box, reason.signal.modality, reason.link, _title(reason.signal))
        for reason in why
        if (evidence := reason.signal.evidence) and evidence.media == media and evidence.box
    ]
    drawn += [
        DrawnBox(fact.box, Modality.IMAGE, f"f{index}", f"{fact.kind.value}: {fact.value}")
        for index, fact in enumerate(facts)
        if fact.media == media and fact.box and fact.kind.value not in {"ocr", "qr"}
    ]
    return tuple(drawn)


def _title(signal: Signal) -> str:
    return f"{signal.category.value.replace('_', ' ')} {signal.score:.2f} · {signal.source}"


def pieces(passage: Passage, why: Sequence[Reason]) -> tuple[Piece, ...]:
    """The passage's text, cut where evidence quotes it. Overlapping marks: the first wins."""
    spans = sorted(
        span
        for reason in why
        if (evidence := reason.signal.evidence) and _speaks_of(evidence, passage)
        for span in _spans(passage.text, evidence.quote, reason)
    )
    cut: list[Piece] = []
    at = 0
    for start, end, link, modality in spans:
        if start < at:
            continue
        cut += [Piece(passage.text[at:start]), Piece(passage.text[start:end], modality, link)]
        at = end
    return tuple(piece for piece in (*cut, Piece(passage.text[at:])) if piece.text)


def _speaks_of(evidence: Evidence, passage: Passage) -> bool:
    return bool(evidence.quote.strip()) and (
        evidence.origin is None
        or (evidence.origin == passage.origin and evidence.media in {None, passage.media})
    )


def _spans(text: str, quote: str, reason: Reason) -> list[tuple[int, int, str, Modality]]:
    found, start = [], text.find(quote)
    while start >= 0:
        end = start + len(quote)
        found.append((start, end, reason.link, reason.signal.modality))
        start = text.find(quote, end)
    return found
