"""From a judge's answer, or its refusal, to findings. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.providers.question import VERSION, Brief
from analysis.providers.schema import Answer, Located
from analysis.taxonomy import Category
from analysis.text import well_formed
from analysis.types import (
    Box,
    Fact,
    FactKind,
    Grounds,
    Modality,
    Origin,
    Signal,
)

MOST_FACTS = 20
"""Of each kind kept: what the question asks for."""
LONGEST_NAME = 80
LONGEST_SENTENCE = 400
_FULL = 1000.0
_NEUTRAL = 0.05
"""Sentiments nearer to 0 are neutral; the same bound as the local detector of sentiment."""
_IN_PICTURES = frozenset({Origin.OCR, Origin.QR})


@dataclass(frozen=True, slots=True)
class Block:
    """A vendor's or model's refusal to judge: how grave, and what else its reason says."""

    score: float
    also: tuple[tuple[Category, float], ...] = ()


def source(provider: str, model: str) -> str:
    """How signals are signed: ``provider/served model@version of the question``."""
    named = "".join(c if c.isprintable() and c not in "@ " else "_" for c in model)
    return f"{provider}/{named[:100]}@{VERSION}"


def modality(brief: Brief) -> Modality:
    """Joint when words and picture were judged together.

    Words read from the picture are the picture's own: a screenshot without a caption is an image.
    """
    words = any(passage.origin not in _IN_PICTURES for passage in brief.passages)
    if brief.pictures:
        return Modality.JOINT if words else Modality.IMAGE
    return Modality.TEXT


def refused(block: Block, brief: Brief, signed: str) -> tuple[Signal, ...]:
    """A refusal is a signal: what was asked is not known, and that is not nothing."""
    said = ((Category.PROVIDER_BLOCK, block.score), *block.also)
    return tuple(Signal(c, score, modality(brief), Grounds.MODEL, signed) for c, score in said)


def signals(answer: Answer, brief: Brief, signed: str) -> tuple[Signal, ...]:
    """One signal per category asked whose score is above 0."""
    seen = modality(brief)
    return tuple(
        Signal(category, score, seen, Grounds.MODEL, signed)
        for category in brief.categories
        if (score := answer.scores[category.value]) > 0.0
    )


def facts(answer: Answer, brief: Brief) -> tuple[Fact, ...]:
    """What was seen and read, at most ``MOST_FACTS`` of a kind."""
    return tuple(_facts(answer, brief))


def _facts(answer: Answer, brief: Brief) -> Iterator[Fact]:
    seen = modality(brief)
    pictured = Modality.IMAGE if brief.pictures else seen
    for label in answer.labels[:MOST_FACTS]:
        if value := _short(label.name):
            yield Fact(FactKind.LABEL, value, label.score, pictured)
    yield from _located(FactKind.OBJECT, answer.objects, brief)
    yield from _located(FactKind.LOGO, answer.logos, brief)
    for number, face in enumerate(answer.faces[:MOST_FACTS], 1):
        where = brief.media[face.picture]
        yield Fact(FactKind.FACE, str(number), 1.0, Modality.IMAGE, where, box(face.box))
    if scene := _short(answer.scene):
        yield Fact(FactKind.SCENE, scene, 1.0, pictured)
    yield Fact(FactKind.SENTIMENT, _mood(answer.sentiment), answer.sentiment, seen)
    for kind, words in ((FactKind.ENTITY, answer.entities), (FactKind.TOPIC, answer.topics)):
        for value in dict.fromkeys(_short(word) for word in words[:MOST_FACTS]):
            if value:
                yield Fact(kind, value, 1.0, seen)
    if sentence := _short(answer.explanation, LONGEST_SENTENCE):
        yield Fact(FactKind.EXPLANATION, sentence, 1.0, seen)


def _located(kind: FactKind, things: list[Located], brief: Brief) -> Iterator[Fact]:
    for thing in things[:MOST_FACTS]:
        if value := _short(thing.name):
            where = brief.media[thing.picture]
            yield Fact(kind, value, thing.score, Modality.IMAGE, where, box(thing.box))


def box(edges: list[int]) -> Box | None:
    """``[ymin, xmin, ymax, xmax]`` in thousandths, as fractions; None where it encloses nothing."""
    if not edges:
        return None
    top, left, bottom, right = edges
    if not (top < bottom and left < right):
        return None
    return Box(left / _FULL, top / _FULL, right / _FULL, bottom / _FULL)


def _short(words: str, most: int = LONGEST_NAME) -> str:
    return " ".join(well_formed(words).split())[:most]


def _mood(sentiment: float) -> str:
    if abs(sentiment) < _NEUTRAL:
        return "neutral"
    return "positive" if sentiment > 0 else "negative"
