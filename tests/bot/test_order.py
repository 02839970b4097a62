"""Events come twice, late and in the wrong order: the newest content is what is decided."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import Message, Status
from bot.queue.jobs import pack
from bot.queue.sqlite import SqliteQueue
from tests.bot.journey import World, a_world
from tests.builders import NOON, a_message
from tests.queue.work import a_worker, until_empty


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        yield made


def edited(message: Message, text: str) -> Message:
    return replace(message, text=text, revision="1", edited=True)


async def statuses(world: World, message: Message) -> dict[str, set[Status]]:
    """What became of the actions on a message, by revision."""
    records = [r async for r in world.journal.records(NOON.replace(year=2000))]
    return {
        record.key.revision: {outcome.status for outcome in record.outcomes}
        for record in records
        if record.key.ref == message.ref
    }


async def test_an_edit_that_comes_before_its_post_is_what_counts(world: World) -> None:
    first = a_message("good morning")
    newest = world.stands(edited(first, "scam 0.9"))
    await world.handle(newest)
    await world.handle(first)

    found = await statuses(world, first)
    assert found == {"1": {Status.APPLIED}, "0": set()}
    assert first.ref not in world.platform.client.messages


async def test_a_post_that_was_made_harmless_before_it_was_judged_is_left_alone(
    world: World,
) -> None:
    first = a_message("scam 0.9")
    world.stands(edited(first, "good morning"))
    await world.handle(first)

    assert first.ref in world.platform.client.messages
    assert world.platform.client.timeouts == {}
    assert Status.WITHHELD in (await statuses(world, first))["0"]


async def test_an_event_that_comes_four_times_at_once_is_judged_and_acted_upon_once(
    world: World, tmp_path: Path
) -> None:
    message = world.stands(a_message("scam 0.9"))
    (tmp_path / "queue").mkdir()
    async with await SqliteQueue.open(tmp_path / "queue" / "inbox") as queue:
        new = await asyncio.gather(*(queue.accept([pack(message)]) for _ in range(4)))
        async with a_worker(queue, world.app.handle):
            await until_empty(queue)
        late = await queue.accept([pack(message)])

    assert sorted(map(len, new)) == [0, 0, 0, 1]
    assert late == set()
    assert world.detector.looked == [message.text]
    assert await statuses(world, message) == {"0": {Status.APPLIED}}
