"""Actions that were withheld, and the persons who have them done after all or drop them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select, true, update

from bot.model import CaseEvent, CaseState, EventKind, JudgementKey, Outcome, Status
from bot.review.which import Which, Why
from bot.storage import rows
from bot.storage.journal import Journal
from bot.storage.orders import check_not_overturned, happened
from bot.storage.sql import judgement_id
from bot.storage.tables import case_events, cases, judgements, messages, outcomes

_BECAUSE: dict[Why, ColumnElement[bool]] = {
    Why.ANY: true(),
    # As bot.limits and bot.enforce say it; a test holds them together.
    Why.LIMITS: outcomes.c.detail.like("the limit of %"),
    Why.PAUSED: outcomes.c.detail == "acting is paused",
}


@dataclass(frozen=True, slots=True)
class Withheld:
    """One action that waits for a person."""

    case_id: str
    key: JudgementKey
    outcome: Outcome


def _found(which: Which, query: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    """The query, narrowed; cases that were overturned have nothing left to be done."""
    overturned = and_(
        cases.c.state == CaseState.CLOSED.value,
        exists().where(
            case_events.c.case_id == cases.c.id,
            case_events.c.kind == EventKind.OVERTURNED.value,
        ),
    )
    query = query.where(outcomes.c.status == Status.WITHHELD.value, _BECAUSE[which.why])
    query = query.where(~overturned)
    if which.case_id is not None:
        query = query.where(judgements.c.case_id == which.case_id)
    if which.since is not None:
        query = query.where(outcomes.c.at >= which.since)
    if which.until is not None:
        query = query.where(outcomes.c.at <= which.until)
    if which.action is not None:
        query = query.where(outcomes.c.action == which.action)
    return query


def _joined(*columns: ColumnElement[object]) -> Select[*tuple[object, ...]]:
    return (
        select(*columns)
        .join_from(judgements, messages, judgements.c.message == messages.c.id)
        .join(outcomes, outcomes.c.judgement == judgements.c.id)
        .join(cases, cases.c.id == judgements.c.case_id)
    )


async def withheld(journal: Journal, which: Which, *, limit: int = 50) -> Sequence[Withheld]:
    """What waits, oldest first."""
    query = _joined(
        *judgements.c["case_id", "revision", "round", "cause"],
        *messages.c["platform", "community_id", "channel_id", "message_id"],
        *outcomes.c["action", "status", "at", "receipt", "detail"],
    ).order_by(outcomes.c.at, outcomes.c.id)
    async with journal.database.reading() as conn:
        return [
            Withheld(line.case_id, rows.to_key(line), rows.to_outcome(line))
            for line in await conn.execute(_found(which, query).limit(limit))
        ]


async def count(journal: Journal, which: Which) -> int:
    """How many wait."""
    found = _found(which, _joined(outcomes.c.id)).subquery()
    async with journal.database.reading() as conn:
        return (await conn.execute(select(func.count()).select_from(found))).scalar_one()


async def ordered(journal: Journal, one: Withheld, by: str, at: datetime) -> None:
    """Write down who has it done, before it is.

    Raises:
        NoSuchCase: there is no such case any more.
        AlreadyDecided: the case was overturned.
    """

    def work(conn: Connection) -> None:
        check_not_overturned(conn, journal, one.case_id)
        event = CaseEvent(EventKind.RELEASED, at, by, one.outcome.action)
        happened(conn, journal, one.case_id, event, "withheld.released")

    await journal.database.write(work)


async def dropped(journal: Journal, one: Withheld, by: str, at: datetime) -> bool:
    """It is not to be done; False where it waits no more. Raises as ``ordered`` does."""
    mine = update(outcomes).where(
        outcomes.c.judgement == judgement_id(one.key).scalar_subquery(),
        outcomes.c.action == one.outcome.action,
        outcomes.c.status == Status.WITHHELD.value,
    )

    def work(conn: Connection) -> bool:
        check_not_overturned(conn, journal, one.case_id)
        done = conn.execute(mine.values(status=Status.DROPPED.value, at=at))
        if done.rowcount:
            event = CaseEvent(EventKind.DROPPED, at, by, one.outcome.action)
            happened(conn, journal, one.case_id, event, "withheld.dropped")
        return bool(done.rowcount)

    return await journal.database.write(work)
