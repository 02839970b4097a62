"""Records as rows and back again. Pure; what carries text is emptied here, and only here."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from sqlalchemy import Row

from analysis.taxonomy import Category
from analysis.types import (
    Assessment,
    Box,
    Evidence,
    Fact,
    FactKind,
    Failure,
    Grounds,
    Media,
    Modality,
    Origin,
    Signal,
)
from bot.model import (
    Cause,
    Context,
    JudgementKey,
    Matched,
    Outcome,
    Receipt,
    Record,
    Ref,
    Status,
    Unanswered,
    Verdict,
)

if TYPE_CHECKING:
    from bot.ports import Action

Parse = Callable[[str], "Action"]
"""Reads back what ``str(action)`` wrote: ``bot.actions.spec.parse``."""

Values = dict[str, object]

WORDED = frozenset({*(FactKind(origin) for origin in Origin), FactKind.EXPLANATION})
"""Facts that carry a passage's text, or a model's sentence about it: kept without their value."""

TERM_LENGTH = 200
"""Characters of a fact's value that are indexed: at most 800 bytes, and PostgreSQL takes 2,704."""

CONTEXT: TypeAdapter[Context] = TypeAdapter(Context)
MATCHED: TypeAdapter[tuple[Matched, ...]] = TypeAdapter(tuple[Matched, ...])
_UNANSWERED: TypeAdapter[tuple[Unanswered, ...]] = TypeAdapter(tuple[Unanswered, ...])
FAILURES: TypeAdapter[tuple[Failure, ...]] = TypeAdapter(tuple[Failure, ...])
_EVIDENCE: TypeAdapter[Evidence | None] = TypeAdapter(Evidence | None)
_SCORES: TypeAdapter[Mapping[Category, float | None]] = TypeAdapter(Mapping[Category, float | None])
_MADE_BY: TypeAdapter[Mapping[Category, tuple[int, ...]]] = TypeAdapter(
    Mapping[Category, tuple[int, ...]]
)


def message_row(record: Record) -> Values:
    """The message a record is about."""
    return {
        **record.key.ref._asdict(),
        "author_id": record.author_id,
        "sent_at": record.sent_at,
    }


def judgement_row(record: Record) -> Values:
    """The judgement itself, without ids of other rows."""
    found, verdict = record.assessment, record.verdict
    return {
        "revision": record.key.revision,
        "round": record.key.round,
        "cause": record.key.cause.value,
        "judged_at": record.judged_at,
        "media_count": len(found.media),
        "scores": _SCORES.dump_python(found.scores, mode="json"),
        "made_by": _MADE_BY.dump_python(found.made_by, mode="json"),
        "unasked": [category.value for category in found.unasked],
        "failures": FAILURES.dump_python(found.failures, mode="json"),
        "cost_usd": found.cost_usd,
        "timings_ms": dict(found.timings_ms),
        "inputs": CONTEXT.dump_python(record.context, mode="json"),
        "matched": MATCHED.dump_python(verdict.matched, mode="json"),
        "unanswered": _UNANSWERED.dump_python(verdict.unanswered, mode="json"),
        "actions": [str(action) for action in verdict.actions],
        "needs_review": verdict.needs_review,
        "explanation": verdict.explanation,
        "policy_version": verdict.policy_version,
    }


def media_rows(judgement: int, media: Sequence[Media | None]) -> list[Values]:
    """One row per file that could be decoded."""
    return [
        {"judgement": judgement, "position": position, **dataclasses.asdict(one)}
        for position, one in enumerate(media)
        if one is not None
    ]


def signal_rows(judgement: int, signals: Sequence[Signal]) -> list[Values]:
    """One row per signal; its evidence keeps the place and loses the quote."""
    return [
        {
            "judgement": judgement,
            "position": position,
            "category": signal.category.value,
            "score": signal.score,
            "modality": signal.modality.value,
            "grounds": signal.grounds.value,
            "source": signal.source,
            "evidence": _place(signal.evidence),
        }
        for position, signal in enumerate(signals)
    ]


def _place(evidence: Evidence | None) -> object:
    if evidence is None:
        return None
    return _EVIDENCE.dump_python(dataclasses.replace(evidence, quote=""), mode="json")


def fact_rows(judgement: int, facts: Sequence[Fact], at: datetime) -> list[Values]:
    """One row per fact, with the post's sentiment and time copied in."""
    sentiment = sentiment_of(facts)
    return [
        {
            "judgement": judgement,
            "position": position,
            "kind": fact.kind.value,
            "value": (value := "" if fact.kind in WORDED else fact.value),
            "term": value.casefold()[:TERM_LENGTH],
            "score": fact.score,
            "modality": fact.modality.value,
            "media": fact.media,
            "box": None if fact.box is None else list(fact.box),
            "sentiment": sentiment,
            "at": at,
        }
        for position, fact in enumerate(facts)
    ]


