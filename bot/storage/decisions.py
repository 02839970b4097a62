"""What moderators do to cases, each step one transaction, and what is left to undo afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.errors import BotError
from bot.model import CaseEvent, CaseState, EventKind, JudgementKey, Outcome, Status
from bot.review.states import Command, after, move, replay
from bot.storage import rows
from bot.storage.history import add_events, events_of
from bot.storage.journal import STANDING, Journal
from bot.storage.sql import audited, judgement_id
from bot.storage.tables import cases, judgements, messages, outcomes


class NoSuchCase(BotError):
    """There is no case of that id."""


class CaseChanged(BotError):
    """The case is not as it was when the moderator looked: they should look again."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """An outcome that a person's decision wants undone."""

    case_id: str
    key: JudgementKey
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Step:
    """A moderator's command. ``version`` is the case's as they saw it; None: whatever it is."""

    command: Command
    by: str
    at: datetime
    version: int | None = None
    note: str = ""


async def take(journal: Journal, case_id: str, step: Step) -> None:
    """Carry the command into the case's history and the audit; an overturn marks what to undo.

    Raises:
        NoSuchCase: no case of that id.
        IllegalMove: the case does not allow it; ``AlreadyDecided`` says who was faster.
        CaseChanged: another version than the moderator saw.
    """

    def work(conn: Connection) -> None:
        version = version_of(conn, case_id)
        standing = replay(events_of(conn, journal.seal, case_id))
        author = _author(conn, case_id) if step.command is Command.APPEAL else ""
        event = move(standing, step.command, by=step.by, at=step.at, note=step.note, author=author)
        # Asked second: who lost a race is told who won it, not merely that something changed.
        if step.version not in {None, version}:
            raise CaseChanged("The case changed since you opened it. Look again, then decide.")
        add_events(conn, journal.seal, case_id, [event])
        now = after(standing, event)
        changes: rows.Values = {"version": version + 1, "state": now.state.value}
        if now.state is not CaseState.OPEN:
            # A person took it up: it is a case as any other from now on.
            changes["waiting"] = ""
        conn.execute(update(cases).where(cases.c.id == case_id).values(changes))
        conn.execute(audited(at=step.at, by=step.by, what=f"case.{step.command}", subject=case_id))
        if step.command is Command.OVERTURN:
            _want_undone(conn, case_id)

    await journal.database.write(work)


def version_of(conn: Connection, case_id: str) -> int:
    """The version of a case, held until the commit.

    Raises:
        NoSuchCase: no case of that id.
    """
    query = select(cases.c.version).where(cases.c.id == case_id).with_for_update()
    version: int | None = (conn.execute(query)).scalar_one_or_none()
    if version is None:
        raise NoSuchCase(f"There is no case {case_id}.")
    return version


def _author(conn: Connection, case_id: str) -> str:
    """Who posted what the case is about."""
    query = select(messages.c.author_id).join(cases, cases.c.message == messages.c.id)
    return str((conn.execute(query.where(cases.c.id == case_id))).scalar_one())


def _want_undone(conn: Connection, case_id: str) -> None:
    """Whatever stands, or may, is to be undone; what is still intended is marked as it settles."""
    mine = select(judgements.c.id).where(judgements.c.case_id == case_id)
    standing = outcomes.c.status.in_([status.value for status in STANDING])
    conn.execute(
        update(outcomes).where(outcomes.c.judgement.in_(mine), standing).values(undo="wanted")
    )


async def wanted(journal: Journal, case_id: str | None = None) -> Sequence[Undoing]:
    """What is to be undone, newest first; of one case, or of all."""
    query = (
        select(
            *judgements.c["case_id", "revision", "round", "cause"],
            *messages.c["platform", "community_id", "channel_id", "message_id"],
            *outcomes.c["action", "status", "at", "receipt", "detail"],
        )
        .join_from(judgements, messages, judgements.c.message == messages.c.id)
        .join(outcomes, outcomes.c.judgement == judgements.c.id)
        .where(outcomes.c.undo == "wanted")
        .order_by(judgements.c.id.desc(), outcomes.c.position.desc())
    )
    if case_id is not None:
        query = query.where(judgements.c.case_id == case_id)
    async with journal.database.reading() as conn:
        return [
            Undoing(line.case_id, rows.to_key(line), rows.to_outcome(line))
            for line in await conn.execute(query)
        ]


async def undone(journal: Journal, undoing: Undoing, left: str | None, at: datetime) -> None:
    """Record that an outcome was undone, or with ``left`` why it never will be. Safe to repeat."""
    action = undoing.outcome.action
    changes: rows.Values = {"undo": "left", "detail": left}
    if left is None:
        changes = {"undo": "done", "status": Status.UNDONE.value, "detail": "", "at": at}
    event = CaseEvent(EventKind.UNDID, at, note=action if left is None else f"{action}: {left}")

    def work(conn: Connection) -> None:
        mine = update(outcomes).where(
            outcomes.c.judgement == judgement_id(undoing.key).scalar_subquery(),
            outcomes.c.action == action,
            outcomes.c.undo == "wanted",
        )
        if (conn.execute(mine.values(changes))).rowcount:
            add_events(conn, journal.seal, undoing.case_id, [event])

    await journal.database.write(work)
