"""Reads judgements back by the thousand, only what deciding them anew needs.

``Journal.records`` gives whole records, at some 2 ms each; this gives one in less than a tenth of
that (bench/backtest.py): JSON is parsed once, straight into values, and only the facts that the
rules read are fetched.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast as typed

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from analysis.taxonomy import Category
from analysis.types import Assessment, Fact, FactKind, Media, Modality
from bot.model import EventKind, Ref
from bot.policy.past import Past
from bot.policy.policy import Policy
from bot.policy.variables import kinds_of
from bot.review.states import DECISIONS
from bot.storage import reading, rows
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.rows import CONTEXT, FAILURES, MATCHED
from bot.storage.seal import Seal
from bot.storage.sealed import Words
from bot.storage.sql import message_id
from bot.storage.tables import case_events, facts, judgements, media, messages

PAGE = 1_000
"""Judgements read at a time; chosen by eye, a few megabytes."""

_KINDS = {kind.value: kind for kind in FactKind}
_MODALITIES = {modality.value: modality for modality in Modality}
_ANIMATED = Media("", "", 0, "", 0, 0, 2, animated=True)
"""Stands for a file with several frames; nothing else of a file is read by a rule."""
_COLUMNS = (
    judgements.c.id,
    judgements.c.judged_at,
    judgements.c.revision,
    judgements.c.case_id,
    judgements.c.media_count,
    cast(judgements.c.scores, Text),
    cast(judgements.c.unasked, Text),
    cast(judgements.c.failures, Text),
    cast(judgements.c.inputs, Text),
    cast(judgements.c.matched, Text),
    judgements.c.needs_review,
    judgements.c.policy_version,
    *messages.c["platform", "community_id", "channel_id", "message_id"],
)
_Line = tuple[
    int, datetime, str, str | None, int, str, str, str, str, str, bool, str, str, str, str, str
]
_Facts = Mapping[int, Sequence[Fact]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which judgements, and what of them."""

    since: datetime
    kinds: Collection[FactKind] = ()
    """Facts of other kinds are left out."""
    animated: bool = False
    """Whether it matters that a file has several frames."""
    decided: bool = False
    """Only those whose case a moderator closed."""
    only_in: Collection[str] | None = None
    """Only those of these communities; None: of all."""
    not_in: Collection[str] = ()
    """None of these communities'."""


def wanted(policy: Policy, since: datetime) -> Wanted:
    """What deciding by this policy reads, in any of its communities and channels."""
    places = [policy.base, *(rules for _, rules in policy.elsewhere())]
    names = frozenset[str]().union(*(rules.reads for rules in places))
    return Wanted(since, kinds_of(names), animated="image.animated" in names)


async def count(database: Database, wanted: Wanted) -> int:
    """How many judgements there are to read."""
    query = select(func.count()).select_from(judgements).where(*_which(wanted))
    async with database.reading() as conn:
        return int((await conn.execute(query)).scalar_one())


async def told(journal: Journal, which: str) -> list[Past]:
    """Every judgement of one case, or of one message by its ref, oldest first; empty for none.

    With the words, where a case keeps them: this is for explaining, not for thousands.
    """
    if not which.isprintable():  # PostgreSQL takes no NUL, and no id has one
        return []
    if ":" in which:
        try:
            mine = judgements.c.message == message_id(Ref.parse(which)).scalar_subquery()
        except ValueError:
            return []
    else:
        mine = judgements.c.case_id == which
    async with journal.database.reading() as conn:
        query = reading.LINES.where(mine).order_by(judgements.c.id)
        lines = (await conn.execute(query)).all()
        parts = await reading.Parts.of(conn, lines)
        names = {line.case_id for line in lines if line.case_id is not None}
        decisions = await _decisions(conn, names)
    return [_told(line, parts, journal.seal, decisions) for line in lines]


def _told(
    line: rows.Line, parts: reading.Parts, seal: Seal, decisions: Mapping[str, EventKind]
) -> Past:
    written = parts.facts.get(line.id, ())
    kept = Words.opened(line.sealed, seal).values if line.sealed else (None,) * len(written)
    known = [rows.to_fact(row, value) for row, value in zip(written, kept, strict=True)]
    return Past(
        rows.to_key(line).ref,
        line.revision,
        line.judged_at,
        rows.to_assessment(line, parts.media.get(line.id, ()), (), known),
        rows.to_context(line),
        rows.to_matched(line),
        line.needs_review,
        line.policy_version,
        line.case_id,
        decisions.get(line.case_id) if line.case_id is not None else None,
    )


