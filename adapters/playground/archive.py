"""Posts in the room's database. Every method blocks and is one transaction."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from adapters.playground.database import change, read_back, written
from adapters.playground.members import Member, Persona
from adapters.playground.posts import Annotation, Draft, Post, Removal, RemovedBy, Upload
from bot.errors import Gone

_POSTS = """
SELECT posts.*, timeouts.until FROM posts LEFT JOIN timeouts USING (author_id)
"""


class Posts:
    """What was posted, with uploads and annotations."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, draft: Draft, uploads: Iterable[Upload]) -> Post:
        """Store a new post; nobody sees it before it is ``accepted``."""
        member = draft.member
        with change(self._db) as seq:
            self._db.execute(
                "INSERT INTO posts (id, channel, author_id, author_name, persona, text,"
                " sent_at, revision, seq) VALUES (?, ?, ?, ?, ?, ?, ?, '0', ?)",
                (
                    *(draft.id, draft.channel, member.id, member.name, member.persona),
                    *(draft.text, written(draft.at), seq),
                ),
            )
            self._db.executemany(
                "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (draft.id, n, up.sha256, up.name, up.media_type, up.size, up.alt)
                    for n, up in enumerate(uploads)
                ),
            )
        return self.one(draft.id)

    def one(self, post_id: str) -> Post:
        """A post as it stands, accepted or not.

        Raises:
            Gone: there is none.
        """
        found = self._read("WHERE posts.id = ?", (post_id,))
        if not found:
            raise Gone(f"no message {post_id!r} in the playground")
        return found[0]

    def newest(self, at_most: int, channel: str | None, before: str | None) -> list[Post]:
        """So many accepted posts, oldest first, of one channel or all, before a given one."""
        found = self._read(
            "WHERE accepted_revision IS NOT NULL AND (?1 IS NULL OR channel = ?1) AND"
            " (?2 IS NULL OR position < (SELECT position FROM posts WHERE id = ?2))"
            " ORDER BY position DESC LIMIT ?3",
            (channel, before, at_most),
        )
        return found[::-1]

    def since(self, seq: int, at_most: int) -> list[Post]:
        """So many accepted posts that changed after that change, in order of change."""
        return self._read(
            "WHERE posts.seq > ? AND accepted_revision IS NOT NULL ORDER BY posts.seq LIMIT ?",
            (seq, at_most),
        )

    def unaccepted(self) -> list[Post]:
        """Posts whose newest revision is not known to be in the queue."""
        return self._read(
            "WHERE accepted_revision IS NOT revision AND removed_by IS NULL ORDER BY position", ()
        )

    def accepted(self, post_id: str, revision: str) -> Post:
        """Note that this revision is in the queue."""
        self._update("accepted_revision = ?", (revision,), post_id)
        return self.one(post_id)

    def withdraw(self, post_id: str) -> None:
        """Forget a post that was never accepted."""
        with change(self._db):
            self._db.execute(
                "DELETE FROM posts WHERE id = ? AND accepted_revision IS NULL", (post_id,)
            )

    def edit(self, post_id: str, text: str, at: datetime) -> Post:
        """Give a post new words and a revision that was never used before.

        Raises:
            Gone: it is not to be seen any more.
        """
        with change(self._db) as seq:
            changed = self._db.execute(
                "UPDATE posts SET text = ?, edited_at = ?, revision = ?, seq = ?"
                " WHERE id = ? AND removed_by IS NULL",
                (text, written(at), str(seq), seq, post_id),
            )
            if not changed.rowcount:
                raise Gone(f"message {post_id!r} cannot be edited: it was removed")
        return self.one(post_id)

    def revert(self, old: Post, revision: str) -> None:
        """Undo an edit that could not be put in the queue, unless a newer one came."""
        edited_at = written(old.edited_at) if old.edited_at else None
        with change(self._db) as seq:
            self._db.execute(
                "UPDATE posts SET text = ?, edited_at = ?, revision = ?, seq = ?"
                " WHERE id = ? AND revision = ?",
                (old.text, edited_at, old.revision, seq, old.id, revision),
            )

    def remove(self, post_id: str, removal: Removal) -> Post:
        """Take a post from sight; the first to do so is remembered.

        Raises:
            Gone: there never was one.
        """
        self._update(
            "removed_by = ?, removed_why = ?, removed_at = ?",
            (removal.by, removal.reason, written(removal.at)),
            post_id,
            "removed_by IS NULL",
        )
        return self.one(post_id)

    def erase(self, post_id: str) -> list[str]:
        """Forget a removed post's words and uploads; returns digests no post needs now."""
        with change(self._db) as seq:
            digests = self._db.execute(
                "DELETE FROM uploads WHERE post_id = ? RETURNING sha256", (post_id,)
            ).fetchall()
            self._db.execute("UPDATE posts SET text = '', seq = ? WHERE id = ?", (seq, post_id))
            return [
                row["sha256"]
                for row in digests
                if not self._db.execute(
                    "SELECT 1 FROM uploads WHERE sha256 = ?", (row["sha256"],)
                ).fetchone()
            ]

    def forget_author(self, author_id: str) -> tuple[int, list[str]]:
        """Delete everything of an author: how many posts, and digests no post needs now."""
        with change(self._db):
            # A card carries its judgement's nonce, and that names the post.
            self._db.execute(
                "DELETE FROM cards WHERE EXISTS (SELECT 1 FROM posts WHERE author_id = ?"
                " AND (instr(nonce, ':' || posts.id || '@') > 0"
                " OR json_extract(card, '$.case_id') = posts.case_id))",
                (author_id,),
            )
            digests = self._db.execute(
                "DELETE FROM uploads WHERE post_id IN (SELECT id FROM posts WHERE author_id = ?)"
                " RETURNING sha256",
                (author_id,),
            ).fetchall()
            gone = self._db.execute("DELETE FROM posts WHERE author_id = ?", (author_id,)).rowcount
            for table in ("notes", "timeouts"):
                self._db.execute(f"DELETE FROM {table} WHERE author_id = ?", (author_id,))  # noqa: S608 - literals
        held = "SELECT 1 FROM uploads WHERE sha256 = ?"
        free = {row["sha256"] for row in digests}
        return gone, [d for d in sorted(free) if not self._db.execute(held, (d,)).fetchone()]

    def restore(self, post_id: str) -> Post:
        """Bring back what moderation removed; what its author removed stays away.

        Raises:
            Gone: there never was one.
        """
        self._update(
            "removed_by = NULL, removed_why = '', removed_at = NULL",
            (),
            post_id,
            f"removed_by = '{RemovedBy.MODERATION}'",
        )
        return self.one(post_id)

    def judged(self, post_id: str, revision: str, case_id: str | None, at: datetime) -> None:
        """Note that a revision was judged, and the case it belongs to."""
        self._update(
            "case_id = coalesce(?, case_id),"
            " judged_at = CASE WHEN revision = ? AND judged_revision IS NOT revision"
            " THEN ? ELSE judged_at END,"
            " judged_revision = CASE WHEN revision = ? THEN revision ELSE judged_revision END",
            (case_id, revision, written(at), revision),
            post_id,
        )

    def annotate(self, post_id: str, nonce: str, text: str, at: datetime) -> str:
        """Reply beneath a visible post once per nonce; returns the reply's id.

        Raises:
            Gone: the post is not to be seen.
        """
        post = self.one(post_id)
        if post.removal:
            raise Gone(f"message {post_id!r} was removed")
        with change(self._db) as seq:
            self._db.execute(
                "INSERT OR IGNORE INTO annotations (post_id, nonce, text, at) VALUES (?, ?, ?, ?)",
                (post_id, nonce, text, written(at)),
            )
            self._touch(post_id, seq)
        return self.annotation(post_id, nonce) or ""

    def annotation(self, post_id: str, nonce: str) -> str | None:
        """The reply that carries this nonce, if it stands."""
        row = self._db.execute(
            "SELECT id FROM annotations WHERE post_id = ? AND nonce = ?", (post_id, nonce)
        ).fetchone()
        return str(row["id"]) if row else None

    def unannotate(self, post_id: str, annotation: str) -> None:
        """Remove a reply; safe to repeat."""
        with change(self._db) as seq:
            self._db.execute(
                "DELETE FROM annotations WHERE post_id = ? AND id = ?", (post_id, annotation)
            )
            self._touch(post_id, seq)

    def _touch(self, post_id: str, seq: int) -> None:
        self._db.execute("UPDATE posts SET seq = ? WHERE id = ?", (seq, post_id))

    def _update(
        self,
        assignments: str,
        values: tuple[object, ...],
        post_id: str,
        where: str = "true",
    ) -> None:
        with change(self._db) as seq:
            self._db.execute(
                # Only literals of this file are pasted; every value is bound.
                f"UPDATE posts SET {assignments}, seq = ? WHERE id = ? AND {where}",  # noqa: S608
                (*values, seq, post_id),
            )

    def _read(self, clause: str, values: tuple[object, ...]) -> list[Post]:
        rows = self._db.execute(_POSTS + clause, values).fetchall()
        marks = ",".join("?" * len(rows))
        ids = [row["id"] for row in rows]
        uploads = self._beneath(
            f"SELECT * FROM uploads WHERE post_id IN ({marks}) ORDER BY post_id, position",  # noqa: S608 - only marks
            ids,
        )
        annotations = self._beneath(
            f"SELECT * FROM annotations WHERE post_id IN ({marks}) ORDER BY post_id, id",  # noqa: S608 - only marks
            ids,
        )
        reactions = self._beneath(
            f"SELECT * FROM reactions WHERE post_id IN ({marks}) ORDER BY post_id, emoji",  # noqa: S608 - only marks
            ids,
        )
        covered = self._beneath(
            f"SELECT * FROM spoilers WHERE post_id IN ({marks}) ORDER BY post_id",  # noqa: S608 - only marks
            ids,
        )
        return [
            replace(
                _post(row, uploads.get(row["id"], []), annotations.get(row["id"], [])),
                reactions=tuple(str(one["emoji"]) for one in reactions.get(row["id"], [])),
                spoiler=row["id"] in covered,
            )
            for row in rows
        ]

    def _beneath(self, query: str, ids: list[str]) -> dict[str, list[sqlite3.Row]]:
        rows = self._db.execute(query, ids)
        return {key: list(group) for key, group in groupby(rows, lambda row: str(row["post_id"]))}


