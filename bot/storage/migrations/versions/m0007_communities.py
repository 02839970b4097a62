"""Communities and their choices, cards that follow their cases, and what members ask for."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bot.storage.columns import Json, RowId, UtcTime

revision = "0007"
down_revision = "0006"

TABLES = (
    "erasures",
    "ignored",
    "reports",
    "card_removals",
    "card_cases",
    "cards",
    "installations",
    "bookmarks",
    "communities",
)


def upgrade() -> None:
    """Add the tables. Cards that were put up before are nobody's to redraw."""
    _communities()
    _cards()
    _asked()
    op.add_column("cases", Column("changes", Integer(), nullable=False, server_default="0"))
    op.add_column("cases", Column("shown", Integer(), nullable=False, server_default="0"))
    op.add_column("cases", Column("held", Boolean(), nullable=False, server_default=false()))
    _partial("ix_cases_changed", "cases", ["opened_at", "id"], "changes > shown")
    _partial("ix_cases_held", "cases", ["id"], "held IS TRUE")


def downgrade() -> None:
    """Take it all back."""
    op.drop_index("ix_cases_held", "cases")
    op.drop_index("ix_cases_changed", "cases")
    for column in ("held", "shown", "changes"):
        op.drop_column("cases", column)
    for table in TABLES:
        op.drop_table(table)


def _communities() -> None:
    op.create_table(
        "communities",
        Column("platform", String(), nullable=False),
        Column("community_id", String(), nullable=False),
        Column("choices", Json, nullable=False),
        Column("left_at", UtcTime, nullable=True),
        PrimaryKeyConstraint("platform", "community_id", name="pk_communities"),
    )
    op.create_table(
        "bookmarks",
        Column("name", String(), nullable=False),
        Column("note", Json, nullable=False),
        Column("at", UtcTime, nullable=False),
        PrimaryKeyConstraint("name", name="pk_bookmarks"),
    )
    op.create_table(
        "installations",
        Column("id", RowId, nullable=False),
        *_place(),
        Column("sealed", Text(), nullable=False),
        Column("at", UtcTime, nullable=False),
        PrimaryKeyConstraint("id", name="pk_installations"),
        UniqueConstraint("platform", "community_id", name="uq_installations_platform_community_id"),
    )


def _cards() -> None:
    op.create_table(
        "cards",
        Column("id", RowId, nullable=False),
        *_place(),
        Column("nonce", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("author_id", String(), nullable=False),
        Column("about", String(), nullable=False),
        Column("latest_at", UtcTime, nullable=False),
        Column("card_id", String(), nullable=False),
        Column("drawn", String(), nullable=False),
        Column("drawn_at", UtcTime, nullable=True),
        Column("gone", String(), nullable=False),
        Column("times", Integer(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_cards"),
        UniqueConstraint("nonce", name="uq_cards_nonce"),
    )
    op.create_index(
        "ix_cards_burst", "cards", ["platform", "community_id", "author_id", "latest_at"]
    )
    _partial(
        "ix_cards_incident", "cards", ["platform", "community_id"], "about != '' AND gone != 'over'"
    )
    op.create_table(
        "card_cases",
        Column("id", RowId, nullable=False),
        Column("card", RowId, nullable=False),
        Column("case_id", String(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_card_cases"),
        ForeignKeyConstraint(["card"], ["cards.id"], name="fk_card_cases_card", ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_card_cases_case_id", ondelete="CASCADE"
        ),
        UniqueConstraint("case_id", name="uq_card_cases_case_id"),
    )
    op.create_index("ix_card_cases_card", "card_cases", ["card", "id"])
    op.create_table(
        "card_removals",
        Column("id", RowId, nullable=False),
        *_place(),
        Column("card_id", String(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_card_removals"),
    )


def _asked() -> None:
    op.create_table(
        "reports",
        Column("id", RowId, nullable=False),
        *_place(),
        Column("channel_id", String(), nullable=False),
        Column("message_id", String(), nullable=False),
        Column("reporter", String(), nullable=False),
        Column("sealed_words", Text(), nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("told_at", UtcTime, nullable=True),
        PrimaryKeyConstraint("id", name="pk_reports"),
        UniqueConstraint(
            *("platform", "community_id", "channel_id", "message_id", "reporter"),
            name="uq_reports_platform_community_id_channel_id_message_id_reporter",
        ),
    )
    _partial("ix_reports_untold", "reports", ["id"], "told_at IS NULL")
    op.create_table(
        "ignored",
        Column("id", RowId, nullable=False),
        *_place(),
        Column("channel_id", String(), nullable=False),
        Column("sha256", String(), nullable=False),
        Column("pdq", String(), nullable=False),
        Column("quality", Integer(), nullable=False),
        Column("from_case", String(), nullable=False),
        Column("added_at", UtcTime, nullable=False),
        Column("added_by", String(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_ignored"),
        UniqueConstraint(
            *("platform", "community_id", "channel_id", "sha256"),
            name="uq_ignored_platform_community_id_channel_id_sha256",
        ),
    )
    op.create_table(
        "erasures",
        Column("id", RowId, nullable=False),
        *_place(),
        Column("author_id", String(), nullable=False),
        Column("sealed_name", Text(), nullable=False),
        Column("asked_at", UtcTime, nullable=False),
        Column("state", String(), nullable=False),
        Column("by", String(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_erasures"),
        UniqueConstraint(
            *("platform", "community_id", "author_id"),
            name="uq_erasures_platform_community_id_author_id",
        ),
    )


def _place() -> tuple[Column[str], Column[str]]:
    return Column("platform", String(), nullable=False), Column(
        "community_id", String(), nullable=False
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    """An index over the few rows that matter."""
    clause = text(where)
    op.create_index(name, table, columns, sqlite_where=clause, postgresql_where=clause)
