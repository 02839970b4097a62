"""The audit as a chain that nobody can change unseen, and that the database itself guards."""

from alembic import op
from sqlalchemy import Column, Connection, String, column, select, table, update

from bot.storage.chain import START, a_salt, digested, marked
from bot.storage.columns import Json, UtcTime

revision = "0006"
down_revision = "0005"

_COLUMNS = ("salt", "mark", "digest")
_audit = table(
    "audit",
    column("id"),
    column("at", UtcTime),
    column("by"),
    column("what"),
    column("subject"),
    column("detail", Json),
    *(column(name) for name in _COLUMNS),
)
_BATCH = 1000

# Erasing a person empties the salt and may take them out of two columns; nothing else changes.
_STAYS = " OR ".join(
    f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in ("id", "at", "what", "mark", "digest")
)
_SAID = "the audit is only ever added to"
_SQLITE = (
    f"CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{_SAID}'); END",
    (
        "CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit "
        f"WHEN NEW.salt <> '' OR {_STAYS.replace('IS DISTINCT FROM', 'IS NOT')} "
        "OR NEW.detail IS NOT OLD.detail "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
    ),
)
_POSTGRES = (
    (
        "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$"
    ),
    (
        "CREATE TRIGGER audit_stays BEFORE DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuses()"
    ),
    (
        "CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit FOR EACH ROW "
        f"WHEN (NEW.salt <> '' OR {_STAYS} OR NEW.detail IS DISTINCT FROM OLD.detail) "
        "EXECUTE FUNCTION audit_refuses()"
    ),
)


def upgrade() -> None:
    """Add the columns, chain what is there, then close the table to changes."""
    for name in _COLUMNS:
        op.add_column("audit", Column(name, String(), nullable=False, server_default=""))
    _chain(op.get_bind())
    guards = _POSTGRES if op.get_bind().dialect.name == "postgresql" else _SQLITE
    for statement in guards:
        op.execute(statement)


def _chain(conn: Connection) -> None:
    before, last = START, 0
    query = select(_audit).order_by(_audit.c.id).limit(_BATCH)
    while lines := conn.execute(query.where(_audit.c.id > last)).all():
        for line in lines:
            salt = a_salt()
            mark = marked(salt, line.by, line.subject)
            before = digested(before, at=line.at, what=line.what, mark=mark, detail=line.detail)
            values = {"salt": salt, "mark": mark, "digest": before}
            conn.execute(update(_audit).where(_audit.c.id == line.id).values(values))
        last = lines[-1].id


def downgrade() -> None:
    """Take it all back."""
    on = " ON audit" if op.get_bind().dialect.name == "postgresql" else ""
    for name in ("audit_is_not_rewritten", "audit_stays"):
        op.execute(f"DROP TRIGGER {name}{on}")
    if on:
        op.execute("DROP FUNCTION audit_refuses()")
    for name in reversed(_COLUMNS):
        op.drop_column("audit", name)
