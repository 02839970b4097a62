"""Says in one sentence what is wrong with the database, and what to do about it."""

import sqlite3

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from bot.errors import EnvironmentFailed

FIXES = {
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Check that its directory exists and is writable.",
    sqlite3.SQLITE_READONLY: "cannot be written. Give this user the right to write the file "
    "and its directory.",
    sqlite3.SQLITE_PERM: "may not be used by this user. Check its owner and mode.",
    sqlite3.SQLITE_NOTADB: "is not a database, or is damaged. Put a backup in its place, or move "
    "it away to start anew.",
    sqlite3.SQLITE_CORRUPT: "is damaged. Put a backup in its place, or move it away to start anew.",
    sqlite3.SQLITE_BUSY: "is locked by another process. Stop the other process and try again.",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full. Free some space; nothing was lost.",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error. Check the disk "
    "and its free space.",
}


_BROKEN_OFF = ("40001", "40P01")
"""PostgreSQL gave way to another transaction (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


def broken_off(exc: DBAPIError) -> bool:
    """Whether the server ended a transaction that was under way: nothing of it was kept, and it
    can be done again from its beginning.
    """
    return exc.connection_invalidated or getattr(exc.orig, "sqlstate", None) in _BROKEN_OFF


def explain(exc: DBAPIError | OSError, where: URL) -> EnvironmentFailed:
    """Turn a driver's error into a sentence for the person who runs the bot.

    Names the file or the host, never the user or the password.
    """
    if isinstance(exc, OSError):
        return EnvironmentFailed(
            f"The database {where.database} cannot be opened: {exc.strerror}. Check its directory."
        )
    if where.get_backend_name() != "sqlite":
        return EnvironmentFailed(_postgres(exc, where))
    code = getattr(exc.orig, "sqlite_errorcode", None)
    fix = FIXES.get(code & 0xFF) if isinstance(code, int) else None
    return EnvironmentFailed(
        f"The database {where.database} {fix or f'reports an error: {exc.orig}.'}"
    )


def _postgres(exc: DBAPIError, where: URL) -> str:
    place = f"{where.host or 'localhost'}:{where.port or 5432}/{where.database}"
    state = getattr(exc.orig, "sqlstate", None)
    if state is None:
        return f"PostgreSQL at {place} does not answer. Check storage.url and that it runs."
    if state.startswith("28"):
        return f"PostgreSQL at {place} refused the user or password of storage.url."
    if state == "3D000":
        return f"PostgreSQL at {place} has no such database. Create it, or correct storage.url."
    if state == "42501":
        return f"PostgreSQL at {place} does not let this user do that. Grant it, then try again."
    return f"PostgreSQL at {place} reports an error ({state})."
