"""Opens the queue's file, or says in one sentence why not. Never starts empty over a broken one."""

import os
import sqlite3
from pathlib import Path

from bot import wal
from bot.errors import EnvironmentFailed
from bot.queue.faults import damaged, is_damage

SCHEMA = 1
APPLICATION = 0x42_66_51_31
"""SQLite's application_id of a queue of ours ("BfQ1"): no other database is taken for one."""

BUSY_SECONDS = 2.0
"""How long a commit waits for someone else's lock. Slack wants an answer within 3 s
(https://docs.slack.dev/apis/events-api/), so a refusal must come before that."""

_MAGIC = b"SQLite format 3\x00"

_TABLES = f"""
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL CHECK (lane IN ('live', 'backlog')),
    state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'taken', 'parked')),
    attempts INTEGER NOT NULL DEFAULT 0, -- takes so far, counted before a worker sees the job
    lost INTEGER NOT NULL DEFAULT 0,     -- takes that the process did not survive
    due REAL NOT NULL,                   -- Unix seconds; not to be taken before
    accepted REAL NOT NULL,              -- Unix seconds
    parked REAL,                         -- Unix seconds
    reason TEXT NOT NULL DEFAULT '',     -- why it was last put back; empty: never
    body TEXT NOT NULL
) STRICT;
CREATE INDEX fresh ON jobs (lane, due) WHERE state = 'ready' AND lost = 0;
CREATE INDEX suspects ON jobs (lost, due) WHERE state = 'ready' AND lost > 0;
CREATE INDEX parked ON jobs (parked) WHERE state = 'parked';
CREATE TABLE settled (key TEXT PRIMARY KEY NOT NULL, at REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX settled_at ON settled (at);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {SCHEMA};
"""


def open_database(path: Path) -> sqlite3.Connection:
    """Open the queue at ``path`` for its one writer, making it where there is none.

    Raises:
        EnvironmentFailed: its directory or file cannot be written, it is damaged, not a queue,
            or written by a newer version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if _is_new(path):
            _create(path)
        return _checked(path)
    except OSError as exc:
        raise EnvironmentFailed(
            f"cannot open the queue {path} ({exc.strerror}); make its directory writable"
        ) from exc
    except sqlite3.Error as exc:
        raise cannot_open(path, exc) from exc


def cannot_open(path: Path, exc: sqlite3.Error) -> EnvironmentFailed:
    """What to raise for an error of SQLite's while opening."""
    if is_damage(exc):
        return damaged(path, str(exc))
    return EnvironmentFailed(
        f"cannot open the queue {path} ({exc}); make it and its directory writable, "
        "on a local disk with space, and close other programs that have it open"
    )


def connect(path: Path) -> sqlite3.Connection:
    """A connection with nothing changed but the waiting time; the file must exist."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _is_new(path: Path) -> bool:
    log = wal.found(path)
    if not path.exists():
        if log.there:
            raise damaged(path, "the file is gone but its -wal is not")
        return True
    if not log.readable:
        raise damaged(path, "its -wal, where posts wait that came last, is no longer one")
    with path.open("rb") as file:
        magic = file.read(len(_MAGIC))
    if not magic:
        # SQLite would quietly begin anew here. We never leave an empty file behind: see _create.
        raise damaged(path, "it is empty")
    if magic != _MAGIC:
        raise EnvironmentFailed(f"{path} is not a database; move it away, or change [queue] url")
    return False


def _create(path: Path) -> None:
    # Made aside and moved into place, so that no death leaves half a queue under the real name.
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    connection = connect(draft)
    try:
        connection.executescript(_TABLES)
    finally:
        connection.close()
    draft.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _checked(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    try:
        _check_kind(connection, path)
        _tune(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise damaged(path, str(verdict).splitlines()[-1])
    if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION,):
        raise EnvironmentFailed(f"{path} is a database of something else; change [queue] url")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        raise EnvironmentFailed(
            f"the queue {path} was written by a newer Bifocal (schema {version}, this one knows "
            f"{SCHEMA}); run that version, or let it finish its queue and move the file away"
        )


def _tune(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise EnvironmentFailed(f"{path} is on a disk without shared memory; use a local disk")
    # FULL: in WAL mode only this survives a power cut right after the commit.
    connection.execute("PRAGMA synchronous = FULL")
    # A settled post's words are overwritten in the file, not merely let go.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA journal_size_limit = {32 << 20}")
    # Fails here, and not at the first post, where the file is read-only.
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("COMMIT")
