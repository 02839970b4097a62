"""Strikes against authors, labels on them, and what webhooks are still to be told."""

from alembic import op
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.columns import RowId, UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    for table, extra in (("strikes", ()), ("labels", (Column("label", String(), nullable=False),))):
        op.create_table(
            table,
            Column("id", RowId, nullable=False),
            Column("nonce", String(), nullable=False),
            Column("platform", String(), nullable=False),
            Column("community_id", String(), nullable=False),
            Column("author_id", String(), nullable=False),
            *extra,
            Column("reason", Text(), nullable=False),
            Column("at", UtcTime, nullable=False),
            Column("until", UtcTime, nullable=False),
            Column("ended_at", UtcTime, nullable=True),
            PrimaryKeyConstraint("id", name=f"pk_{table}"),
            UniqueConstraint("nonce", name=f"uq_{table}_nonce"),
        )
        columns = ["platform", "community_id", "author_id", "until"]
        op.create_index(f"ix_{table}_author", table, columns, unique=False)
    op.create_table(
        "outbox",
        Column("id", RowId, nullable=False),
        Column("delivery", String(), nullable=False),
        Column("message", RowId, nullable=False),
        Column("webhook", String(), nullable=False),
        Column("state", String(), nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("due", UtcTime, nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("detail", Text(), nullable=False),
        Column("sealed", Text(), nullable=False),
        ForeignKeyConstraint(
            ["message"], ["messages.id"], name="fk_outbox_message", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_outbox"),
        UniqueConstraint("delivery", name="uq_outbox_delivery"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due"],
        unique=False,
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("outbox", "labels", "strikes"):
        op.drop_table(table)
