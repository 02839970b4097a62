"""The queue's rows: every statement, each a plain function inside the caller's transaction.

Times are Unix seconds of the queue's own clock.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.jobs import Job

MOST_ATTEMPTS = 3
LONGEST_DELAY = 24 * 3600.0
"""Seconds. What a handler may ask for at most, and what a restart after a clock jump leaves."""
SWEEP = 64
"""Old settled keys forgotten per job that settles, at most: more than come in, never many."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A job a worker has in hand."""

    id: int
    job: Job
    suspect: bool
    """It was in flight when the process died, so it may be what killed it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the last process left behind."""

    depth: int
    parked: int


_INSERT = """
INSERT INTO jobs (key, lane, due, accepted, body)
SELECT ?1, ?2, ?3, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM settled WHERE key = ?1)
ON CONFLICT (key) DO NOTHING
"""


def insert(db: sqlite3.Connection, jobs: Iterable[Job], now: float) -> set[str]:
    """Keep jobs; return the keys that were neither waiting nor settled before."""
    return {
        job.key
        for job in jobs
        if db.execute(_INSERT, (job.key, job.lane, now, job.body)).rowcount == 1
    }


_TAKE = """
UPDATE jobs SET state = 'taken', attempts = attempts + 1
WHERE id IN (SELECT id FROM jobs WHERE state = 'ready' AND {which} AND due <= ? {order} LIMIT ?)
RETURNING due, id, key, body, attempts, lane, lost
"""
_TAKE_FRESH = _TAKE.format(which="lost = 0 AND lane = ?", order="ORDER BY due, id")
_TAKE_SUSPECT = _TAKE.format(which="lost > 0", order="ORDER BY lost, due, id")


def take(db: sqlite3.Connection, lane: str, most: int, now: float) -> list[Taken]:
    """Take the oldest jobs of a lane that are due, counting the attempt."""
    if most <= 0:
        return []
    return _taken(db.execute(_TAKE_FRESH, (lane, now, most)).fetchall())


def take_suspect(db: sqlite3.Connection, now: float) -> list[Taken]:
    """Take one job that was in flight when the process died, the least suspected first."""
    return _taken(db.execute(_TAKE_SUSPECT, (now, 1)).fetchall())


def _taken(found: list[tuple[float, int, str, str, int, str, int]]) -> list[Taken]:
    # RETURNING promises no order; a row begins with what it was ordered by.
    return [
        Taken(id_, Job(key, body, attempts, lane), suspect=lost > 0)
        for _, id_, key, body, attempts, lane, lost in sorted(found)
    ]


_NEXT_DUE = """
SELECT min(due) FROM (
    SELECT min(due) AS due FROM jobs
        WHERE state = 'ready' AND lost = 0 AND lane = 'live' AND due > ?1
    UNION ALL SELECT min(due) FROM jobs
        WHERE state = 'ready' AND lost = 0 AND lane = 'backlog' AND due > ?1
    UNION ALL SELECT min(due) FROM jobs
        WHERE state = 'ready' AND lost > 0 AND due > ?1)
"""


def next_due(db: sqlite3.Connection, now: float) -> float | None:
    """When the next job that was put back is due; None when none was."""
    due: float | None = db.execute(_NEXT_DUE, (now,)).fetchone()[0]
    return due


def settle(db: sqlite3.Connection, id_: int, now: float, forget_before: float) -> None:
    """Finish a job: its key and the time stay, everything else goes."""
    db.execute("INSERT OR IGNORE INTO settled SELECT key, ?2 FROM jobs WHERE id = ?1", (id_, now))
    db.execute("DELETE FROM jobs WHERE id = ?", (id_,))
    db.execute(
        "DELETE FROM settled WHERE key IN (SELECT key FROM settled WHERE at < ? LIMIT ?)",
        (forget_before, SWEEP),
    )


def put_back(
    db: sqlite3.Connection, id_: int, due: float, reason: str, *, costs_attempt: bool
) -> None:
    """Let a job wait until ``due``."""
    db.execute(
        "UPDATE jobs SET state = 'ready', due = ?, reason = ?, attempts = attempts - ? "
        "WHERE id = ?",
        (due, reason, not costs_attempt, id_),
    )


