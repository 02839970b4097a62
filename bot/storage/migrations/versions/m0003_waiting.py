"""What cases wait for, withheld actions by time, and where bank entries come from."""

from alembic import op
from sqlalchemy import Column, String, text

from bot.storage.columns import UtcTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns and their indexes."""
    op.add_column("cases", Column("waiting", String(), nullable=False, server_default=""))
    _partial("ix_cases_waiting", "cases", ["waiting", "opened_at", "id"], "waiting != ''")
    _partial("ix_outcomes_withheld", "outcomes", ["at"], "status = 'withheld'")
    op.add_column("bank_entries", Column("from_case", String(), nullable=False, server_default=""))
    op.add_column("bank_entries", Column("quarantined_at", UtcTime, nullable=True))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("bank_entries", "quarantined_at")
    op.drop_column("bank_entries", "from_case")
    op.drop_index("ix_outcomes_withheld", "outcomes")
    op.drop_index("ix_cases_waiting", "cases")
    op.drop_column("cases", "waiting")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    """An index over the few rows that matter."""
    clause = text(where)
    op.create_index(name, table, columns, sqlite_where=clause, postgresql_where=clause)
