"""One analysis and its JSON, ``bifocal.analysis/1``: what the command line and the API answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.taxonomy import Category
from analysis.types import (
    Assessment,
    Box,
    Content,
    Evidence,
    Fact,
    FactKind,
    Failure,
    Media,
    Modality,
    Origin,
    Signal,
)
from bot.model import Mode, Verdict

SCHEMA = "bifocal.analysis/1"
READ = {Origin.OCR: FactKind.OCR, Origin.QR: FactKind.QR}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was looked at and what came of it. Nothing of it is stored."""

    names: tuple[str, ...]
    """The files' names as their sender gave them, in the order of ``content.media``."""
    content: Content
    assessment: Assessment
    verdict: Verdict


def document(analysis: Analysis) -> dict[str, object]:
    """The JSON document: plain dicts, lists, strings and numbers, every category in scores."""
    found = analysis.assessment
    return {
        "schema": SCHEMA,
        "complete": found.complete,
        "media": [
            _media(name, media) for name, media in zip(analysis.names, found.media, strict=False)
        ],
        "scores": {category.value: found.scores.get(category) for category in Category},
        "unasked": [category.value for category in found.unasked],
        "signals": [signal_fields(signal) for signal in found.signals],
        "facts": [_fact(fact) for fact in facts(analysis)],
        "failures": [failure_fields(failure) for failure in found.failures],
        "verdict": _verdict(analysis.verdict),
        "cost_usd": found.cost_usd,
        "timings_ms": dict(found.timings_ms),
    }


def facts(analysis: Analysis) -> tuple[Fact, ...]:
    """Every fact, and what was read from the pictures, each once."""
    known = analysis.assessment.facts
    stated = {(fact.kind, fact.value, fact.media, fact.box) for fact in known}
    return known + tuple(
        fact
        for fact in _read(analysis.content)
        if (fact.kind, fact.value, fact.media, fact.box) not in stated
    )


def _read(content: Content) -> Iterator[Fact]:
    for passage in content.passages:
        if passage.origin in READ:
            yield Fact(
                READ[passage.origin],
                passage.text,
                passage.score,
                Modality.IMAGE,
                passage.media,
                passage.box,
            )


def _media(name: str, media: Media | None) -> dict[str, object]:
    fields = (
        "sha256", "pdq", "quality", "media_type", "width", "height", "frames", "animated",
    )  # fmt: skip
    return {"name": name} | {key: getattr(media, key, None) for key in fields}


def signal_fields(signal: Signal) -> dict[str, object]:
    """A signal with its evidence."""
    return {
        "category": signal.category.value,
        "score": signal.score,
        "modality": signal.modality.value,
        "grounds": signal.grounds.value,
        "source": signal.source,
        "evidence": _evidence(signal.evidence),
    }


def _evidence(evidence: Evidence | None) -> dict[str, object] | None:
    if evidence is None:
        return None
    return {
        "quote": evidence.quote,
        "origin": evidence.origin.value if evidence.origin else None,
        "media": evidence.media,
        "box": box_fields(evidence.box),
    }


def _fact(fact: Fact) -> dict[str, object]:
    return {
        "kind": fact.kind.value,
        "value": fact.value,
        "score": fact.score,
        "modality": fact.modality.value,
        "media": fact.media,
        "box": box_fields(fact.box),
    }


def failure_fields(failure: Failure) -> dict[str, object]:
    """A failure, with the picture it is about where there is one."""
    stated: dict[str, object] = {
        "detector": failure.detector,
        "kind": failure.kind.value,
        "reason": failure.reason,
    }
    return stated if failure.media is None else stated | {"media": failure.media}


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "rules": [match.rule for match in verdict.matched if match.mode is Mode.LIVE],
        "unanswered": [unanswered.rule for unanswered in verdict.unanswered],
        "actions": [str(action) for action in verdict.actions],
        "needs_review": verdict.needs_review,
        "explanation": verdict.explanation,
    }


def box_fields(box: Box | None) -> list[float] | None:
    """Left, top, right and bottom, in 0..1."""
    return None if box is None else [round(edge, 4) for edge in box]
