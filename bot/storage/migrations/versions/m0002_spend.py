"""What providers cost by day and community, and which calls were spared."""

from alembic import op
from sqlalchemy import BigInteger, Column, Date, Float, PrimaryKeyConstraint, String

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "spend",
        Column("day", Date(), nullable=False),
        Column("purse", String(), nullable=False),
        Column("provider", String(), nullable=False),
        Column("model", String(), nullable=False),
        Column("usd", Float(), nullable=False),
        Column("calls", BigInteger(), nullable=False),
        Column("tokens", BigInteger(), nullable=False),
        PrimaryKeyConstraint("day", "purse", "provider", "model", name="pk_spend"),
    )
    op.create_table(
        "spared",
        Column("day", Date(), nullable=False),
        Column("provider", String(), nullable=False),
        Column("reason", String(), nullable=False),
        Column("calls", BigInteger(), nullable=False),
        PrimaryKeyConstraint("day", "provider", "reason", name="pk_spared"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("spared")
    op.drop_table("spend")