def sentiment_of(facts: Sequence[Fact]) -> float | None:
    """The sentiment of the post's words in [-1, 1]: the lowest that any passage shows."""
    found = [_number(fact) for fact in facts if fact.kind is FactKind.SENTIMENT]
    return min(found) if found else None


def _number(fact: Fact) -> float:
    try:
        return float(fact.value)
    except ValueError:  # a word such as "negative": then the score is the number
        return fact.score


def outcome_row(judgement: int, position: int, outcome: Outcome) -> Values:
    """One outcome of a judgement."""
    return {
        "judgement": judgement,
        "position": position,
        "action": outcome.action,
        "status": outcome.status.value,
        "at": outcome.at,
        "receipt": None if outcome.receipt is None else dict(outcome.receipt.values),
        "detail": outcome.detail,
    }


def intended(record: Record) -> tuple[Outcome, ...]:
    """What the record brings along, and every other action of its verdict as intended."""
    brought = {outcome.action for outcome in record.outcomes}
    return record.outcomes + tuple(
        Outcome(spec, Status.INTENDED, record.judged_at)
        for spec in dict.fromkeys(str(action) for action in record.verdict.actions)
        if spec not in brought
    )


Line = Row[*tuple[object, ...]]


def to_key(row: Line) -> JudgementKey:
    """The key of a row that joins judgement and message."""
    ref = Ref(row.platform, row.community_id, row.channel_id, row.message_id)
    return JudgementKey(ref, row.revision, row.round, Cause(row.cause))


def to_media(count: int, rows: Sequence[Line]) -> tuple[Media | None, ...]:
    """Every file in order, None where it could not be decoded."""
    found = {row.position: row for row in rows}
    return tuple(
        to_medium(row) if (row := found.get(position)) is not None else None
        for position in range(count)
    )


def to_medium(row: Line) -> Media:
    """One file that could be decoded."""
    return Media(**{field.name: getattr(row, field.name) for field in dataclasses.fields(Media)})


def to_signal(row: Line, quote: str = "") -> Signal:
    """A signal, with its quote where a case keeps it."""
    evidence = _EVIDENCE.validate_python(row.evidence)
    return Signal(
        Category(row.category),
        row.score,
        Modality(row.modality),
        Grounds(row.grounds),
        row.source,
        None if evidence is None else dataclasses.replace(evidence, quote=quote),
    )


def to_fact(row: Line, value: str | None = None) -> Fact:
    """A fact, with its words where a case keeps them."""
    return Fact(
        FactKind(row.kind),
        row.value if value is None else value,
        row.score,
        Modality(row.modality),
        row.media,
        None if row.box is None else Box(*row.box),
    )


def to_outcome(row: Line) -> Outcome:
    """An outcome as it stands."""
    receipt = None if row.receipt is None else Receipt(dict(row.receipt))
    return Outcome(row.action, Status(row.status), row.at, receipt, row.detail)


def to_assessment(
    row: Line, media: Sequence[Line], signals: Sequence[Signal], facts: Sequence[Fact]
) -> Assessment:
    """What was found out, as far as it is remembered."""
    return Assessment(
        to_media(row.media_count, media),
        tuple(signals),
        tuple(facts),
        _SCORES.validate_python(row.scores),
        _MADE_BY.validate_python(row.made_by),
        tuple(Category(name) for name in row.unasked),
        FAILURES.validate_python(row.failures),
        row.cost_usd,
        row.timings_ms,
    )


def to_failures(row: Line) -> tuple[Failure, ...]:
    """What could not be answered."""
    return FAILURES.validate_python(row.failures)


def to_context(row: Line) -> Context:
    """What the policy read beside the assessment."""
    return CONTEXT.validate_python(row.inputs)


def to_matched(row: Line) -> tuple[Matched, ...]:
    """The rules that matched, live and in shadow."""
    return MATCHED.validate_python(row.matched)


def to_verdict(row: Line, parse: Parse) -> Verdict:
    """The verdict, its actions read back with ``parse``."""
    return Verdict(
        to_matched(row),
        _UNANSWERED.validate_python(row.unanswered),
        tuple(parse(spec) for spec in row.actions),
        row.needs_review,
        row.explanation,
        row.policy_version,
    )
