"""The audit as a chain: every line carries a digest of itself and of the line before it.

Whoever changes a line, takes one out or puts one in between breaks the chain at that place. Who
did something, and to whom, is bound by a salted mark, so that a person who is erased can be taken
out of a line without breaking it: without its salt the mark tells nothing.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import column, select, table, text
from sqlalchemy.engine.default import DefaultExecutionContext

START = "0" * 64
"""What the first line follows."""

LOCK = 0x6269_666F_6175
"""PostgreSQL's advisory lock: lines are written one after the other. SQLite has one writer."""

_lines = table("audit", column("id"), column("digest"))
_NEWEST = select(_lines.c.digest).order_by(_lines.c.id.desc()).limit(1)


def a_salt() -> str:
    """What keeps a mark from being guessed."""
    return secrets.token_hex(16)


def marked(salt: str, by: str, subject: str) -> str:
    """Binds who did something, and to whom or what."""
    return _digest(salt, by, subject)


def digested(
    before: str, *, at: datetime, what: str, mark: str, detail: Mapping[str, str | int]
) -> str:
    """Binds a line to the digest of the line before it."""
    return _digest(
        before, at.astimezone(UTC).isoformat(timespec="microseconds"), what, mark, detail
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def mark_of(context: DefaultExecutionContext) -> str:
    """The mark of a line that is being inserted."""
    row = _row(context)
    return marked(row["salt"], row["by"], row["subject"])


def digest_of(context: DefaultExecutionContext) -> str:
    """The digest of a line that is being inserted, after the newest there is."""
    row, conn = _row(context), context.root_connection
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    before = cast("str | None", conn.execute(_NEWEST).scalar_one_or_none())
    return digested(
        before or START, at=row["at"], what=row["what"], mark=row["mark"], detail=row["detail"]
    )


def _row(context: DefaultExecutionContext) -> Mapping[str, Any]:
    """What is inserted, and the defaults of the columns to the left."""
    row: Mapping[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call] # SQLAlchemy's
    return row
