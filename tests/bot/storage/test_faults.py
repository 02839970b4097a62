"""Locks, broken files and a server that goes away: waited for, said or got over; nothing lost."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, func, insert, select, text

from bot.errors import EnvironmentFailed
from bot.storage.database import Database
from bot.storage.engines import POOL, READERS
from bot.storage.tables import banks
from tests.bot.storage.schemas import POSTGRES


def a_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


async def add(database: Database, name: str) -> None:
    row = {"community": "", "name": name, "kind": "bad"}
    await database.write(lambda conn: conn.execute(insert(banks).values(row)).rowcount)


async def kept(database: Database) -> int:
    async with database.reading() as conn:
        return int((await conn.execute(select(func.count()).select_from(banks))).scalar_one())


def a_holder(path: Path) -> sqlite3.Connection:
    """Another program that writes, and does not come to an end."""
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    return holder


@pytest.fixture
async def hurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database that waits for nobody's lock."""
    monkeypatch.setattr("bot.storage.engines.BUSY_SECONDS", 0)
    return await Database.open(a_url(tmp_path / "bifocal.db"))


async def test_a_write_waits_for_another_programs_lock(tmp_path: Path) -> None:
    database = await Database.open(a_url(tmp_path / "bifocal.db"))
    with closing(a_holder(tmp_path / "bifocal.db")) as holder:
        waiting = asyncio.create_task(add(database, "a"))
        assert await kept(database) == 0  # reading goes on meanwhile
        holder.execute("COMMIT")
        await waiting

    assert await kept(database) == 1
    await database.close()


async def test_a_lock_that_stays_is_told_and_over_once_it_is_gone(
    hurried: Database, tmp_path: Path
) -> None:
    with closing(a_holder(tmp_path / "bifocal.db")) as holder:
        with pytest.raises(EnvironmentFailed, match="locked by another process"):
            await add(hurried, "a")
        during = await hurried.trouble()
        holder.execute("COMMIT")
    after = await hurried.trouble()
    await add(hurried, "a")

    assert during is not None
    assert "locked by another process" in during
    assert after is None
    assert await kept(hurried) == 1
    await hurried.close()


