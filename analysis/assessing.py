"""From what was read and judged to one assessment. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from analysis.failing import once
from analysis.fusion import Score, fuse
from analysis.judging import Judgement
from analysis.reading import Readings
from analysis.taxonomy import Category
from analysis.types import Assessment, Content, Fact, FactKind, Modality, Origin, Passage

_IN_PICTURES = frozenset({Origin.OCR, Origin.QR})


def assess(content: Content, readings: Readings, judgements: Sequence[Judgement]) -> Assessment:
    """Put everything together, in the order of the readers and detectors.

    A category has a number where some detector that judges it answered, or a signal speaks of
    it; otherwise it is None, and among ``unasked`` where nobody was asked either. A failure
    never turns into a number.
    """
    signals = tuple(signal for judgement in judgements for signal in judgement.signals)
    scores = fuse(signals, _all(judgement.judged for judgement in judgements))
    asked = _all(judgement.about for judgement in judgements)
    return Assessment(
        media=content.media,
        signals=signals,
        facts=_facts(content, readings, judgements),
        scores={category: _value(scores.get(category)) for category in Category},
        made_by={category: score.made_by for category, score in scores.items()},
        unasked=tuple(c for c in Category if c not in asked and c not in scores),
        failures=once(
            (*content.failures, *readings.failures, *(f for j in judgements for f in j.failures))
        ),
        cost_usd=sum(judgement.cost_usd for judgement in judgements),
    )


def took(readings: Readings, judgements: Sequence[Judgement]) -> Mapping[str, float]:
    """Wall milliseconds by reader and by detector."""
    return dict(readings.took_ms) | {j.detector: j.ms for j in judgements if j.asked}


def _value(score: Score | None) -> float | None:
    return None if score is None else score.value


def _all(sets: Iterable[frozenset[Category]]) -> frozenset[Category]:
    return frozenset[Category]().union(*sets)


def _facts(
    content: Content, readings: Readings, judgements: Sequence[Judgement]
) -> tuple[Fact, ...]:
    """Every passage is a fact too; what two calls found alike is said once."""
    passages = map(_fact, (*content.passages, *readings.passages))
    found = (fact for judgement in judgements for fact in judgement.facts)
    return tuple(dict.fromkeys((*passages, *content.facts, *found)))


def _fact(passage: Passage) -> Fact:
    return Fact(
        kind=FactKind(passage.origin.value),
        value=passage.text,
        score=passage.score,
        modality=Modality.IMAGE if passage.origin in _IN_PICTURES else Modality.TEXT,
        media=passage.media,
        box=passage.box,
    )
