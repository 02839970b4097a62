"""Opening the database, and what is said when it cannot be."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.errors import EnvironmentFailed, Misconfigured
from bot.storage.database import Database
from bot.storage.sql import audited
from bot.storage.tables import banks
from bot.storage.trouble import explain
from tests.bot.storage.builders import NOON


def a_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


async def a_closed_database(path: Path) -> Path:
    await (await Database.open(a_url(path))).close()
    return path


async def refusal(path: Path) -> str:
    with pytest.raises(EnvironmentFailed) as caught:
        await Database.open(a_url(path))
    return str(caught.value)


def a_bank(name: str) -> dict[str, object]:
    return {"community": "", "name": name, "kind": "bad"}


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("mysql://host/db", id="another-engine"),
        pytest.param("sqlite:///a.db", id="without-the-driver"),
        pytest.param("nonsense", id="no-url"),
        pytest.param("sqlite+aiosqlite://", id="memory"),
    ],
)
async def test_a_url_we_cannot_use_is_a_misconfiguration(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"storage\.url"):
        await Database.open(url)


async def test_the_directory_is_made_for_its_owner_only(tmp_path: Path) -> None:
    await a_closed_database(tmp_path / "data" / "bifocal.db")

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


async def test_a_place_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    assert "cannot be opened" in await refusal(tmp_path / "file" / "bifocal.db")


async def test_a_directory_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "bifocal.db").mkdir()

    assert "cannot be opened" in await refusal(tmp_path / "bifocal.db")


async def test_something_else_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "bifocal.db").write_text("not a database, but long enough to be looked at " * 99)

    assert "is not a database" in await refusal(tmp_path / "bifocal.db")


async def test_a_database_cut_short_is_refused(tmp_path: Path) -> None:
    path = await a_closed_database(tmp_path / "bifocal.db")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert "damaged" in await refusal(path)


async def test_a_database_with_a_hole_is_refused(tmp_path: Path) -> None:
    path = await a_closed_database(tmp_path / "bifocal.db")
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xa5" * 8192 + whole[16384:])

    assert "damaged" in await refusal(path)


async def test_an_emptied_database_is_never_started_anew(tmp_path: Path) -> None:
    path = await a_closed_database(tmp_path / "bifocal.db")
    path.write_bytes(b"")

    assert "is empty" in await refusal(path)


async def test_a_read_only_database_is_said(tmp_path: Path) -> None:
    path = await a_closed_database(tmp_path / "bifocal.db")
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        conn.execute("DELETE FROM banks")
    conn.close()

    said = explain(OperationalError("", {}, caught.value), make_url(a_url(path)))

    assert str(said).startswith(f"The database {path} cannot be written.")


async def test_a_database_another_process_holds_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await a_closed_database(tmp_path / "bifocal.db")
    monkeypatch.setattr("bot.storage.engines.BUSY_SECONDS", 0)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    assert "locked by another process" in await refusal(path)

    holder.close()


async def test_a_database_of_a_newer_version_is_refused(url: str) -> None:
    database = await Database.open(url)
    await database.write(
        lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9'"))
    )
    await database.close()

    with pytest.raises(EnvironmentFailed, match="written by a newer Bifocal"):
        await Database.open(url)


async def test_without_upgrade_a_missing_schema_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="bifocal db upgrade"):
        await Database.open(a_url(tmp_path / "bifocal.db"), upgrade=False)


async def test_an_unreachable_postgres_is_said_without_its_password() -> None:
    with pytest.raises(EnvironmentFailed, match="does not answer") as caught:
        await Database.open("postgresql+psycopg://me:canary-secret@127.0.0.1:1/test")

    assert "canary-secret" not in str(caught.value)


async def test_one_bad_write_spoils_none_that_share_its_commit(database: Database) -> None:
    async def add(name: str) -> None:
        await database.write(lambda conn: conn.execute(insert(banks).values(a_bank(name))))

    names = ["a", "b", "b", "c"]
    results = await asyncio.gather(*map(add, names), return_exceptions=True)

    assert [type(result) for result in results].count(IntegrityError) == 1
    async with database.reading() as conn:
        found = await conn.execute(select(banks.c.name).order_by("name"))
        assert list(found.scalars()) == ["a", "b", "c"]


async def test_a_writer_that_stopped_waiting_stops_nobody_else(database: Database) -> None:
    async def add(name: str) -> None:
        await database.write(lambda conn: conn.execute(insert(banks).values(a_bank(name))))

    gone = asyncio.create_task(add("a"))
    stays = asyncio.create_task(add("b"))
    await asyncio.sleep(0)
    gone.cancel()

    await stays

    async with database.reading() as conn:
        assert "b" in set((await conn.execute(select(banks.c.name))).scalars())


async def test_closing_finishes_the_writes_that_wait(sqlite_url: str) -> None:
    database = await Database.open(sqlite_url)
    add = insert(banks).values(a_bank("a"))
    waiting = asyncio.create_task(database.write(lambda conn: conn.execute(add)))
    await asyncio.sleep(0)

    await database.close()

    assert waiting.done()


async def test_readers_cannot_write_on_sqlite(sqlite: Database) -> None:
    with pytest.raises(EnvironmentFailed, match="cannot be written"):
        async with sqlite.reading() as conn:
            await conn.execute(insert(banks).values(a_bank("a")))


async def test_sqlite_runs_in_wal_with_full_durability(sqlite: Database) -> None:
    def ask(conn: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [(conn.execute(text(f"PRAGMA {name}"))).scalar_one() for name in names]

    assert await sqlite.write(ask) == ["wal", 2, 1]


async def test_a_naive_time_is_refused(sqlite: Database) -> None:
    row = audited(at=NOON.replace(tzinfo=None), by="", what="", subject="")

    with pytest.raises(Exception, match="must be aware"):
        await sqlite.write(lambda conn: conn.execute(row))
