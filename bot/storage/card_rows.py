"""One card's row, and how one is made: what cases' cards and incidents' cards share."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, select

from bot.review.card import CardKind
from bot.storage.rows import Line
from bot.storage.sql import insert_new
from bot.storage.tables_communities import cards

Place = tuple[str, str]
"""Platform and community."""


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card."""

    id: int
    place: Place
    nonce: str
    card_id: str
    """The platform's id; empty where it was not posted, or nobody knows whether it was."""
    drawn: str
    """A keyed digest of what it shows."""
    drawn_at: datetime | None
    gone: str
    """Empty while it is kept true; else how its case stood when somebody took it away."""
    times: int
    """How often it was put up anew."""
    fresh: bool = False
    """Whether it cannot have been posted before: it was made just now."""

    @property
    def posting(self) -> str:
        """What this posting of it carries on the platform."""
        return f"{self.nonce}/{self.times}" if self.times else self.nonce


def to_row(row: Line) -> CardRow:
    """A row as it was read."""
    place = (row.platform, row.community_id)
    named = ("nonce", "card_id", "drawn", "drawn_at", "gone", "times")
    return CardRow(row.id, place, *(getattr(row, name) for name in named))


def made(
    conn: Connection,
    place: Place,
    nonce: str,
    kind: CardKind,
    *,
    latest_at: datetime,
    author_id: str = "",
    about: str = "",
) -> Row[*tuple[object, ...]]:
    """A new card's row, or the one there is of this nonce."""
    platform, community = place
    row = {
        "platform": platform,
        "community_id": community,
        "nonce": nonce,
        "kind": kind.value,
        "author_id": author_id,
        "about": about,
        "latest_at": latest_at,
        "card_id": "",
        "drawn": "",
        "gone": "",
        "times": 0,
    }
    conn.execute(insert_new(conn, cards).values(row))
    return conn.execute(select(cards).where(cards.c.nonce == nonce)).one()


def at(table: Table, place: Place) -> ColumnElement[bool]:
    """Rows of one place."""
    platform, community = place
    return and_(table.c.platform == platform, table.c.community_id == community)