def _post(row: sqlite3.Row, uploads: list[sqlite3.Row], annotations: list[sqlite3.Row]) -> Post:
    judged = row["judged_revision"] == row["revision"]
    return Post(
        id=row["id"],
        channel=row["channel"],
        member=Member(row["author_id"], row["author_name"], Persona(row["persona"])),
        text=row["text"],
        uploads=tuple(
            Upload(up["sha256"], up["name"], up["media_type"], up["size"], up["alt"])
            for up in uploads
        ),
        sent_at=datetime.fromisoformat(row["sent_at"]),
        edited_at=read_back(row["edited_at"]),
        revision=row["revision"],
        accepted=row["accepted_revision"] == row["revision"],
        judged_at=read_back(row["judged_at"]) if judged else None,
        case_id=row["case_id"],
        annotations=tuple(
            Annotation(str(an["id"]), an["text"], datetime.fromisoformat(an["at"]))
            for an in annotations
        ),
        reactions=(),
        spoiler=False,
        removal=_removal(row),
        timed_out_until=read_back(row["until"]),
        seq=row["seq"],
    )


def _removal(row: sqlite3.Row) -> Removal | None:
    if not row["removed_by"]:
        return None
    at = datetime.fromisoformat(row["removed_at"])
    return Removal(RemovedBy(row["removed_by"]), row["removed_why"], at)
