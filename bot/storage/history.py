"""A case's history: what happened to it, in rows that are only ever added to."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, insert, select, update

from bot.model import CaseEvent
from bot.storage.reading import to_event
from bot.storage.seal import Seal
from bot.storage.tables import case_events, cases


def events_of(conn: Connection, seal: Seal, case_id: str) -> list[CaseEvent]:
    """A case's history, oldest first."""
    query = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.id)
    return [to_event(row, seal) for row in conn.execute(query)]


def add_events(conn: Connection, seal: Seal, case_id: str, events: Sequence[CaseEvent]) -> None:
    """Append to a case's history; its card is to be drawn anew."""
    values = [
        {
            "case_id": case_id,
            "kind": event.kind.value,
            "at": event.at,
            "by": event.by,
            "sealed_note": seal.seal_text(event.note),
        }
        for event in events
    ]
    conn.execute(insert(case_events), values)
    outdated(conn, cases.c.id == case_id)


def outdated(conn: Connection, which: ColumnElement[bool]) -> None:
    """These cases are not as their cards show them any more."""
    conn.execute(update(cases).where(which).values(changes=cases.c.changes + 1))
