"""What is remembered, as rows that other programs read: CSV or JSON lines, one line at a time."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from analysis.taxonomy import Category
from bot.model import Case, Mode, Record, Ref
from bot.storage.journal import Journal

Fields = Mapping[str, str | float | None]

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"


def safe(text: str) -> str:
    """A cell that no spreadsheet runs: a quotation mark before what looks like a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


async def lines(rows: AsyncIterator[Fields], form: Format) -> AsyncIterator[str]:
    """Each row as a line with its end; CSV begins with the names of the columns."""
    first = True
    async for row in rows:
        if form is Format.JSONL:
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
            continue
        if first:
            yield _csv(list(row))
        first = False
        yield _csv([safe(v) if isinstance(v, str) else v for v in row.values()])


def _csv(cells: list[str | float | None] | list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


async def records(journal: Journal, since: datetime) -> AsyncIterator[Fields]:
    """Every judgement since then, oldest first, without words."""
    async for record in journal.records(since):
        yield record_fields(record)


async def cases(journal: Journal, since: datetime, page: int = 50) -> AsyncIterator[Fields]:
    """Every case opened since then with its words, newest first."""
    before: tuple[datetime, str] | None = None
    while found := await journal.cases(before=before, limit=page):
        for case in found:
            if case.opened_at < since:
                return
            yield case_fields(case)
        before = (found[-1].opened_at, found[-1].id)


def record_fields(record: Record) -> Fields:
    """A judgement as a row."""
    found, matched = record.assessment, record.verdict.matched
    scores = {f"score_{c.value}": found.scores.get(c) for c in Category}
    return {
        **_place(record.key.ref),
        "revision": record.key.revision,
        "cause": record.key.cause.value,
        "author": record.author_id,
        "sent_at": record.sent_at.isoformat(),
        "judged_at": record.judged_at.isoformat(),
        "rules": _joined(one.rule for one in matched if one.mode is Mode.LIVE),
        "shadow_rules": _joined(one.rule for one in matched if one.mode is Mode.SHADOW),
        "actions": _joined(f"{one.action}={one.status}" for one in record.outcomes),
        "complete": "yes" if found.complete else "no",
        "explanation": record.verdict.explanation,
        "policy_version": record.verdict.policy_version,
        "cost_usd": found.cost_usd,
        **scores,
    }


def case_fields(case: Case) -> Fields:
    """A case as a row."""
    message = case.message
    read = (passage for passage in case.passages if passage.text != message.text)
    return {
        "case": case.id,
        "state": case.state.value,
        "opened_at": case.opened_at.isoformat(),
        **_place(message.ref),
        "author": message.author.id,
        "author_name": message.author.name,
        "sent_at": message.sent_at.isoformat(),
        "text": message.text,
        "passages": "\n".join(f"[{one.origin}] {one.text}" for one in read),
        "rules": _joined(dict.fromkeys(rule for one in case.judgements for rule in one.rules)),
        "history": _joined(f"{e.at.isoformat()} {e.kind} {e.by}".strip() for e in case.events),
        "notes": "\n".join(event.note for event in case.events if event.note),
    }


def _place(ref: Ref) -> Mapping[str, str]:
    return {
        "platform": ref.platform,
        "community": ref.community_id,
        "channel": ref.channel_id,
        "message": ref.message_id,
    }


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(parts)