async def past(database: Database, wanted: Wanted, *, page: int = PAGE) -> AsyncIterator[Past]:
    """Every judgement that is wanted, oldest first, read a page at a time."""
    async with database.reading() as conn:
        decisions = await _decisions(conn)
    query = select(*_COLUMNS).join(messages, judgements.c.message == messages.c.id)
    query = query.where(*_which(wanted)).order_by(judgements.c.judged_at, judgements.c.id)
    after: Select[*tuple[object, ...]] = query
    while True:
        async with database.reading() as conn:
            lines = typed("Sequence[_Line]", (await conn.execute(after.limit(page))).all())
            ids = [line[0] for line in lines]
            found = await _facts(conn, ids, wanted.kinds)
            moving = await _animated(conn, ids) if wanted.animated else set()
        for line in lines:
            yield _past(line, found, moving, decisions)
        if len(lines) < page:
            return
        last, at = lines[-1][0], lines[-1][1]
        same = and_(judgements.c.judged_at == at, judgements.c.id > last)
        after = query.where(or_(judgements.c.judged_at > at, same))


def _which(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [judgements.c.judged_at >= wanted.since]
    if wanted.decided:
        kinds = [kind.value for kind in DECISIONS]
        closed = select(case_events.c.case_id).where(case_events.c.kind.in_(kinds))
        conditions.append(judgements.c.case_id.in_(closed))
    if wanted.only_in is not None:
        conditions.append(judgements.c.message.in_(_posted_in(wanted.only_in)))
    if wanted.not_in:
        conditions.append(judgements.c.message.not_in(_posted_in(wanted.not_in)))
    return conditions


def _posted_in(communities: Collection[str]) -> Select[int]:
    return select(messages.c.id).where(messages.c.community_id.in_(communities))


async def _decisions(
    conn: AsyncConnection, names: Collection[str] | None = None
) -> Mapping[str, EventKind]:
    """What was decided of each closed case, or of those named; the last word counts."""
    kinds = [kind.value for kind in DECISIONS]
    query = select(case_events.c.case_id, case_events.c.kind).where(case_events.c.kind.in_(kinds))
    if names is not None:
        query = query.where(case_events.c.case_id.in_(names))
    found = await conn.execute(query.order_by(case_events.c.id))
    return {case_id: EventKind(kind) for case_id, kind in found}


async def _facts(conn: AsyncConnection, ids: Sequence[int], kinds: Collection[FactKind]) -> _Facts:
    """The facts of some judgements, one row for each judgement: a row each costs three times."""
    if not kinds or not ids:
        return {}
    of_one = facts.c["position", "kind", "value", "score", "modality", "media"]
    if conn.dialect.name == "postgresql":
        gathered = cast(func.json_agg(func.json_build_array(*of_one)), Text)
    else:
        gathered = cast(func.json_group_array(func.json_array(*of_one)), Text)
    query = select(facts.c.judgement, gathered).where(facts.c.judgement.in_(ids))
    if len(kinds) < len(FactKind):
        query = query.where(facts.c.kind.in_([kind.value for kind in kinds]))
    found = (await conn.execute(query.group_by(facts.c.judgement))).all()
    return {judgement: _in_order(from_json(written)) for judgement, written in found}


def _in_order(gathered: list[tuple[int, str, str, float, str, int | None]]) -> list[Fact]:
    gathered.sort()  # by position, and in order already but for what the databases do not promise
    return [
        Fact(_KINDS[kind], value, score, _MODALITIES[modality], media)
        for _, kind, value, score, modality, media in gathered
    ]


async def _animated(conn: AsyncConnection, ids: Sequence[int]) -> set[tuple[int, int]]:
    query = select(media.c.judgement, media.c.position).where(
        media.c.judgement.in_(ids), media.c.animated
    )
    return {(judgement, position) for judgement, position in await conn.execute(query)}


def _past(
    line: _Line,
    found: _Facts,
    moving: set[tuple[int, int]],
    decisions: Mapping[str, EventKind],
) -> Past:
    (number, at, revision, case_id, files, scores, unasked, failures, inputs, matched) = line[:10]
    assessment = Assessment(
        tuple(_ANIMATED if (number, n) in moving else None for n in range(files)),
        (),
        tuple(found.get(number, ())),
        from_json(scores),  # a category is its word
        {},
        () if unasked == "[]" else tuple(map(Category, from_json(unasked))),
        () if failures == "[]" else FAILURES.validate_json(failures),
    )
    return Past(
        Ref(*line[12:16]),
        revision,
        at,
        assessment,
        CONTEXT.validate_json(inputs),
        () if matched == "[]" else MATCHED.validate_json(matched),
        line[10],
        line[11],
        case_id,
        decisions.get(case_id) if case_id is not None else None,
    )
