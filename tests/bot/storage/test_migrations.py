"""The migrations make the very tables the code speaks of, and can be taken back."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from bot.storage import tables  # noqa: F401 - fills the schema
from bot.storage.database import Database
from bot.storage.migrations import downgrade, migrate
from bot.storage.schema import metadata


def differences(conn: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(conn), metadata))


async def names(database: Database) -> set[str]:
    async with database.reading() as conn:
        return set(await conn.run_sync(lambda sync: inspect(sync).get_table_names()))


async def test_the_migrated_schema_is_the_one_the_code_speaks_of(database: Database) -> None:
    async with database.reading() as conn:
        assert await conn.run_sync(differences) == []


async def test_down_to_base_leaves_no_table(database: Database) -> None:
    await database.write(lambda conn: downgrade(conn, "base"))

    assert await names(database) == {"alembic_version"}


async def test_down_and_up_again_is_as_before(database: Database) -> None:
    before = await names(database)

    def there_and_back(conn: Connection) -> None:
        downgrade(conn, "base")
        migrate(conn)

    await database.write(there_and_back)

    assert await names(database) == before


async def test_a_migration_that_fails_leaves_the_old_schema_whole(database: Database) -> None:
    before = await names(database)

    def broken(conn: Connection) -> None:
        downgrade(conn, "base")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(broken)

    assert await names(database) == before
