"""Run by Alembic, once per command, with the connection that the command was given."""

from alembic import context

from bot.storage import tables  # noqa: F401 - fills the schema
from bot.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # The caller's transaction is the only one: all steps, or none.
    transactional_ddl=False,
)
context.run_migrations()
