"""Tables of what is remembered of authors, and of what is still to be delivered elsewhere."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from bot.storage.columns import RowId, UtcTime
from bot.storage.schema import belongs_to, metadata

strikes = Table(
    "strikes",
    metadata,
    Column("id", RowId, primary_key=True),
    # Of the action that counted it: the same nonce, the same strike.
    Column("nonce", String, nullable=False, unique=True),
    Column("platform", String, nullable=False),
    Column("community_id", String, nullable=False),
    Column("author_id", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    # When it was refunded.
    Column("ended_at", UtcTime),
    Index("ix_strikes_author", "platform", "community_id", "author_id", "until"),
)

labels = Table(
    "labels",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("nonce", String, nullable=False, unique=True),
    Column("platform", String, nullable=False),
    Column("community_id", String, nullable=False),
    Column("author_id", String, nullable=False),
    Column("label", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    # When it was taken off.
    Column("ended_at", UtcTime),
    Index("ix_labels_author", "platform", "community_id", "author_id", "until"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True),
    # What the receiver knows it by; a repeated delivery carries the same.
    Column("delivery", String, nullable=False, unique=True),
    Column("message", RowId, belongs_to("messages"), nullable=False),
    Column("webhook", String, nullable=False),
    # waiting, delivered or parked.
    Column("state", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    # The body, which may hold a post's words; emptied once it was delivered.
    Column("sealed", Text, nullable=False),
)
Index(
    "ix_outbox_due",
    outbox.c.due,
    sqlite_where=outbox.c.state == "waiting",
    postgresql_where=outbox.c.state == "waiting",
)
