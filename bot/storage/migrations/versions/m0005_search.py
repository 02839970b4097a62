"""Searching: words of cases as keyed digests, newest first; and what erasing leaves behind."""

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, String

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables, and let facts and messages be walked from the newest on."""
    op.create_table(
        "case_words",
        Column("case_id", String(), nullable=False),
        Column("mark", String(), nullable=False),
        Column("origin", String(), nullable=False),
        ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_words_case_id", ondelete="CASCADE"
        ),
        PrimaryKeyConstraint("case_id", "mark", "origin", name="pk_case_words"),
    )
    op.create_index("ix_case_words_mark", "case_words", ["mark", "origin", "case_id"], unique=False)
    op.create_table(
        "tallies",
        Column("community_id", String(), nullable=False),
        Column("day", String(), nullable=False),
        Column("what", String(), nullable=False),
        Column("name", String(), nullable=False),
        Column("number", Integer(), nullable=False),
        PrimaryKeyConstraint("community_id", "day", "what", "name", name="pk_tallies"),
    )
    op.create_table(
        "discarded",
        Column("image", String(), nullable=False),
        PrimaryKeyConstraint("image", name="pk_discarded"),
    )
    op.create_index("ix_messages_sent", "messages", ["sent_at", "id"], unique=False)
    op.drop_index("ix_facts_search", "facts")
    op.create_index(
        "ix_facts_newest", "facts", ["kind", "term", "at", "judgement", "sentiment"], unique=False
    )


def downgrade() -> None:
    """Take it all back."""
    op.drop_index("ix_facts_newest", "facts")
    op.create_index("ix_facts_search", "facts", ["kind", "term", "sentiment", "at"], unique=False)
    op.drop_index("ix_messages_sent", "messages")
    for table in ("discarded", "tallies", "case_words"):
        op.drop_table(table)
