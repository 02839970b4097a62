"""Schemas on the PostgreSQL of this machine, each used by one test after the other."""

import secrets
from dataclasses import dataclass, field

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier
from sqlalchemy import NullPool, create_engine

from bot.storage.migrations import migrate

POSTGRES = "host=127.0.0.1 port=5432 dbname=test connect_timeout=2"

_SHAPE = SQL("""
    SELECT string_agg(part, ' ' ORDER BY part) FROM (
        SELECT concat_ws('.', relname, relkind, attname, format_type(atttypid, atttypmod)) AS part
        FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
        WHERE relnamespace = %(name)s::regnamespace
        UNION ALL SELECT concat_ws('.', tgname, tgenabled)
        FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid
        WHERE relnamespace = %(name)s::regnamespace AND NOT tgisinternal
    ) AS parts
""")
"""Its tables, columns, indexes and triggers."""


@dataclass
class Schemas:
    """Makes them, empties them for the next test, and drops those that a test has reshaped.

    To migrate and to drop a schema takes five times as long as to empty it.
    """

    _free: list[str] = field(default_factory=list)
    _shape: str = ""

    def take(self) -> str:
        """The name of a migrated, empty schema.

        Raises:
            psycopg.OperationalError: no PostgreSQL answers.
        """
        if self._free:
            return self._free.pop()
        name = f"bifocal_{secrets.token_hex(6)}"
        with psycopg.connect(POSTGRES, autocommit=True) as conn:
            conn.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
            engine = create_engine(url_of(name), poolclass=NullPool)
            with engine.begin() as begun:
                migrate(begun)
            self._shape = _shape(conn, name)
        return name

    def give_back(self, name: str) -> None:
        """Empty it for the next test, or drop it."""
        with psycopg.connect(POSTGRES, autocommit=True) as conn:
            if _shape(conn, name) == self._shape and _emptied(conn, name):
                self._free.append(name)
            else:
                _drop(conn, name)

    def close(self) -> None:
        """Drop those that nobody uses."""
        if self._free:
            with psycopg.connect(POSTGRES, autocommit=True) as conn:
                for name in self._free:
                    _drop(conn, name)


def url_of(name: str) -> str:
    """Where a schema is."""
    return f"postgresql+psycopg://127.0.0.1:5432/test?options=-csearch_path%3D{name}"


def _shape(conn: Connection, name: str) -> str:
    found = conn.execute(_SHAPE, {"name": name}).fetchone()
    shape = str(found[0]) if found else ""
    if "alembic_version." not in shape:
        return shape
    version = SQL("SELECT version_num FROM {}").format(Identifier(name, "alembic_version"))
    return f"{shape} {conn.execute(version).fetchall()}"


def _emptied(conn: Connection, name: str) -> bool:
    found = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (name,))
    tables = [Identifier(name, table) for (table,) in found if table != "alembic_version"]
    try:
        conn.execute("SET lock_timeout = '5s'")
        conn.execute(SQL("TRUNCATE {} RESTART IDENTITY").format(SQL(", ").join(tables)))
    except psycopg.OperationalError:  # somebody whom the test killed still holds a table
        return False
    return True


def _drop(conn: Connection, name: str) -> None:
    conn.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(name)))
