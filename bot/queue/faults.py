"""SQLite's errors in words for the person who runs the bot. The only place that maps them."""

import sqlite3
from pathlib import Path

from bot.errors import EnvironmentFailed, QueueFull

# https://www.sqlite.org/rescode.html; extended names such as SQLITE_IOERR_WRITE begin alike.
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_NO_SPACE = ("SQLITE_FULL", "SQLITE_IOERR")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def blames_a_row(exc: BaseException) -> bool:
    """Whether an error is about one row, so that its neighbours may still be written."""
    if isinstance(exc, sqlite3.OperationalError) or is_damage(exc):
        return False
    return isinstance(exc, sqlite3.Error | ValueError | OverflowError)


def in_words(exc: Exception, path: Path) -> Exception:
    """What to raise in place of an error from writing to the queue at ``path``."""
    if blames_a_row(exc):
        return ValueError(f"the job cannot be kept: {type(exc).__name__}")
    if not isinstance(exc, sqlite3.Error):
        return exc
    if is_damage(exc):
        return damaged(path, str(exc))
    return QueueFull(_why_not_now(exc, path))


def is_damage(exc: BaseException) -> bool:
    """Whether an error says that the file itself is broken."""
    return _named(exc, _DAMAGED)


def damaged(path: Path, detail: str) -> EnvironmentFailed:
    """The refusal to work on a file that SQLite finds broken."""
    return EnvironmentFailed(
        f"the queue {path} is damaged ({detail}); restore it from a backup, or move it and its "
        "-wal file away to start empty (posts waiting in it are then lost)"
    )


def _why_not_now(exc: sqlite3.Error, path: Path) -> str:
    if _named(exc, _BUSY):
        return f"the queue {path} is locked by another program; close what has it open"
    if _named(exc, _NO_SPACE):
        return f"the queue {path} cannot grow ({exc}); free disk space, it goes on by itself"
    return f"the queue {path} cannot be written ({exc}); check the file's disk and permissions"


def _named(exc: BaseException, names: tuple[str, ...]) -> bool:
    # Only errors that come from the library itself carry a name.
    return str(getattr(exc, "sqlite_errorname", "")).startswith(names)
