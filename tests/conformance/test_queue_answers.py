"""What becomes of a job by what its handler answered, in every queue."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.jobs import Dead, Done, Later
from bot.queue import QUEUES, Queue
from bot.queue.jobs import UnreadableJob
from tests.queue.places import Place
from tests.queue.work import Handler, a_job, a_worker, until_empty


@pytest.fixture(params=QUEUES)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    place = Place(request.param, tmp_path)
    async with place.opened:
        yield place


@pytest.fixture
async def queue(place: Place) -> Queue:
    return await place.open()


async def test_a_handler_that_raises_gets_the_job_again_and_may_succeed(queue: Queue) -> None:
    handler = Handler(a=[KeyError("x"), Done()])
    await queue.accept([a_job("a")])

    async with a_worker(queue, handler):
        await until_empty(queue)

    assert [job.attempt for job in handler.seen] == [1, 2]
    assert await queue.parked() == []


async def test_a_job_that_raises_three_times_is_parked(queue: Queue) -> None:
    handler = Handler(a=KeyError("words of the post"))
    await queue.accept([a_job("a")])

    async with a_worker(queue, handler):
        await until_empty(queue)

    (parked,) = await queue.parked()
    assert (parked.job.key, parked.job.attempt) == ("a", 3)
    assert parked.reason.startswith("failed 3 times: KeyError")
    assert "words" not in parked.reason
    assert len(handler.seen) == 3


async def test_later_costs_no_attempt(queue: Queue) -> None:
    later = Later(0.01, "the provider is busy")
    handler = Handler(a=[later, later, later, later, Done()])
    await queue.accept([a_job("a")])

    async with a_worker(queue, handler):
        await until_empty(queue)

    assert [job.attempt for job in handler.seen] == [1] * 5


async def test_what_is_put_off_does_not_hold_up_others(queue: Queue) -> None:
    handler = Handler(a=Later(3600.0, "not yet"))
    await queue.accept([a_job("a"), a_job("b")])

    async with a_worker(queue, handler, concurrency=1):
        await handler.saw(2)

    assert handler.keys == ["a", "b"]
    assert await queue.depth() == 1


async def test_a_dead_job_is_parked_with_its_reason(queue: Queue) -> None:
    await queue.accept([a_job("a")])

    async with a_worker(queue, Handler(a=Dead("no such platform"))):
        await until_empty(queue)

    (parked,) = await queue.parked()
    assert (parked.job.key, parked.job.attempt, parked.reason) == ("a", 1, "no such platform")


async def test_a_body_that_cannot_be_read_is_parked_at_once(queue: Queue) -> None:
    await queue.accept([a_job("a")])

    async with a_worker(queue, Handler(a=UnreadableJob("job a cannot be read"))):
        await until_empty(queue)

    (parked,) = await queue.parked()
    assert (parked.job.attempt, parked.reason) == (1, "job a cannot be read")


async def test_parked_jobs_are_listed_newest_first_and_stay_across_a_restart(
    place: Place,
) -> None:
    first = await place.open()
    dead = Handler(a=Dead("x"), b=Dead("y"))
    async with a_worker(first, dead):
        for n, key in enumerate(["a", "b"]):
            await first.accept([a_job(key)])
            await dead.saw(n + 1)
            await until_empty(first)
    await first.close()

    assert [parked.job.key for parked in await (await place.open()).parked()] == ["b", "a"]


async def test_a_parked_key_is_not_accepted_again(queue: Queue) -> None:
    await queue.accept([a_job("a")])
    async with a_worker(queue, Handler(a=Dead("x"))):
        await until_empty(queue)

    assert await queue.accept([a_job("a")]) == set()
    assert await queue.depth() == 0


async def test_a_parked_job_that_is_redriven_runs_with_its_attempts_forgotten(
    queue: Queue,
) -> None:
    handler = Handler(a=[Dead("x"), KeyError(), Done()])
    await queue.accept([a_job("a")])

    async with a_worker(queue, handler):
        await until_empty(queue)
        assert await queue.redrive("a")
        await until_empty(queue)

    assert [job.attempt for job in handler.seen] == [1, 1, 2]
    assert await queue.parked() == []


async def test_only_a_parked_job_can_be_redriven(queue: Queue) -> None:
    await queue.accept([a_job("waits")])

    assert not await queue.redrive("waits")
    assert not await queue.redrive("unknown")
