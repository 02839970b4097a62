"""Everything the room keeps in its database, and what of it changed since a given change."""

import json
import sqlite3
from datetime import datetime
from pathlib import Path

from adapters.playground.archive import Posts
from adapters.playground.database import counter, opened
from adapters.playground.feed import Change
from adapters.playground.marks import Marks
from adapters.playground.sanctions import Sanctions
from adapters.playground.views import View, card_view, note_view, post_view, timeout_view

_CATCH_UP = 500
"""Changes told one by one to a reader who was away; beyond, they load everything (by eye)."""


class Store:
    """An open database. Every method blocks."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            sqlite3.Error, OSError: it cannot be opened.
            WrongVersion: it was written by a newer Bifocal.
        """
        self._connection: sqlite3.Connection = opened(path)
        self.posts = Posts(self._connection)
        self.sanctions = Sanctions(self._connection)
        self.marks = Marks(self._connection)

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def compact(self) -> None:
        """Write the file anew without what was deleted, and empty the WAL."""
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def seq(self) -> int:
        """The number of the last change."""
        return counter(self._connection)

    def since(self, seq: int, now: datetime) -> list[Change]:
        """What changed after that change, in order, as it stands now.

        One ``reset`` instead when it is too much, or when the room is younger than the number.
        """
        most = _CATCH_UP
        posts = self.posts.since(seq, most)
        cards = self.sanctions.cards_since(seq, most)
        timeouts = self.sanctions.timeouts_since(seq, most)
        notes = self.marks.notes_since(seq, most)
        if seq > self.seq() or max(len(posts), len(cards), len(timeouts), len(notes)) == most:
            return [Change(self.seq(), "reset", "{}")]
        changes = [
            *(_change(post.seq, "message", post_view(post, now)) for post in posts),
            *(_change(card.seq, "card", card_view(card)) for card in cards),
            *(_change(note.seq, "note", note_view(note)) for note in notes),
            *(_change(out.seq, "timeout", timeout_view(out, now)) for out in timeouts),
        ]
        return sorted(changes, key=lambda change: change.seq)


def _change(seq: int, event: str, view: View) -> Change:
    return Change(seq, event, json.dumps(view, separators=(",", ":")))
