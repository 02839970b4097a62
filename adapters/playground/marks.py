"""Reactions, covers and private notes in the room's database. Every method is one transaction."""

import sqlite3
from datetime import datetime

from adapters.playground.database import change, written
from adapters.playground.posts import Note
from bot.errors import Gone


class Marks:
    """What moderation puts on posts, and says to their authors alone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def react(self, post_id: str, emoji: str) -> None:
        """Put a reaction on a visible post; safe to repeat.

        Raises:
            Gone: the post is not to be seen.
        """
        with change(self._db) as seq:
            self._touch(post_id, seq)
            self._db.execute("INSERT OR IGNORE INTO reactions VALUES (?, ?)", (post_id, emoji))

    def reacted(self, post_id: str, emoji: str) -> bool:
        """Whether the reaction stands."""
        found = "SELECT 1 FROM reactions WHERE post_id = ? AND emoji = ?"
        return self._db.execute(found, (post_id, emoji)).fetchone() is not None

    def unreact(self, post_id: str, emoji: str) -> None:
        """Take a reaction away; safe to repeat, also on a post that was removed."""
        gone = "DELETE FROM reactions WHERE post_id = ? AND emoji = ?"
        with change(self._db) as seq:
            self._db.execute(gone, (post_id, emoji))
            self._db.execute("UPDATE posts SET seq = ? WHERE id = ?", (seq, post_id))

    def cover(self, post_id: str, nonce: str) -> None:
        """Cover a visible post's pictures; safe to repeat.

        Raises:
            Gone: the post is not to be seen.
        """
        with change(self._db) as seq:
            self._touch(post_id, seq)
            self._db.execute("INSERT OR IGNORE INTO spoilers VALUES (?, ?)", (post_id, nonce))

    def covered(self, post_id: str, nonce: str) -> bool:
        """Whether this cover stands."""
        found = "SELECT 1 FROM spoilers WHERE post_id = ? AND nonce = ?"
        return self._db.execute(found, (post_id, nonce)).fetchone() is not None

    def uncover(self, post_id: str, nonce: str) -> None:
        """Take a cover away; another judgement's stays, and so do the pictures beneath it."""
        gone = "DELETE FROM spoilers WHERE post_id = ? AND nonce = ?"
        with change(self._db) as seq:
            self._db.execute(gone, (post_id, nonce))
            self._db.execute("UPDATE posts SET seq = ? WHERE id = ?", (seq, post_id))

    def write(self, author_id: str, text: str, nonce: str, at: datetime) -> str:
        """Say something to an author alone, once per nonce; returns the note's id."""
        with change(self._db) as seq:
            self._db.execute(
                "INSERT OR IGNORE INTO notes (nonce, author_id, text, at, seq)"
                " VALUES (?, ?, ?, ?, ?)",
                (nonce, author_id, text, written(at), seq),
            )
        return self.note(author_id, nonce) or ""

    def note(self, author_id: str, nonce: str) -> str | None:
        """The note that carries this nonce, if it was written."""
        row = self._db.execute(
            "SELECT id FROM notes WHERE author_id = ? AND nonce = ?", (author_id, nonce)
        ).fetchone()
        return str(row["id"]) if row else None

    def newest_notes(self, at_most: int) -> list[Note]:
        """So many notes, newest first."""
        return self._notes("true ORDER BY id DESC LIMIT ?", at_most)

    def notes_since(self, seq: int, at_most: int) -> list[Note]:
        """So many notes that were written after that change."""
        return self._notes("seq > ? ORDER BY seq LIMIT ?", seq, at_most)

    def _notes(self, clause: str, *values: int) -> list[Note]:
        query = f"SELECT * FROM notes WHERE {clause}"  # noqa: S608 - literals of this file
        return [_note(row) for row in self._db.execute(query, values)]

    def _touch(self, post_id: str, seq: int) -> None:
        touched = self._db.execute(
            "UPDATE posts SET seq = ? WHERE id = ? AND removed_by IS NULL", (seq, post_id)
        )
        if not touched.rowcount:
            raise Gone(f"message {post_id!r} is not to be seen")


def _note(row: sqlite3.Row) -> Note:
    at = datetime.fromisoformat(row["at"])
    return Note(str(row["id"]), row["author_id"], row["text"], at, row["seq"])
