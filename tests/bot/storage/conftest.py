"""Databases to try the store on: SQLite always, PostgreSQL where one answers."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet

from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import Seal
from tests.bot.storage.builders import parse
from tests.bot.storage.schemas import Schemas, url_of


@pytest.fixture(scope="session")
def schemas() -> Iterator[Schemas]:
    """The schemas of this worker."""
    made = Schemas()
    yield made
    made.close()


@pytest.fixture
def postgres_url(schemas: Schemas) -> Iterator[str]:
    """An empty, migrated schema on the PostgreSQL that answers on loopback."""
    try:
        name = schemas.take()
    except psycopg.OperationalError:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("no PostgreSQL with a database 'test' answers on 127.0.0.1:5432")
    yield url_of(name)
    schemas.give_back(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/data/bifocal.db"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Each test that asks for this runs on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def seal() -> Seal:
    return Seal([Fernet.generate_key().decode()], "the test's key")


@pytest.fixture
def journal(database: Database, seal: Seal) -> Journal:
    return Journal(database, seal, parse)