def release(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Give back jobs that were taken and not finished, as if they had not been taken."""
    db.executemany(
        "UPDATE jobs SET state = 'ready', attempts = attempts - 1 WHERE id = ? AND state = 'taken'",
        [(id_,) for id_ in ids],
    )


def park(db: sqlite3.Connection, id_: int, now: float, reason: str) -> None:
    """Set a job aside for a person."""
    db.execute(
        "UPDATE jobs SET state = 'parked', parked = ?, reason = ? WHERE id = ?",
        (now, reason, id_),
    )


def redrive(db: sqlite3.Connection, key: str, now: float) -> bool:
    """Let a parked job wait again with its history forgotten; False if it is not parked."""
    changed = db.execute(
        "UPDATE jobs SET state = 'ready', attempts = 0, lost = 0, due = ?, parked = NULL, "
        "reason = '' WHERE key = ? AND state = 'parked'",
        (now, key),
    )
    return changed.rowcount == 1


def recover(db: sqlite3.Connection, now: float) -> Found:
    """Take stock after the last process ended, however it ended.

    What it had in flight waits again, or is parked when that was its last attempt. Times that a
    changed clock left in the future are mended.
    """
    db.execute("UPDATE jobs SET lost = lost + 1 WHERE state = 'taken'")
    db.execute(
        "UPDATE jobs SET state = 'parked', parked = ?1, reason = "
        "CASE WHEN lost >= ?2 THEN 'took its worker down ' || lost || ' times' "
        "ELSE 'tried ' || attempts || ' times, and the last took its worker down' END "
        "WHERE state = 'taken' AND attempts >= ?2",
        (now, MOST_ATTEMPTS),
    )
    db.execute("UPDATE jobs SET state = 'ready' WHERE state = 'taken'")
    db.execute(
        "UPDATE jobs SET due = CASE reason WHEN '' THEN ?1 ELSE min(due, ?1 + ?2) END "
        "WHERE state = 'ready' AND due > ?1",
        (now, LONGEST_DELAY),
    )
    return count(db)


def count(db: sqlite3.Connection) -> Found:
    """How many jobs are unfinished, and how many of all are parked."""
    all_, parked = db.execute(
        "SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM jobs WHERE state = 'parked')"
    ).fetchone()
    return Found(depth=all_ - parked, parked=parked)


def oldest(db: sqlite3.Connection) -> float | None:
    """When the oldest unfinished job was accepted."""
    row = db.execute(
        "SELECT accepted FROM jobs WHERE state <> 'parked' ORDER BY id LIMIT 1"
    ).fetchone()
    return None if row is None else float(row[0])


def parked(db: sqlite3.Connection) -> Sequence[tuple[str, str, int, str, str, float]]:
    """Key, body, attempts, lane, reason and time of every parked job, newest first."""
    return db.execute(
        "SELECT key, body, attempts, lane, reason, parked FROM jobs WHERE state = 'parked' "
        "ORDER BY parked DESC, id DESC"
    ).fetchall()


_BATCH = 200
"""Bodies read at a time while looking for some; chosen by eye, at most some megabytes."""


def forget_parked(db: sqlite3.Connection, before: float) -> int:
    """Delete jobs that were parked before then; how many."""
    return db.execute("DELETE FROM jobs WHERE state = 'parked' AND parked < ?", (before,)).rowcount


def forget(
    db: sqlite3.Connection, unwanted: Callable[[str, str], bool], keys: Iterable[str]
) -> int:
    """Delete jobs whose key and body are ``unwanted``, in any state, and settled keys that begin
    with one of ``keys``; how many jobs.
    """
    gone, last = 0, 0
    while found := db.execute(
        "SELECT id, key, body FROM jobs WHERE id > ? ORDER BY id LIMIT ?", (last, _BATCH)
    ).fetchall():
        last = found[-1][0]
        mine = [(id_,) for id_, key, body in found if unwanted(key, body)]
        db.executemany("DELETE FROM jobs WHERE id = ?", mine)
        gone += len(mine)
    for key in keys:
        # "@" follows the ref in a key; the letter after it is "A".
        db.execute("DELETE FROM settled WHERE key >= ? AND key < ?", (f"{key}@", f"{key}A"))
    return gone
