"""Which cases a rescan goes through, and where an interrupted one stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from bot.model import EventKind, JudgementKey, Matched
from bot.storage import reading, rows
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.sql import audited, put_setting
from bot.storage.tables import case_events, cases, judgements, settings

KEY = "rescan"


@dataclass(frozen=True, slots=True)
class Rescan:
    """One going through: what it was asked for, its number, and the last case it has done."""

    since: datetime
    rule: str
    round: int
    last: tuple[datetime, str] | None = None
    finished: bool = False


async def begun(database: Database, since: datetime, rule: str, at: datetime, by: str) -> Rescan:
    """The unfinished one that was asked for in the same words, or a new one."""
    found = await _latest(database)
    if found is not None and not found.finished and (found.since, found.rule) == (since, rule):
        return found
    made = Rescan(since, rule, 0 if found is None else found.round + 1)
    await progressed(database, made, at, by)
    return made


async def progressed(database: Database, rescan: Rescan, at: datetime, by: str) -> None:
    """Remember how far it came."""
    last_at, last = rescan.last or (None, "")
    value: Mapping[str, str | bool] = {
        "since": rescan.since.isoformat(),
        "rule": rescan.rule,
        "round": str(rescan.round),
        "at": "" if last_at is None else last_at.isoformat(),
        "last": last,
        "finished": rescan.finished,
    }

    def work(conn: Connection) -> None:
        put_setting(conn, KEY, value, at=at, by=by)
        if rescan.last is None:
            conn.execute(audited(at=at, by=by, what="rescan", subject=rescan.rule))

    await database.write(work)


async def _latest(database: Database) -> Rescan | None:
    query = select(settings.c.value).where(settings.c.key == KEY)
    async with database.reading() as conn:
        value = (await conn.execute(query)).scalar_one_or_none()
    if value is None:
        return None
    last = (datetime.fromisoformat(value["at"]), value["last"]) if value["last"] else None
    since = datetime.fromisoformat(value["since"])
    return Rescan(since, value["rule"], int(value["round"]), last, bool(value["finished"]))


async def due(database: Database, rescan: Rescan) -> Sequence[tuple[datetime, str]]:
    """When each case that is left was opened, and its id; oldest first."""
    query = select(cases.c.opened_at, cases.c.id).where(cases.c.opened_at >= rescan.since)
    query = query.order_by(cases.c.opened_at, cases.c.id)
    if rescan.last is not None:
        at, name = rescan.last
        same = and_(cases.c.opened_at == at, cases.c.id > name)
        query = query.where(or_(cases.c.opened_at > at, same))
    async with database.reading() as conn:
        found = [(at, name) for at, name in await conn.execute(query)]
        if not rescan.rule:
            return found
        lines = select(judgements.c.case_id, judgements.c.matched).where(
            judgements.c.judged_at >= rescan.since, judgements.c.case_id.is_not(None)
        )
        named = {
            line.case_id
            for line in await conn.execute(lines)
            if any(_is(one, rescan.rule) for one in rows.to_matched(line))
        }
    return [one for one in found if one[1] in named]


def _is(matched: Matched, rule: str) -> bool:
    return matched.rule == rule


async def newest(journal: Journal, case_id: str) -> JudgementKey | None:
    """The judgement of a case that was made last."""
    query = (
        reading.LINES.where(judgements.c.case_id == case_id)
        .order_by(judgements.c.id.desc())
        .limit(1)
    )
    async with journal.database.reading() as conn:
        line = (await conn.execute(query)).one_or_none()
    return None if line is None else rows.to_key(line)


async def was_decided(database: Database, case_id: str) -> bool:
    """Whether a person ever decided the case."""
    query = select(case_events.c.id).where(
        case_events.c.case_id == case_id,
        case_events.c.kind.in_([EventKind.UPHELD.value, EventKind.OVERTURNED.value]),
    )
    async with database.reading() as conn:
        return (await conn.execute(query.limit(1))).first() is not None
