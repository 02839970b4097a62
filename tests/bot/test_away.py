"""While the database is away messages wait: none is lost, set aside, or acted upon twice."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.app import STORAGE_AWAY_S
from bot.jobs import Answer, Done, Job, Later
from bot.model import Message, Status
from bot.queue.jobs import pack
from bot.queue.sqlite import SqliteQueue
from tests.bot.journey import World, a_world
from tests.builders import a_message
from tests.queue.work import a_worker, until_empty


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """An application whose database waits for nobody's lock."""
    monkeypatch.setattr("bot.storage.engines.BUSY_SECONDS", 0)
    async with a_world(tmp_path) as made:
        yield made


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another program that holds the database's write lock."""
    (path,) = folder.rglob("*.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def scam(world: World) -> Message:
    return world.stands(a_message("scam 0.9"))


async def test_a_message_waits_and_is_then_judged(world: World, tmp_path: Path) -> None:
    message = scam(world)
    with locked(tmp_path):
        answers = [await world.app.handle(pack(message)) for _ in range(5)]
    afterwards = await world.app.handle(pack(message))

    assert {type(answer) for answer in answers} == {Later}
    assert {answer.seconds for answer in answers if isinstance(answer, Later)} == {STORAGE_AWAY_S}
    assert afterwards == Done()
    assert [o.status for o in (await world.record(message)).outcomes] == [Status.APPLIED] * 3


async def test_nothing_is_done_to_a_message_before_it_can_be_written_down(
    world: World, tmp_path: Path
) -> None:
    message = scam(world)
    with locked(tmp_path):
        await world.app.handle(pack(message))

    assert message.ref in world.platform.client.messages
    assert world.platform.client.calls == []


async def test_waiting_costs_no_attempt_however_long_it_lasts(world: World, tmp_path: Path) -> None:
    tries: list[int] = []
    enough = asyncio.Event()
    message = scam(world)

    async def handle(job: Job) -> Answer:
        tries.append(job.attempt)
        answer = await world.app.handle(job)
        if len(tries) == 9:
            enough.set()
        # The same answer, without production's five seconds in between.
        return Later(0.0, answer.reason) if isinstance(answer, Later) else answer

    (tmp_path / "queue").mkdir()
    async with await SqliteQueue.open(tmp_path / "queue" / "inbox") as queue:
        await queue.accept([pack(message)])
        async with a_worker(queue, handle):
            with locked(tmp_path):
                await asyncio.wait_for(enough.wait(), 20)
            await until_empty(queue)
        assert await queue.parked() == []

    assert set(tries) == {1}
    assert (await world.case(message)) is not None
