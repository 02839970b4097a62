"""The first schema: messages, judgements, cases, banks, tokens and what goes with them."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    Float,
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

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "audit",
        Column("id", RowId, nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("by", String(), nullable=False),
        Column("what", String(), nullable=False),
        Column("subject", String(), nullable=False),
        Column("detail", Json, nullable=False),
        PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at", "id"], unique=False)
    op.create_table(
        "banks",
        Column("id", RowId, nullable=False),
        Column("community", String(), nullable=False),
        Column("name", String(), nullable=False),
        Column("kind", String(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_banks"),
        UniqueConstraint("community", "name", name="uq_banks_community_name"),
    )
    op.create_table(
        "messages",
        Column("id", RowId, nullable=False),
        Column("platform", String(), nullable=False),
        Column("community_id", String(), nullable=False),
        Column("channel_id", String(), nullable=False),
        Column("message_id", String(), nullable=False),
        Column("author_id", String(), nullable=False),
        Column("sent_at", UtcTime, nullable=False),
        PrimaryKeyConstraint("id", name="pk_messages"),
        UniqueConstraint(
            "platform",
            "community_id",
            "channel_id",
            "message_id",
            name="uq_messages_platform_community_id_channel_id_message_id",
        ),
    )
    op.create_index(
        "ix_messages_author",
        "messages",
        ["platform", "community_id", "author_id", "sent_at"],
        unique=False,
    )
    op.create_table(
        "sessions",
        Column("digest", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("who", String(), nullable=False),
        Column("scope", String(), nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("expires_at", UtcTime, nullable=False),
        PrimaryKeyConstraint("digest", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires", "sessions", ["expires_at"], unique=False)
    op.create_table(
        "settings",
        Column("key", String(), nullable=False),
        Column("value", Json, nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("by", String(), nullable=False),
        PrimaryKeyConstraint("key", name="pk_settings"),
    )
    op.create_table(
        "tokens",
        Column("id", RowId, nullable=False),
        Column("name", String(), nullable=False),
        Column("digest", String(), nullable=False),
        Column("scope", String(), nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("revoked_at", UtcTime, nullable=True),
        PrimaryKeyConstraint("id", name="pk_tokens"),
        UniqueConstraint("digest", name="uq_tokens_digest"),
        UniqueConstraint("name", name="uq_tokens_name"),
    )
    op.create_table(
        "bank_entries",
        Column("id", RowId, nullable=False),
        Column("bank", RowId, nullable=False),
        Column("category", String(), nullable=False),
        Column("confirmed", Boolean(), nullable=False),
        Column("sha256", String(), nullable=False),
        Column("pdq", String(), nullable=False),
        Column("quality", Integer(), nullable=False),
        Column("added_at", UtcTime, nullable=False),
        Column("added_by", String(), nullable=False),
        ForeignKeyConstraint(
            ["bank"], ["banks.id"], name="fk_bank_entries_bank", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_bank_entries"),
        UniqueConstraint("bank", "sha256", "pdq", name="uq_bank_entries_bank_sha256_pdq"),
    )
    op.create_table(
        "cases",
        Column("id", String(), nullable=False),
        Column("message", RowId, nullable=False),
        Column("state", String(), nullable=False),
        Column("opened_at", UtcTime, nullable=False),
        Column("version", Integer(), nullable=False),
        ForeignKeyConstraint(
            ["message"], ["messages.id"], name="fk_cases_message", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_cases"),
        UniqueConstraint("message", name="uq_cases_message"),
    )
    op.create_index("ix_cases_opened", "cases", ["opened_at", "id"], unique=False)
    op.create_index("ix_cases_queue", "cases", ["state", "opened_at", "id"], unique=False)
    op.create_table(
        "case_events",
        Column("id", RowId, nullable=False),
        Column("case_id", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("by", String(), nullable=False),
        Column("sealed_note", Text(), nullable=False),
        ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_events_case_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_case_events"),
    )
    op.create_index("ix_case_events_case", "case_events", ["case_id", "id"], unique=False)
    op.create_table(
        "case_evidence",
        Column("id", RowId, nullable=False),
        Column("case_id", String(), nullable=False),
        Column("image", String(), nullable=False),
        Column("media", Integer(), nullable=False),
        Column("width", Integer(), nullable=False),
        Column("height", Integer(), nullable=False),
        Column("sha256", String(), nullable=False),
        ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_evidence_case_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_case_evidence"),
        UniqueConstraint(
            "case_id", "media", "sha256", name="uq_case_evidence_case_id_media_sha256"
        ),
    )
    op.create_table(
        "judgements",
        Column("id", RowId, nullable=False),
        Column("message", RowId, nullable=False),
        Column("revision", String(), nullable=False),
        Column("round", Integer(), nullable=False),
        Column("cause", String(), nullable=False),
        Column("case_id", String(), nullable=True),
        Column("judged_at", UtcTime, nullable=False),
        Column("finished", Boolean(), server_default=false(), nullable=False),
        Column("media_count", Integer(), nullable=False),
        Column("scores", Json, nullable=False),
        Column("made_by", Json, nullable=False),
        Column("unasked", Json, nullable=False),
        Column("failures", Json, nullable=False),
        Column("cost_usd", Float(), nullable=False),
        Column("timings_ms", Json, nullable=False),
        Column("inputs", Json, nullable=False),
        Column("matched", Json, nullable=False),
        Column("unanswered", Json, nullable=False),
        Column("actions", Json, nullable=False),
        Column("needs_review", Boolean(), nullable=False),
        Column("explanation", Text(), nullable=False),
        Column("policy_version", String(), nullable=False),
        Column("sealed", Text(), nullable=True),
        ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_judgements_case_id", ondelete="SET NULL"
        ),
        ForeignKeyConstraint(
            ["message"], ["messages.id"], name="fk_judgements_message", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_judgements"),
        UniqueConstraint(
            "message",
            "revision",
            "round",
            "cause",
            name="uq_judgements_message_revision_round_cause",
        ),
    )
    op.create_index("ix_judgements_case", "judgements", ["case_id"], unique=False)
    op.create_index("ix_judgements_judged", "judgements", ["judged_at", "id"], unique=False)
    op.create_index(
        "ix_judgements_unfinished",
        "judgements",
        ["id"],
        unique=False,
        sqlite_where=text("finished IS 0"),
        postgresql_where=text("finished IS false"),
    )
    op.create_table(
        "facts",
        Column("judgement", RowId, nullable=False),
        Column("position", Integer(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("value", Text(), nullable=False),
        Column("term", String(), nullable=False),
        Column("score", Float(), nullable=False),
        Column("modality", String(), nullable=False),
        Column("media", Integer(), nullable=True),
        Column("box", Json, nullable=True),
        Column("sentiment", Float(), nullable=True),
        Column("at", UtcTime, nullable=False),
        ForeignKeyConstraint(
            ["judgement"], ["judgements.id"], name="fk_facts_judgement", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("judgement", "position", name="pk_facts"),
    )
    op.create_index("ix_facts_search", "facts", ["kind", "term", "sentiment", "at"], unique=False)
    op.create_table(
        "media",
        Column("judgement", RowId, nullable=False),
        Column("position", Integer(), nullable=False),
        Column("sha256", String(), nullable=False),
        Column("pdq", String(), nullable=False),
        Column("quality", Integer(), nullable=False),
        Column("media_type", String(), nullable=False),
        Column("width", Integer(), nullable=False),
        Column("height", Integer(), nullable=False),
        Column("frames", Integer(), nullable=False),
        Column("animated", Boolean(), nullable=False),
        ForeignKeyConstraint(
            ["judgement"], ["judgements.id"], name="fk_media_judgement", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("judgement", "position", name="pk_media"),
    )
    op.create_index("ix_media_sha256", "media", ["sha256"], unique=False)
    op.create_table(
        "outcomes",
        Column("id", RowId, nullable=False),
        Column("judgement", RowId, nullable=False),
        Column("position", Integer(), nullable=False),
        Column("action", String(), nullable=False),
        Column("status", String(), nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("receipt", Json, nullable=True),
        Column("detail", Text(), nullable=False),
        Column("undo", String(), server_default="", nullable=False),
        ForeignKeyConstraint(
            ["judgement"], ["judgements.id"], name="fk_outcomes_judgement", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("id", name="pk_outcomes"),
        UniqueConstraint("judgement", "action", name="uq_outcomes_judgement_action"),
    )
    op.create_index(
        "ix_outcomes_undo",
        "outcomes",
        ["undo"],
        unique=False,
        sqlite_where=text("undo = 'wanted'"),
        postgresql_where=text("undo = 'wanted'"),
    )
    op.create_table(
        "signals",
        Column("judgement", RowId, nullable=False),
        Column("position", Integer(), nullable=False),
        Column("category", String(), nullable=False),
        Column("score", Float(), nullable=False),
        Column("modality", String(), nullable=False),
        Column("grounds", String(), nullable=False),
        Column("source", String(), nullable=False),
        Column("evidence", Json, nullable=True),
        ForeignKeyConstraint(
            ["judgement"], ["judgements.id"], name="fk_signals_judgement", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("judgement", "position", name="pk_signals"),
    )
    op.create_index("ix_signals_category", "signals", ["category", "score"], unique=False)


def downgrade() -> None:
    """Drop every table, children first."""
    for table in (
        "signals",
        "outcomes",
        "media",
        "facts",
        "judgements",
        "case_evidence",
        "case_events",
        "cases",
        "bank_entries",
        "tokens",
        "settings",
        "sessions",
        "messages",
        "banks",
        "audit",
    ):
        op.drop_table(table)
