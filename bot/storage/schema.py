"""What all tables share: one collection, names for their parts, and how rows hang together."""

from sqlalchemy import ForeignKey, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def belongs_to(parent: str) -> ForeignKey:
    """Rows go with their parent: erasing a message erases everything that hangs on it."""
    return ForeignKey(f"{parent}.id", ondelete="CASCADE")
