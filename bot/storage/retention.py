"""Forgets what was kept long enough, a little at a time, and never because a clock jumped.

Records of posts without a case go ``record_days`` after their last judgement; a closed case goes
with its post, words and pictures ``case_days`` after its last event. Open and escalated cases
stay: somebody still has to decide them. Of a community that the bot was removed from everything
goes after ``left_days``, whatever its state.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, exists, func, select

from bot.log import logger
from bot.model import CaseState
from bot.storage.database import Database
from bot.storage.evidence import EvidenceStore
from bot.storage.forget import Forgotten, discard, forget
from bot.storage.left import forget_communities, posts_left_behind
from bot.storage.sql import put_setting
from bot.storage.tables import case_events, cases, judgements, messages, settings

KEY = "retention"
BATCH = 200
"""Posts a turn; chosen by eye: a transaction of some tens of milliseconds."""
EVERY = timedelta(minutes=10)
"""Between looks when nothing was due; chosen by eye."""
JUMP = timedelta(hours=12)
"""From one look to the next, more than this is a jump, or a long stop, which looks the same."""
HOLD = timedelta(days=1)
"""How long nothing is forgotten after a jump: time for a person to read the log and set a clock."""

_log = logger("retention")


@dataclass(frozen=True, slots=True)
class Kept:
    """How long things are kept."""

    records: timedelta
    cases: timedelta
    left: timedelta | None = None
    """Everything of a community, after the bot was removed from it; None: as everywhere."""


class Retention:
    """Takes a turn whenever it is asked; most turns do nothing."""

    def __init__(
        self,
        database: Database,
        evidence: EvidenceStore,
        kept: Kept,
        clock: Callable[[], datetime],
        forget_parked: Callable[[datetime], Awaitable[int]],
    ) -> None:
        """``forget_parked`` deletes posts that were set aside in the queue before some time."""
        self._database = database
        self._evidence = evidence
        self._kept = kept
        self._clock = clock
        self._forget_parked = forget_parked
        self._next: datetime | None = None

    async def turn(self) -> Forgotten:
        """Forget at most one batch of what is due; nothing while the clock is not to be trusted.

        Raises:
            EnvironmentFailed: the database or the evidence store does not answer.
        """
        now = self._clock()
        # A clock that was set back must not silence this for as long as it went back.
        if self._next is not None and self._next - EVERY <= now < self._next:
            return Forgotten()
        gone = Forgotten()
        if await self._trusts(now):
            gone = await self._database.write(lambda conn: self._forget(conn, now))
            await self._forget_parked(now - self._kept.records)
        discarded = await discard(self._database, self._evidence)
        self._next = now if gone.posts or discarded else now + EVERY
        if gone.posts:
            _log.info("retention.forgot", posts=gone.posts, cases=gone.cases, pictures=discarded)
        return gone

    async def _trusts(self, now: datetime) -> bool:
        """Whether the clock went on as it should since the last look; a jump is remembered."""
        query = select(settings.c.value).where(settings.c.key == KEY)
        async with self._database.reading() as conn:
            value = (await conn.execute(query)).scalar_one_or_none()
        last = None if value is None else datetime.fromisoformat(value["seen"])
        until = None if value is None else datetime.fromisoformat(value["until"])
        if last is None or until is None:
            until = now
        elif not timedelta() <= now - last <= JUMP:
            until = now + HOLD
            _log.warning(
                "retention.held",
                why="the clock jumped, or Bifocal was stopped, for longer than it should",
                jumped_s=round((now - last).total_seconds()),
                until=until.isoformat(),
            )
        kept = {"seen": now.isoformat(), "until": until.isoformat()}
        await self._database.write(lambda conn: put_setting(conn, KEY, kept, at=now, by=""))
        return now >= until

    def _forget(self, conn: Connection, now: datetime) -> Forgotten:
        old = _due(conn, _records(now - self._kept.records))
        old = old or _due(conn, _closed(now - self._kept.cases))
        if self._kept.left is not None and not old:
            before = now - self._kept.left
            old = _due(conn, posts_left_behind(before))
            if not old:
                forget_communities(conn, before, now)
        return forget(conn, old)


def _due(conn: Connection, query: Select[int]) -> Sequence[int]:
    return conn.execute(query.limit(BATCH)).scalars().all()


def _records(before: datetime) -> Select[int]:
    """Posts without a case, all of whose judgements are finished and older than that."""
    mine = judgements.c.message == messages.c.id
    needed = exists().where(mine, (judgements.c.judged_at >= before) | ~judgements.c.finished)
    case = exists().where(cases.c.message == messages.c.id)
    old = select(judgements.c.message).where(judgements.c.judged_at < before)
    return (
        select(messages.c.id).where(messages.c.id.in_(old), ~needed, ~case).order_by(messages.c.id)
    )


def _closed(before: datetime) -> Select[int]:
    """Posts whose case is closed and saw its last event before that."""
    last = (
        select(func.max(case_events.c.at))
        .where(case_events.c.case_id == cases.c.id)
        .scalar_subquery()
    )
    closed = cases.c.state == CaseState.CLOSED.value
    return (
        select(cases.c.message)
        .where(closed, cases.c.opened_at < before, last < before)
        .order_by(cases.c.opened_at)
    )
