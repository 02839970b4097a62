"""The life of a message, written so that a kill at any point loses and repeats nothing.

A judgement is written whole, with every action as intended, before anything is done; each action
is settled after it was done; the judgement is finished when nothing is left to do. Whoever finds
it written but unfinished knows what to probe.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, and_, exists, func, insert, or_, select, update

from bot.communities import CommunityName
from bot.errors import BotError
from bot.model import (
    Case,
    CaseEvent,
    CaseState,
    Cause,
    EventKind,
    JudgementKey,
    Outcome,
    Record,
    Ref,
    Status,
)
from bot.storage import reading, rows
from bot.storage.answering import answered, reported
from bot.storage.database import Database
from bot.storage.history import add_events, outdated
from bot.storage.rows import Parse
from bot.storage.seal import Seal
from bot.storage.sealed import NewCase, Words
from bot.storage.sql import insert_new, judgement_id, message_id
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
from bot.storage.words import add_words, rows_of

STANDING = frozenset({Status.APPLIED, Status.UNKNOWN})
"""Outcomes whose effect stands on the platform, or may."""

PAGE = 500
"""Records read at a time; chosen by eye, a few megabytes."""


class NoSuchJudgement(BotError):
    """Nothing was written under the key."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A judgement as it was written before."""

    record: Record
    """With its outcomes as they stand now."""
    case_id: str | None
    finished: bool


def _case_name() -> str:
    """64 random bits: a case's address tells nothing of how many there are."""
    return secrets.token_hex(8)


