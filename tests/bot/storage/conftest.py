"""Databases to try the store on: SQLite always, PostgreSQL where one answers."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet

from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import Seal
from tests.bot.storage.builders import parse

POSTGRES = "host=127.0.0.1 port=5432 dbname=test connect_timeout=2"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A schema of our own on the PostgreSQL that answers on loopback; gone afterwards."""
    try:
        conn = psycopg.connect(POSTGRES, autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL with a database 'test' answers on 127.0.0.1:5432")
    name = f"bifocal_{secrets.token_hex(6)}"
    with conn:
        conn.execute(f'CREATE SCHEMA "{name}"')
    try:
        yield f"postgresql+psycopg://127.0.0.1:5432/test?options=-csearch_path%3D{name}"
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as again:
            again.execute(f'DROP SCHEMA "{name}" CASCADE')


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
