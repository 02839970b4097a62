"""Cards and timeouts in the room's database. Every method blocks and is one transaction."""

import json
import sqlite3
from dataclasses import asdict
from datetime import datetime

from adapters.playground.database import change, read_back, written
from adapters.playground.posts import PostedCard, Timeout
from bot.errors import Gone
from bot.review.card import Card, CardKind

_LISTS = ("rules", "pictures", "shadow_rules", "more")
"""A card's fields that JSON has as lists."""


class Sanctions:
    """What moderators see, and who may not post."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def post_card(self, card: Card, nonce: str, at: datetime) -> str:
        """Put a card up once per nonce; returns its id. A card taken away goes up again."""
        with change(self._db) as seq:
            row = self._db.execute(
                "INSERT INTO cards (nonce, card, at, seq) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (nonce) DO UPDATE SET seq = excluded.seq, removed = 0 RETURNING id",
                (nonce, json.dumps(asdict(card)), written(at), seq),
            ).fetchone()
        return str(row["id"])

    def redraw_card(self, card_id: str, card: Card) -> None:
        """Show a card as it is now.

        Raises:
            Gone: it was taken away.
        """
        with change(self._db) as seq:
            redrawn = self._db.execute(
                "UPDATE cards SET card = ?, seq = ? WHERE id = ? AND NOT removed",
                (json.dumps(asdict(card)), seq, card_id),
            )
        if not redrawn.rowcount:
            raise Gone("the card was taken away")

    def card(self, nonce: str) -> str | None:
        """The card that carries this nonce, if it stands."""
        row = self._db.execute(
            "SELECT id FROM cards WHERE nonce = ? AND NOT removed", (nonce,)
        ).fetchone()
        return str(row["id"]) if row else None

    def remove_card(self, card: str) -> None:
        """Take a card away; safe to repeat."""
        with change(self._db) as seq:
            self._db.execute("UPDATE cards SET removed = 1, seq = ? WHERE id = ?", (seq, card))

    def newest_cards(self, at_most: int) -> list[PostedCard]:
        """So many standing cards, newest first."""
        return self._cards("NOT removed ORDER BY id DESC LIMIT ?", at_most)

    def cards_since(self, seq: int, at_most: int) -> list[PostedCard]:
        """So many cards that changed after that change, removed ones too."""
        return self._cards("seq > ? ORDER BY seq LIMIT ?", seq, at_most)

    def time_out(self, author_id: str, until: datetime, reason: str) -> None:
        """Keep someone from posting until then; a later end that stands already stays."""
        with change(self._db) as seq:
            self._db.execute(
                "INSERT INTO timeouts VALUES (?, ?, ?, ?) ON CONFLICT (author_id) DO UPDATE"
                " SET until = excluded.until, reason = excluded.reason, seq = excluded.seq"
                " WHERE until IS NULL OR until < excluded.until",
                (author_id, written(until), reason, seq),
            )

    def lift(self, author_id: str) -> None:
        """Let someone post again; safe to repeat."""
        with change(self._db) as seq:
            self._db.execute(
                "UPDATE timeouts SET until = NULL, reason = '', seq = ? WHERE author_id = ?",
                (seq, author_id),
            )

    def timeout(self, author_id: str) -> Timeout | None:
        """What keeps someone from posting, whether or not it has run out."""
        row = self._db.execute(
            "SELECT * FROM timeouts WHERE author_id = ?", (author_id,)
        ).fetchone()
        return _timeout(row) if row else None

    def timeouts_since(self, seq: int, at_most: int) -> list[Timeout]:
        """So many timeouts that changed after that change, lifted ones too."""
        rows = self._db.execute(
            "SELECT * FROM timeouts WHERE seq > ? ORDER BY seq LIMIT ?", (seq, at_most)
        )
        return [_timeout(row) for row in rows]

    def _cards(self, clause: str, *values: int) -> list[PostedCard]:
        query = f"SELECT * FROM cards WHERE {clause}"  # noqa: S608 - literals of this file
        return [_card(row) for row in self._db.execute(query, values)]


def _timeout(row: sqlite3.Row) -> Timeout:
    return Timeout(row["author_id"], read_back(row["until"]), row["reason"], row["seq"])


def _card(row: sqlite3.Row) -> PostedCard:
    raw = json.loads(row["card"])
    card = Card(
        **raw
        | {
            "kind": CardKind(raw.get("kind", CardKind.CASE)),
            **{name: tuple(raw.get(name, ())) for name in _LISTS},
            "scores": tuple((name, score) for name, score in raw["scores"]),
            "outcomes": tuple((action, status) for action, status in raw["outcomes"]),
        }
    )
    at = datetime.fromisoformat(row["at"])
    return PostedCard(str(row["id"]), card, at, bool(row["removed"]), row["seq"])
