"""The room's own SQLite file: opened durably, changed in transactions that are counted."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

VERSION = 2
"""Of the schema below; kept in the file's ``user_version``."""

_SCHEMA = """
CREATE TABLE counter (seq INTEGER NOT NULL);
INSERT INTO counter VALUES (0);
CREATE TABLE posts (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    persona TEXT NOT NULL,
    text TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    edited_at TEXT,
    revision TEXT NOT NULL,
    accepted_revision TEXT,
    judged_revision TEXT,
    judged_at TEXT,
    case_id TEXT,
    removed_by TEXT,
    removed_why TEXT NOT NULL DEFAULT '',
    removed_at TEXT,
    seq INTEGER NOT NULL
) STRICT;
CREATE INDEX posts_seq ON posts (seq);
CREATE TABLE uploads (
    post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    alt TEXT NOT NULL,
    PRIMARY KEY (post_id, position)
) STRICT;
CREATE INDEX uploads_sha256 ON uploads (sha256);
CREATE TABLE annotations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    nonce TEXT NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (post_id, nonce)
) STRICT;
CREATE TABLE cards (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    nonce TEXT NOT NULL UNIQUE,
    card TEXT NOT NULL,
    at TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL
) STRICT;
CREATE INDEX cards_seq ON cards (seq);
CREATE TABLE timeouts (
    author_id TEXT PRIMARY KEY,
    until TEXT,
    reason TEXT NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE INDEX timeouts_seq ON timeouts (seq);
"""


_SECOND = """
CREATE TABLE reactions (
    post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    emoji TEXT NOT NULL,
    PRIMARY KEY (post_id, emoji)
) STRICT;
CREATE TABLE spoilers (
    post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    nonce TEXT NOT NULL,
    PRIMARY KEY (post_id, nonce)
) STRICT;
CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    nonce TEXT NOT NULL UNIQUE,
    author_id TEXT NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_seq ON notes (seq);
"""
_STEPS = (_SCHEMA, _SECOND)
"""What each version added to the one before."""


class WrongVersion(Exception):
    """The file was written by a newer Bifocal."""


def opened(path: Path) -> sqlite3.Connection:
    """Open the room's database, making it where there is none.

    Committed is on disk: WAL with synchronous FULL. The connection may move between threads,
    one at a time.

    Raises:
        sqlite3.Error: it cannot be opened or is no database.
        WrongVersion: its schema is newer than ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA busy_timeout = 5000")
        _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > VERSION:
        raise WrongVersion(f"schema {found}, this version knows {VERSION}")
    if found < VERSION:
        steps = " ".join(_STEPS[found:])
        connection.executescript(f"BEGIN; {steps} PRAGMA user_version = {VERSION}; COMMIT;")


@contextmanager
def change(connection: sqlite3.Connection) -> Iterator[int]:
    """A transaction; gives the room's counter for this change, higher than every one before.

    What a change touches carries the number, so that a reader who knows one number can ask
    for everything since.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        row = connection.execute("UPDATE counter SET seq = seq + 1 RETURNING seq").fetchone()
        yield int(row["seq"])
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def counter(connection: sqlite3.Connection) -> int:
    """The number of the last change."""
    return int(connection.execute("SELECT seq FROM counter").fetchone()["seq"])


def written(at: datetime) -> str:
    """A time as the file keeps it; the order of the letters is the order of the times."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def read_back(text: str | None) -> datetime | None:
    """A time as it was before ``written``."""
    return datetime.fromisoformat(text) if text else None