async def test_when_every_connection_is_busy_it_is_said_and_over_with_the_first_that_ends(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.engines.POOL_SECONDS", 0.05)
    database = await Database.open(url)
    async with AsyncExitStack() as busy:
        for _ in range(POOL if database.dialect == "postgresql" else READERS):
            await busy.enter_async_context(database.reading())
        with pytest.raises(EnvironmentFailed, match="Every connection to the database is busy"):
            await kept(database)

    assert await kept(database) == 0
    await database.close()


async def a_dead_bots(folder: Path) -> Path:
    """What a kill leaves: a database whose last hundred rows stand in its WAL alone."""
    database = await Database.open(a_url(folder / "alive" / "bifocal.db"))
    for number in range(100):
        await add(database, f"b{number}")
    dead = folder / "dead"
    shutil.copytree(folder / "alive", dead)
    await database.close()
    return dead / "bifocal.db"


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def truncate(wal: Path) -> None:
    wal.write_bytes(wal.read_bytes()[: wal.stat().st_size // 2 + 77])


def corrupt(wal: Path) -> None:
    data = bytearray(wal.read_bytes())
    data[len(data) // 2 :] = b"\xa5" * (len(data) - len(data) // 2)
    wal.write_bytes(data)


def scramble(wal: Path) -> None:
    wal.write_bytes(b"\xa5" * wal.stat().st_size)


async def rows_and_health(path: Path) -> tuple[int, str]:
    database = await Database.open(a_url(path))
    found = await kept(database)
    await add(database, "afterwards")
    await database.close()
    with closing(sqlite3.connect(path)) as db:
        return found, str(db.execute("PRAGMA integrity_check").fetchone()[0])


async def test_what_stands_in_the_wal_alone_is_there_after_a_kill(tmp_path: Path) -> None:
    assert await rows_and_health(await a_dead_bots(tmp_path)) == (100, "ok")


async def test_a_lost_shm_file_costs_nothing(tmp_path: Path) -> None:
    path = await a_dead_bots(tmp_path)
    beside(path, "-shm").unlink()

    assert await rows_and_health(path) == (100, "ok")


@pytest.mark.parametrize("damage", [truncate, corrupt])
async def test_a_damaged_wal_costs_its_end_and_the_rest_is_sound(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = await a_dead_bots(tmp_path)
    damage(beside(path, "-wal"))
    beside(path, "-shm").unlink()

    found, health = await rows_and_health(path)

    assert 0 < found < 100
    assert health == "ok"


def behead(wal: Path) -> None:
    """Its first frame is spoilt, so that none after it counts."""
    data = bytearray(wal.read_bytes())
    data[60:160] = b"\xa5" * 100
    wal.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "said"), [(scramble, "-wal is damaged"), (behead, "stood in its -wal")]
)
async def test_a_wal_that_is_lost_whole_is_never_an_empty_start(
    tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    path = await a_dead_bots(tmp_path)
    damage(beside(path, "-wal"))
    beside(path, "-shm").unlink()
    log = beside(path, "-wal").read_bytes()

    with pytest.raises(EnvironmentFailed, match=said):
        await Database.open(a_url(path))
    assert beside(path, "-wal").read_bytes() == log


async def test_a_wal_without_its_database_is_never_an_empty_start(tmp_path: Path) -> None:
    path = await a_dead_bots(tmp_path)
    path.unlink()

    with pytest.raises(EnvironmentFailed, match="is gone, but not its -wal"):
        await Database.open(a_url(path))
    assert not path.exists()


async def ends_connections(but: int = 0) -> int:
    """What a restart of the server does to everybody connected; how many it hit."""
    query = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = 'test' AND application_name = 'bifocal-faults' AND pid <> %s"
    )
    async with await psycopg.AsyncConnection.connect(POSTGRES, autocommit=True) as conn:
        found = await (await conn.execute(query, (but,))).fetchone()
    assert found is not None
    return int(found[0])


@pytest.fixture
def named_url(postgres_url: str) -> str:
    return f"{postgres_url}&application_name=bifocal-faults"


async def test_connections_that_the_server_ended_are_replaced(named_url: str) -> None:
    database = await Database.open(named_url)
    await add(database, "before")
    hit = await ends_connections()
    await add(database, "after")

    assert hit >= 1
    assert await kept(database) == 2
    await database.close()


async def test_a_transaction_that_the_server_ended_is_done_once_more(named_url: str) -> None:
    database = await Database.open(named_url)
    attempts: list[int] = []

    def work(conn: Connection) -> None:
        conn.execute(insert(banks).values(community="", name="mine", kind="bad"))
        attempts.append(1)
        if len(attempts) == 1:
            with psycopg.connect(POSTGRES, autocommit=True) as other:
                mine = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (mine,))
        conn.execute(insert(banks).values(community="", name="mine too", kind="bad"))

    await asyncio.gather(database.write(work), add(database, "same group"))

    assert len(attempts) == 2
    assert await kept(database) == 3
    await database.close()


async def test_writes_in_a_storm_of_ended_connections_are_kept_or_said_to_have_failed(
    named_url: str,
) -> None:
    database = await Database.open(named_url)
    done: list[str] = []
    failed: list[str] = []

    async def write(name: str) -> None:
        try:
            await add(database, name)
            done.append(name)
        except EnvironmentFailed:
            failed.append(name)

    for turn in range(10):
        writes = [asyncio.create_task(write(f"{turn}-{number}")) for number in range(10)]
        await ends_connections()
        await asyncio.gather(*writes)

    async with database.reading() as conn:
        there = set((await conn.execute(select(banks.c.name))).scalars())
    assert set(done) <= there
    assert len(done) + len(failed) == 100
    assert len(done) >= 90
    await database.close()
