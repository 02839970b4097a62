"""Reads records and cases back, many at a time: a handful of statements whatever the number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Select, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import EnvironmentFailed
from bot.model import (
    Case,
    CaseEvent,
    CaseState,
    EventKind,
    Evidence,
    Judgement,
    Mode,
    Outcome,
    Record,
)
from bot.storage.rows import (
    Line,
    Parse,
    to_assessment,
    to_context,
    to_fact,
    to_failures,
    to_key,
    to_matched,
    to_outcome,
    to_signal,
    to_verdict,
)
from bot.storage.seal import Seal
from bot.storage.sealed import Words
from bot.storage.tables import (
    case_events,
    case_evidence,
    cases,
    facts,
    judgements,
    media,
    messages,
    outcomes,
    signals,
)

LINES: Select[*tuple[object, ...]] = select(
    judgements,
    messages.c.platform,
    messages.c.community_id,
    messages.c.channel_id,
    messages.c.message_id,
    messages.c.author_id,
    messages.c.sent_at,
).join(messages, judgements.c.message == messages.c.id)
"""Judgements with the message each is about."""

Grouped = Mapping[object, Sequence[Line]]


async def _grouped(
    conn: AsyncConnection, table: Table, owner: str, ids: Iterable[object], order: str
) -> Grouped:
    """The rows of a table that belong to these owners, by owner, in order."""
    found: dict[object, list[Line]] = defaultdict(list)
    query = select(table).where(table.c[owner].in_(list(ids))).order_by(table.c[order])
    for row in await conn.execute(query):
        found[getattr(row, owner)].append(row)
    return found


@dataclass(frozen=True, slots=True)
class Parts:
    """What hangs on some judgements, by the judgement's row."""

    media: Grouped
    signals: Grouped
    facts: Grouped
    outcomes: Grouped

    @classmethod
    async def of(cls, conn: AsyncConnection, lines: Sequence[Line]) -> Self:
        """Read all of it."""
        ids = [line.id for line in lines]
        return cls(
            *[
                await _grouped(conn, table, "judgement", ids, "position")
                for table in (media, signals, facts, outcomes)
            ]
        )

    def outcomes_of(self, line: Line) -> tuple[Outcome, ...]:
        """How a judgement's actions stand."""
        return tuple(to_outcome(row) for row in self.outcomes.get(line.id, ()))

    def record(self, line: Line, parse: Parse) -> Record:
        """What is remembered of every message: without words, even where a case keeps them."""
        return Record(
            to_key(line),
            line.author_id,
            line.sent_at,
            line.judged_at,
            to_assessment(
                line,
                self.media.get(line.id, ()),
                [to_signal(row) for row in self.signals.get(line.id, ())],
                [to_fact(row) for row in self.facts.get(line.id, ())],
            ),
            to_context(line),
            to_verdict(line, parse),
            self.outcomes_of(line),
        )

    def judgement(self, line: Line, words: Words | None) -> Judgement:
        """A judgement as a case shows it, with its quotes where they were kept."""
        rows = self.signals.get(line.id, ())
        quotes = words.quotes if words is not None else ("",) * len(rows)
        matched = to_matched(line)
        return Judgement(
            key=to_key(line),
            judged_at=line.judged_at,
            signals=tuple(map(to_signal, rows, quotes)),
            scores=dict(line.scores),
            failures=to_failures(line),
            rules=tuple(one.rule for one in matched if one.mode is Mode.LIVE),
            shadow_rules=tuple(one.rule for one in matched if one.mode is Mode.SHADOW),
            explanation=line.explanation,
            outcomes=self.outcomes_of(line),
        )


async def records(
    conn: AsyncConnection, query: Select[*tuple[object, ...]], parse: Parse
) -> list[Record]:
    """The records of the judgements that a query over ``LINES`` finds."""
    lines = (await conn.execute(query)).all()
    parts = await Parts.of(conn, lines)
    return [parts.record(line, parse) for line in lines]


async def whole_cases(
    conn: AsyncConnection, query: Select[*tuple[object, ...]], seal: Seal
) -> list[Case]:
    """The cases that a query over the table of cases finds, each with everything it holds."""
    rows = (await conn.execute(query)).all()
    ids = [row.id for row in rows]
    lines = (
        await conn.execute(LINES.where(judgements.c.case_id.in_(ids)).order_by(judgements.c.id))
    ).all()
    parts = await Parts.of(conn, lines)
    events = await _grouped(conn, case_events, "case_id", ids, "id")
    kept = await _grouped(conn, case_evidence, "case_id", ids, "id")
    return [
        _case(
            row,
            [(line, _words(line, seal)) for line in lines if line.case_id == row.id],
            parts,
            tuple(to_event(event, seal) for event in events.get(row.id, ())),
            tuple(to_evidence(one) for one in kept.get(row.id, ())),
        )
        for row in rows
    ]


def _words(line: Line, seal: Seal) -> Words | None:
    return Words.opened(line.sealed, seal) if line.sealed else None


def _case(
    row: Line,
    judged: Sequence[tuple[Line, Words | None]],
    parts: Parts,
    events: tuple[CaseEvent, ...],
    evidence: tuple[Evidence, ...],
) -> Case:
    shown = next((words for _, words in reversed(judged) if words is not None), None)
    if shown is None:
        raise EnvironmentFailed(f"The case {row.id} has lost its text. Put a backup in its place.")
    return Case(
        id=row.id,
        # An edit that was itself judged worth a case is shown; a harmless one hides nothing.
        message=shown.message,
        passages=shown.passages,
        evidence=evidence,
        judgements=tuple(parts.judgement(line, words) for line, words in judged),
        state=CaseState(row.state),
        events=events,
        opened_at=row.opened_at,
        version=row.version,
        waiting=row.waiting,
    )


def to_event(row: Line, seal: Seal) -> CaseEvent:
    """A line of a case's history, its note opened."""
    note = seal.open_text(row.sealed_note, "The note of a case")
    return CaseEvent(EventKind(row.kind), row.at, row.by, note)


def to_evidence(row: Line) -> Evidence:
    """A picture that a case keeps."""
    return Evidence(row.image, row.media, row.width, row.height, row.sha256)


NEWEST_FIRST = (cases.c.opened_at.desc(), cases.c.id.desc())
