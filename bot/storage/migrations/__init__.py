"""Brings the schema up to date, and refuses one that a newer Bifocal wrote.

Migrations are package data: ``versions`` holds one file a step, and nothing is read from an ini
file. Everything runs inside the caller's transaction, so a kill leaves the old schema whole.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.errors import EnvironmentFailed

LOCK = 0x6269666F63616C
"""PostgreSQL's advisory lock: two processes that start together migrate one after the other."""


def configuration(conn: Connection) -> Config:
    """What Alembic needs, with the connection it is to use."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    return config


def migrate(conn: Connection, *, upgrade: bool = True) -> None:
    """Bring the schema to the newest step; with ``upgrade=False`` only check that it is there.

    Raises:
        EnvironmentFailed: the schema is newer than this version, or older and not to be touched.
    """
    config = configuration(conn)
    script = ScriptDirectory.from_config(config)
    newest = script.get_current_head()
    current = MigrationContext.configure(conn).get_current_revision()
    if current == newest:
        return
    if current is not None and current not in {step.revision for step in script.walk_revisions()}:
        raise EnvironmentFailed(
            f"The database was written by a newer Bifocal (schema {current}; this version knows "
            f"up to {newest}). Install that version again, or put back a backup made before it."
        )
    if not upgrade:
        raise EnvironmentFailed(
            f"The database's schema is {current or 'missing'}, and this version needs {newest}. "
            f"Run: bifocal db upgrade"
        )
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    command.upgrade(config, "head")


def downgrade(conn: Connection, revision: str) -> None:
    """Take the schema back to a step, ``base`` being none at all. For tests and repairs."""
    command.downgrade(configuration(conn), revision)
