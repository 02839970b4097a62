"""The few statements that several parts of the store share."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Insert, Select, Table, and_, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.model import JudgementKey, Ref
from bot.storage.tables import audit, judgements, messages, settings


def insert_new(conn: Connection, table: Table) -> Insert:
    """An insert that leaves a row alone which stands already, and then returns nothing."""
    if conn.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def message_id(ref: Ref) -> Select[int]:
    """The row of a message."""
    return select(messages.c.id).where(
        and_(*(messages.c[part] == value for part, value in ref._asdict().items()))
    )


def judgement_id(key: JudgementKey) -> Select[int]:
    """The row of a judgement."""
    return select(judgements.c.id).where(
        judgements.c.message == message_id(key.ref).scalar_subquery(),
        judgements.c.revision == key.revision,
        judgements.c.round == key.round,
        judgements.c.cause == key.cause.value,
    )


def audited(*, at: datetime, by: str, what: str, subject: str, **detail: str | int) -> Insert:
    """One line of the audit: who did what to which thing. Never a secret, never a post's words."""
    return insert(audit).values(at=at, by=by, what=what, subject=subject, detail=detail)


def person_subject(platform: str, community: str, author_id: str) -> str:
    """How the audit names an author; erasing them looks for exactly this."""
    return f"{platform}:{community}:{author_id}"


def put_setting(
    conn: Connection, key: str, value: Mapping[str, str | bool], *, at: datetime, by: str
) -> None:
    """Set one of the application's own settings, such as the pause switch."""
    row = {"key": key, "value": dict(value), "at": at, "by": by}
    made = insert_new(conn, settings).values(row).returning(settings.c.key)
    if (conn.execute(made)).first() is None:
        conn.execute(update(settings).where(settings.c.key == key).values(row))
