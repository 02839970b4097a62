"""Readiness says what is wrong with the stores, and says it no more once it is mended."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import EnvironmentFailed, QueueFull
from bot.health import Health
from bot.jobs import Job
from bot.metrics import Metrics
from bot.policy.file import PolicyFile
from bot.queue.sqlite import SqliteQueue
from bot.storage.database import Database
from bot.storage.switch import Switch
from bot.warming import Warming
from tests.bot.policy.kit import a_rule
from tests.builders import NOON


async def warm() -> Warming:
    """Nothing has to be loaded, and that is done."""
    stop, loaded = asyncio.Event(), asyncio.Event()

    async def load() -> None:
        loaded.set()

    warming = Warming(load)
    running = asyncio.create_task(warming.run(stop))
    await loaded.wait()
    stop.set()
    await running
    return warming


@dataclass
class Parts:
    """Real stores in a folder, which wait for nobody's lock, and what asks them."""

    folder: Path
    database: Database
    queue: SqliteQueue
    policy: PolicyFile
    health: Health
    switch: Switch


@pytest.fixture
async def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    monkeypatch.setattr("bot.storage.engines.BUSY_SECONDS", 0)
    monkeypatch.setattr("bot.queue.database.BUSY_SECONDS", 0.02)
    (tmp_path / "policy.toml").write_text(a_rule("scores.scam >= 0.8", name="old"))
    policy = PolicyFile(tmp_path / "policy.toml")
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/bifocal.db")
    queue = await SqliteQueue.open(tmp_path / "inbox.db")
    metrics, switch = Metrics(), Switch(database, lambda: NOON)
    health = Health(database, switch, queue, policy, (), metrics=metrics, warming=await warm())
    yield Parts(tmp_path, database, queue, policy, health, switch)
    await queue.close()
    await database.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program that holds the write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_all_is_well(parts: Parts) -> None:
    assert await parts.health.missing() == {}


async def test_an_inbox_that_cannot_be_written_is_said_until_it_can(parts: Parts) -> None:
    with locked(parts.folder / "inbox.db"):
        with pytest.raises(QueueFull):
            await parts.queue.accept([Job("a@0", "{}")])
        during = await parts.health.missing()

    assert list(during) == ["queue"]
    assert "locked by another program" in during["queue"]
    assert await parts.health.missing() == {}


async def test_a_database_that_cannot_be_written_is_said_until_it_can(parts: Parts) -> None:
    with locked(parts.folder / "bifocal.db"):
        with pytest.raises(EnvironmentFailed):
            await parts.switch.pause("ada")
        during = await parts.health.missing()

    assert list(during) == ["database"]
    assert "locked by another process" in during["database"]
    assert await parts.health.missing() == {}


async def test_a_policy_file_that_cannot_be_read_is_said_and_the_old_one_stays(
    parts: Parts,
) -> None:
    path = parts.folder / "policy.toml"
    path.unlink()
    path.mkdir()  # no user, not even root, reads a directory as a file
    parts.policy.look()
    parts.policy.look()
    missing = await parts.health.missing()
    path.rmdir()
    path.write_text(a_rule("scores.scam >= 0.8", name="old"))
    parts.policy.look()
    parts.policy.look()

    assert "policy.toml" in missing["policy"]
    assert [rule.id for rule in parts.policy.current.rules] == ["old"]
    assert await parts.health.missing() == {}


async def test_a_database_that_does_not_answer_does_not_end_the_gauges(parts: Parts) -> None:
    stop = asyncio.Event()
    await parts.database.write(lambda conn: conn.execute(text("DROP TABLE settings")).rowcount)
    with pytest.raises(EnvironmentFailed):
        await parts.switch.paused()
    measuring = asyncio.create_task(parts.health.measure(stop))
    await asyncio.wait([measuring], timeout=0.2)
    still_at_it = not measuring.done()
    stop.set()
    await measuring

    assert still_at_it
