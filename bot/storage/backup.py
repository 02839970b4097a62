"""A copy of a SQLite database while it is in use, checked before it is called a backup."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import EnvironmentFailed, Misconfigured

PAGES = 1024
"""Copied at a time, 4 MB; between them the bot may write."""


def back_up(source: Path, target: Path) -> int:
    """Copy the database to a new file, whole or not at all; its size in bytes. Blocks.

    Raises:
        Misconfigured: the target stands there already.
        EnvironmentFailed: it cannot be read or written, or the copy is not sound.
    """
    if target.exists():
        raise Misconfigured(f"{target} is there already; name another file, or move it away")
    draft = target.with_name(f"{target.name}.part")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(source, draft)
        draft.replace(target)
    except (OSError, sqlite3.Error) as exc:
        raise EnvironmentFailed(
            f"The backup {target} was not made: {exc}. Check its directory and free space."
        ) from exc
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, draft: Path) -> None:
    where = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(where, uri=True)) as old, closing(sqlite3.connect(draft)) as new:
        old.backup(new, pages=PAGES)
        # One file that is whole by itself: a WAL beside it would be left behind.
        new.execute("PRAGMA journal_mode = DELETE")
        (found,) = new.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged ({found})")
    with draft.open("rb") as file:
        os.fsync(file.fileno())
