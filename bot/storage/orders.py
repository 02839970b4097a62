"""Actions that a person orders from a case, written down before they are done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from bot.errors import BotError
from bot.model import CaseEvent, EventKind, JudgementKey, Outcome, Status
from bot.review.states import CLAIM_LASTS, AlreadyDecided, Claimed, Standing, replay
from bot.storage import rows
from bot.storage.decisions import version_of
from bot.storage.history import add_events, events_of
from bot.storage.journal import Journal
from bot.storage.sql import audited
from bot.storage.tables import cases, judgements, messages, outcomes


class NothingJudged(BotError):
    """The case has no judgement that an action could follow from."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as it stands in the journal."""

    key: JudgementKey
    """The judgement it is recorded on."""
    before: Outcome | None
    """What had become of the same action; None where nobody had wanted it."""


async def ordered(  # noqa: PLR0917 - who, what, where and when, in the order of a sentence
    journal: Journal,
    case_id: str,
    action: str,
    by: str,
    at: datetime,
    done: Collection[Status] = (Status.APPLIED,),
) -> Ordered:
    """Write down who has it done, and that it is intended; nothing where it was ``done`` already.

    Raises:
        NoSuchCase: no case of that id.
        AlreadyDecided: the case was overturned.
        Claimed: another moderator holds it.
    """

    def work(conn: Connection) -> Ordered:
        standing = check_not_overturned(conn, journal, case_id)
        if standing.claim is not None and standing.holder(at) not in {"", by}:
            raise Claimed(standing.claim.by, standing.claim.at + CLAIM_LASTS)
        judged = _judged(conn, case_id)
        if not judged:
            raise NothingJudged(f"The case {case_id} has lost its judgements.")
        line, before = judged[0], None
        for one in judged:
            if one.revision == line.revision and (found := _outcome(conn, one.id, action)):
                line, before = one, found
                break
        if before is None or before.status not in done:
            _intend(conn, line.id, action, at)
            event = CaseEvent(EventKind.ORDERED, at, by, action)
            happened(conn, journal, case_id, event, "case.ordered")
        return Ordered(rows.to_key(line), before)

    return await journal.database.write(work)


async def interrupted(journal: Journal) -> Sequence[tuple[JudgementKey, Outcome]]:
    """What is still intended although its judgement is finished: orders that a crash cut off."""
    query = (
        _LINES.add_columns(*outcomes.c["action", "status", "at", "receipt", "detail"])
        .join(outcomes, outcomes.c.judgement == judgements.c.id)
        .where(outcomes.c.status == Status.INTENDED.value, judgements.c.finished)
    )
    async with journal.database.reading() as conn:
        return [(rows.to_key(line), rows.to_outcome(line)) for line in await conn.execute(query)]


def check_not_overturned(conn: Connection, journal: Journal, case_id: str) -> Standing:
    """See that something may still be done from the case, and hold it until the commit.

    Raises:
        NoSuchCase: no case of that id.
        AlreadyDecided: it was overturned.
    """
    version_of(conn, case_id)
    standing = replay(events_of(conn, journal.seal, case_id))
    decision = standing.decision
    if decision is not None and decision.kind is EventKind.OVERTURNED:
        raise AlreadyDecided(decision.by, decision.at, decision.kind.value)
    return standing


def happened(conn: Connection, journal: Journal, case_id: str, event: CaseEvent, what: str) -> None:
    """Add a person's step to the history and the audit; the case waits for no answer any more."""
    add_events(conn, journal.seal, case_id, [event])
    bump = update(cases).where(cases.c.id == case_id)
    conn.execute(bump.values(version=cases.c.version + 1, waiting=""))
    conn.execute(audited(at=event.at, by=event.by, what=what, subject=case_id, action=event.note))


_LINES = select(
    *judgements.c["id", "revision", "round", "cause"],
    *messages.c["platform", "community_id", "channel_id", "message_id"],
).join(messages, judgements.c.message == messages.c.id)


def _judged(conn: Connection, case_id: str) -> Sequence[Row[*tuple[object, ...]]]:
    """Its judgements, newest first."""
    query = _LINES.where(judgements.c.case_id == case_id).order_by(judgements.c.id.desc())
    return conn.execute(query).all()


def _outcome(conn: Connection, judgement: int, action: str) -> Outcome | None:
    query = select(outcomes).where(outcomes.c.judgement == judgement, outcomes.c.action == action)
    row = conn.execute(query).one_or_none()
    return None if row is None else rows.to_outcome(row)


def _intend(conn: Connection, judgement: int, action: str, at: datetime) -> None:
    if _outcome(conn, judgement, action) is None:
        last = select(func.count()).where(outcomes.c.judgement == judgement)
        position = conn.execute(last).scalar_one()
        intended = Outcome(action, Status.INTENDED, at)
        conn.execute(insert(outcomes).values(rows.outcome_row(judgement, position, intended)))
