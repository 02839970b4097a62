"""What a further judgement means for a case that waits for one, and how many wait for what."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, update

from bot.model import CaseState, Record
from bot.review.states import Command, IllegalMove, move, replay
from bot.review.waiting import ANSWERED_LATER, Incident, answers
from bot.storage.database import Database
from bot.storage.history import add_events, events_of
from bot.storage.seal import Seal
from bot.storage.sql import audited, judgement_id
from bot.storage.tables import cases, judgements


def answered(
    conn: Connection, seal: Seal, case_id: str, record: Record, waiting: str | None
) -> None:
    """Resolve the case, make it one as any other, or let it wait on.

    ``waiting`` is what the new judgement's own case would wait for; None where it is due none.
    Nothing happens to a case that does not wait: a person has seen it, or has it to see.
    """
    found = conn.execute(select(cases.c.waiting, cases.c.state).where(cases.c.id == case_id)).one()
    if not found.waiting or found.state != CaseState.OPEN.value:
        return
    mine = update(cases).where(cases.c.id == case_id)
    if waiting is not None:
        conn.execute(mine.values(waiting=waiting))
    elif answers(record) and _of_the_newest_revision(conn, case_id, record):
        state = CaseState.CLOSED if _resolved(conn, seal, case_id, record) else CaseState.OPEN
        conn.execute(mine.values(waiting="", state=state.value))


def reported(conn: Connection, seal: Seal, case_id: str) -> None:
    """A member's report makes it a case as any other, also where the bot had closed it."""
    state = replay(events_of(conn, seal, case_id)).state
    conn.execute(update(cases).where(cases.c.id == case_id).values(state=state.value, waiting=""))


def _resolved(conn: Connection, seal: Seal, case_id: str, record: Record) -> bool:
    """Close it in the bot's name, unless a person is at it."""
    standing, at = replay(events_of(conn, seal, case_id)), record.judged_at
    try:
        event = move(standing, Command.RESOLVE, by="", at=at, note=ANSWERED_LATER)
    except IllegalMove:
        return False
    add_events(conn, seal, case_id, [event])
    conn.execute(audited(at=at, by="", what="case.resolve", subject=case_id))
    return True


def _of_the_newest_revision(conn: Connection, case_id: str, record: Record) -> bool:
    """Whether no later edit of the post still waits for its own answer."""
    query = (
        select(judgements.c.revision)
        .where(judgements.c.case_id == case_id)
        .where(judgements.c.id != judgement_id(record.key).scalar_subquery())
        .order_by(judgements.c.id.desc())
        .limit(1)
    )
    return conn.execute(query).scalar_one_or_none() in {None, record.key.revision}


async def incidents(database: Database) -> Sequence[Incident]:
    """What open cases wait for, the largest number first."""
    number, since = func.count(), func.min(cases.c.opened_at)
    query = (
        select(cases.c.waiting, number, since)
        .where(cases.c.waiting != "", cases.c.state != CaseState.CLOSED.value)
        .group_by(cases.c.waiting)
        .order_by(number.desc(), cases.c.waiting)
    )
    async with database.reading() as conn:
        return [Incident(key, posts, at) for key, posts, at in await conn.execute(query)]
