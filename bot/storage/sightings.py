"""Reads back which rules matched lately and what was done, a page at a time, newest first."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Text, and_, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import EventKind, Ref
from bot.review.conduct import Sighting
from bot.review.states import DECISIONS
from bot.storage.database import Database
from bot.storage.rows import MATCHED
from bot.storage.tables import case_events, judgements, messages, outcomes

AT_MOST = 20_000
"""Judgements that are looked at, the newest; chosen by eye, a second or two."""
PAGE = 500
"""Read at once, so that others have their turn in between: some 10 ms."""
_WORDS = cast(judgements.c.matched, Text)


async def sightings(database: Database, since: datetime) -> AsyncIterator[Sequence[Sighting]]:
    """Judgements since then that a rule matched, live or in shadow, in pages."""
    query = (
        select(
            judgements.c.id,
            judgements.c.judged_at,
            judgements.c.case_id,
            _WORDS,
            *messages.c["platform", "community_id", "channel_id", "message_id"],
        )
        .join(messages, judgements.c.message == messages.c.id)
        .where(judgements.c.judged_at >= since, _WORDS != "[]")
        .order_by(judgements.c.judged_at.desc(), judgements.c.id.desc())
        .limit(PAGE)
    )
    after = query
    for _ in range(AT_MOST // PAGE):
        async with database.reading() as conn:
            lines = (await conn.execute(after)).all()
            done = await _outcomes(conn, [line[0] for line in lines])
            decisions = await _decisions(conn, {line[2] for line in lines if line[2]})
        yield [
            Sighting(
                Ref(*line[4:8]),
                line[1],
                line[2],
                decisions.get(line[2]) if line[2] else None,
                MATCHED.validate_json(line[3]),
                tuple(done.get(line[0], ())),
            )
            for line in lines
        ]
        if len(lines) < PAGE:
            return
        last, at = lines[-1][0], lines[-1][1]
        same = and_(judgements.c.judged_at == at, judgements.c.id < last)
        after = query.where(or_(judgements.c.judged_at < at, same))


async def _outcomes(
    conn: AsyncConnection, ids: Sequence[int]
) -> Mapping[int, Sequence[tuple[str, str]]]:
    query = select(*outcomes.c["judgement", "action", "status"])
    query = query.where(outcomes.c.judgement.in_(ids)).order_by(outcomes.c.id)
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for judgement, action, status in await conn.execute(query):
        found[judgement].append((action, status))
    return found


async def _decisions(conn: AsyncConnection, names: set[str]) -> Mapping[str, EventKind]:
    """What was decided of these cases; the last word counts."""
    kinds = [kind.value for kind in DECISIONS]
    query = select(case_events.c.case_id, case_events.c.kind).where(
        case_events.c.case_id.in_(names), case_events.c.kind.in_(kinds)
    )
    found = await conn.execute(query.order_by(case_events.c.id))
    return {case_id: EventKind(kind) for case_id, kind in found}