class Journal:
    """Writes and reads what is remembered. ``parse`` reads back what ``str(action)`` wrote."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        parse: Parse,
        new_id: Callable[[], str] = _case_name,
    ) -> None:
        self.database = database
        self.seal = seal
        self.parse = parse
        self._new_id = new_id

    async def stored(self, key: JudgementKey) -> Stored | None:
        """The judgement as written before; None where it was not."""
        query = reading.LINES.where(judgements.c.id == judgement_id(key).scalar_subquery())
        async with self.database.reading() as conn:
            line = (await conn.execute(query)).one_or_none()
            if line is None:
                return None
            parts = await reading.Parts.of(conn, [line])
        return Stored(parts.record(line, self.parse), line.case_id, line.finished)

    async def write(self, record: Record, case: NewCase | None) -> str | None:
        """Write a judgement whole, its actions as intended, and its case where one is due.

        A message that has a case already gets the judgement added to it, whether or not ``case``
        is given. Writing the same key again changes nothing. Returns the case's id.
        """
        sealed = None if case is None else Words.of(case, record.assessment).sealed(self.seal)
        words = frozenset() if case is None else rows_of(case, self.seal)

        def work(conn: Connection) -> str | None:
            message = _message(conn, record)
            values = {**rows.judgement_row(record), "message": message, "sealed": sealed}
            made = insert_new(conn, judgements).values(values).returning(judgements.c.id)
            judgement = (conn.execute(made)).scalar_one_or_none()
            if judgement is not None:
                _add_parts(conn, judgement, record)
                self._add_to_case(conn, message, record, case)
            query = select(cases.c.id).where(cases.c.message == message)
            case_id = (conn.execute(query)).scalar_one_or_none()
            if judgement is not None and case_id is not None:
                add_words(conn, case_id, words)
            return case_id

        return await self.database.write(work)

    def _add_to_case(
        self, conn: Connection, message: int, record: Record, case: NewCase | None
    ) -> None:
        """Open the case, or add the judgement to the one there is; do nothing where none is due."""
        standing = select(cases.c.id).where(cases.c.message == message)
        case_id = (conn.execute(standing)).scalar_one_or_none()
        happened = [EventKind.JUDGED]
        earlier = case_id
        if case_id is None:
            if case is None:
                return
            case_id = self._new_id()
            happened = [EventKind.OPENED, EventKind.JUDGED]
            conn.execute(
                insert(cases).values(
                    id=case_id,
                    message=message,
                    state=CaseState.OPEN.value,
                    opened_at=record.judged_at,
                    version=0,
                    waiting=case.waiting,
                )
            )
        # Earlier judgements of the post that were not due a case belong to it now.
        mine = and_(judgements.c.message == message, judgements.c.case_id.is_(None))
        conn.execute(update(judgements).where(mine).values(case_id=case_id))
        conn.execute(update(cases).where(cases.c.id == case_id).values(version=cases.c.version + 1))
        events = [CaseEvent(kind, record.judged_at, "", record.key.cause) for kind in happened]
        add_events(conn, self.seal, case_id, events)
        if record.key.cause is Cause.REPORTED:
            reported(conn, self.seal, case_id)
        elif earlier is not None:
            answered(conn, self.seal, earlier, record, None if case is None else case.waiting)
        if case is not None and case.evidence:
            kept = [
                {
                    "case_id": case_id,
                    "image": one.image,
                    "media": one.media,
                    "width": one.width,
                    "height": one.height,
                    "sha256": one.sha256,
                }
                for one in case.evidence
            ]
            conn.execute(insert_new(conn, case_evidence), kept)

    async def settle(self, key: JudgementKey, outcome: Outcome) -> None:
        """Say what became of an action. Settling it the same way again changes nothing.

        An action that took effect although a person had overturned its case meanwhile is marked
        to be undone.

        Raises:
            NoSuchJudgement: nothing was written under the key.
        """

        def work(conn: Connection) -> None:
            judgement = (conn.execute(judgement_id(key))).scalar_one_or_none()
            if judgement is None:
                raise NoSuchJudgement(f"no judgement was written under {key}")
            row = rows.outcome_row(judgement, 0, outcome)
            if outcome.status in STANDING and _overturned(conn, judgement):
                row["undo"] = "wanted"
            mine = and_(outcomes.c.judgement == judgement, outcomes.c.action == outcome.action)
            changed = {name: value for name, value in row.items() if name != "position"}
            done = conn.execute(update(outcomes).where(mine).values(changed))
            if done.rowcount == 0:
                last = select(func.count()).where(outcomes.c.judgement == judgement)
                row["position"] = (conn.execute(last)).scalar_one()
                conn.execute(insert(outcomes).values(row))
            case_id = select(judgements.c.case_id).where(judgements.c.id == judgement)
            outdated(conn, cases.c.id == case_id.scalar_subquery())

        await self.database.write(work)

    async def finish(self, key: JudgementKey) -> None:
        """Nothing is left to do for this judgement."""
        mine = judgements.c.id == judgement_id(key).scalar_subquery()

        def work(conn: Connection) -> None:
            conn.execute(update(judgements).where(mine).values(finished=True))

        await self.database.write(work)

    async def unfinished(self) -> tuple[JudgementKey, ...]:
        """Every judgement that was written and not finished, oldest first."""
        query = reading.LINES.where(judgements.c.finished.is_(False)).order_by(judgements.c.id)
        async with self.database.reading() as conn:
            return tuple(rows.to_key(line) for line in await conn.execute(query))

    async def case(self, case_id: str) -> Case | None:
        """A case with everything it holds; None where there is none."""
        async with self.database.reading() as conn:
            query = select(cases).where(cases.c.id == case_id)
            found = await reading.whole_cases(conn, query, self.seal)
        return found[0] if found else None

    async def case_of(self, ref: Ref) -> Case | None:
        """The case of a message; None where it has none."""
        async with self.database.reading() as conn:
            query = select(cases).where(cases.c.message == message_id(ref).scalar_subquery())
            found = await reading.whole_cases(conn, query, self.seal)
        return found[0] if found else None

    async def cases(
        self,
        state: CaseState | None = None,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
        waiting: str | None = None,
        community: CommunityName | None = None,
    ) -> Sequence[Case]:
        """A page of cases, newest first; ``before`` is the last one's (opened_at, id).

        ``waiting`` asks for those that wait for one thing; empty for those that wait for nothing.
        """
        query = select(cases).order_by(*reading.NEWEST_FIRST).limit(limit)
        if state is not None:
            query = query.where(cases.c.state == state.value)
        if waiting is not None:
            query = query.where(cases.c.waiting == waiting)
        if community is not None:
            query = query.where(cases.c.message.in_(_posted_in(community)))
        if before is not None:
            at, name = before
            same = and_(cases.c.opened_at == at, cases.c.id < name)
            query = query.where(or_(cases.c.opened_at < at, same))
        async with self.database.reading() as conn:
            return await reading.whole_cases(conn, query, self.seal)

    async def counts(self) -> dict[CaseState, int]:
        """How many cases there are in each state; every state is a key."""
        query = select(cases.c.state, func.count()).group_by(cases.c.state)
        async with self.database.reading() as conn:
            found = {CaseState(state): number for state, number in await conn.execute(query)}
        return {state: found.get(state, 0) for state in CaseState}

    async def applied_since(self, since: datetime) -> Sequence[tuple[str, datetime]]:
        """Community and time of every destructive action applied since then, oldest first."""
        applied = and_(outcomes.c.status == Status.APPLIED.value, outcomes.c.at >= since)
        query = (
            select(messages.c.community_id, outcomes.c.at, outcomes.c.action)
            .join(judgements, outcomes.c.judgement == judgements.c.id)
            .join(messages, judgements.c.message == messages.c.id)
            .where(applied)
            .order_by(outcomes.c.at)
        )
        async with self.database.reading() as conn:
            found = (await conn.execute(query)).all()
        return [(row.community_id, row.at) for row in found if self.parse(row.action).destructive]

    async def records(self, since: datetime, *, page: int = PAGE) -> AsyncIterator[Record]:
        """Every record judged since then, oldest first, read a page at a time."""
        after = judgements.c.judged_at >= since
        while True:
            query = reading.LINES.where(after).order_by(judgements.c.judged_at, judgements.c.id)
            async with self.database.reading() as conn:
                lines = (await conn.execute(query.limit(page))).all()
                parts = await reading.Parts.of(conn, lines)
            for line in lines:
                yield parts.record(line, self.parse)
            if len(lines) < page:
                return
            last = lines[-1]
            same = and_(judgements.c.judged_at == last.judged_at, judgements.c.id > last.id)
            after = or_(judgements.c.judged_at > last.judged_at, same)


def _message(conn: Connection, record: Record) -> int:
    """The message's row, made where it is missing and held until the commit."""
    conn.execute(insert_new(conn, messages).values(rows.message_row(record)))
    # On PostgreSQL two processes that judge one post take turns; SQLite has one writer anyway.
    return (conn.execute(message_id(record.key.ref).with_for_update())).scalar_one()


def _add_parts(conn: Connection, judgement: int, record: Record) -> None:
    found = record.assessment
    for table, values in (
        (media, rows.media_rows(judgement, found.media)),
        (signals, rows.signal_rows(judgement, found.signals)),
        (facts, rows.fact_rows(judgement, found.facts, record.sent_at)),
        (
            outcomes,
            [
                rows.outcome_row(judgement, position, outcome)
                for position, outcome in enumerate(rows.intended(record))
            ],
        ),
    ):
        if values:
            conn.execute(insert(table), values)


def _posted_in(community: CommunityName) -> Select[int]:
    """The rows of a community's messages."""
    found = select(messages.c.id).where(messages.c.community_id == community.id)
    return found.where(messages.c.platform == community.platform) if community.platform else found


def _overturned(conn: Connection, judgement: int) -> bool:
    mine = select(judgements.c.case_id).where(judgements.c.id == judgement).scalar_subquery()
    overturned = and_(
        case_events.c.case_id == mine, case_events.c.kind == EventKind.OVERTURNED.value
    )
    return bool((conn.execute(select(exists().where(overturned)))).scalar_one())
