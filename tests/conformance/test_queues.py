"""What every queue keeps to, whatever it is made of."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.jobs import Answer, Dead, Done, Job, Later
from bot.queue import QUEUES, Queue
from tests.queue.places import MAKERS, Place
from tests.queue.work import Handler, a_job, a_worker, until, until_empty


@pytest.fixture(params=QUEUES)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    place = Place(request.param, tmp_path)
    async with place.opened:
        yield place


@pytest.fixture
async def queue(place: Place) -> Queue:
    return await place.open()


async def test_accept_names_the_keys_that_are_new(queue: Queue) -> None:
    await queue.accept([a_job("a")])

    assert await queue.accept([a_job("a"), a_job("b")]) == {"b"}


async def test_the_same_key_twice_in_one_call_is_one_job(queue: Queue) -> None:
    assert await queue.accept([a_job("a"), a_job("a")]) == {"a"}
    assert await queue.depth() == 1


async def test_one_of_many_who_hand_in_the_same_key_at_once_is_told_it_is_new(
    queue: Queue,
) -> None:
    told = await asyncio.gather(*(queue.accept([a_job("a")]) for _ in range(20)))

    assert sorted(map(len, told)) == [0] * 19 + [1]


async def test_accepting_nothing_is_allowed(queue: Queue) -> None:
    assert await queue.accept([]) == set()


async def test_a_job_waits_across_a_restart(place: Place) -> None:
    first = await place.open()
    await first.accept([a_job("a", body='{"v":1}')])
    await first.close()
    handler = Handler()

    second = await place.open()
    async with a_worker(second, handler):
        await handler.saw(1)

    assert handler.seen == [a_job("a", body='{"v":1}')]


async def test_a_key_that_waits_is_known_after_a_restart(place: Place) -> None:
    first = await place.open()
    await first.accept([a_job("a")])
    await first.close()

    assert await (await place.open()).accept([a_job("a")]) == set()


async def test_a_settled_key_is_one_job_for_ever(place: Place) -> None:
    first = await place.open()
    await first.accept([a_job("a")])
    async with a_worker(first):
        await until_empty(first)
    assert await first.accept([a_job("a")]) == set()
    await first.close()

    second = await place.open()
    assert await second.accept([a_job("a")]) == set()
    assert await second.depth() == 0


async def test_jobs_of_a_lane_come_in_the_order_they_were_accepted(queue: Queue) -> None:
    keys = [f"{n:03}" for n in range(50)]
    for key in keys[:10]:
        await queue.accept([a_job(key)])
    await queue.accept([a_job(key) for key in keys[10:]])
    handler = Handler()

    async with a_worker(queue, handler, concurrency=1):
        await handler.saw(50)

    assert handler.keys == keys


async def test_live_goes_before_backlog_and_backlog_is_not_starved(queue: Queue) -> None:
    await queue.accept([a_job(f"backlog{n}", lane="backlog") for n in range(40)])
    await queue.accept([a_job(f"live{n}") for n in range(40)])
    handler = Handler()

    async with a_worker(queue, handler, concurrency=1):
        await handler.saw(80)

    first_half = handler.keys[:40]
    assert sum(key.startswith("live") for key in first_half) >= 32
    assert sum(key.startswith("backlog") for key in first_half) >= 2


async def test_a_backlog_leaves_a_worker_free_for_what_is_live(queue: Queue) -> None:
    await queue.accept([a_job(f"backlog{n}", lane="backlog") for n in range(20)])
    live_came = asyncio.Event()
    backlog_came = asyncio.Event()

    async def handle(job: Job) -> Answer:
        if job.lane == "live":
            live_came.set()
        else:
            backlog_came.set()
            await live_came.wait()
        return Done()

    async with a_worker(queue, handle, concurrency=4):
        await backlog_came.wait()
        await queue.accept([a_job("live")])
        async with asyncio.timeout(5):
            await live_came.wait()
        await until_empty(queue)


async def test_a_job_that_comes_while_workers_wait_is_handed_over_at_once(queue: Queue) -> None:
    handler = Handler()
    async with a_worker(queue, handler):
        for n in range(5):
            await queue.accept([a_job(str(n))])
            await handler.saw(n + 1)

    assert handler.keys == ["0", "1", "2", "3", "4"]


async def test_no_more_jobs_run_at_once_than_asked(queue: Queue) -> None:
    await queue.accept([a_job(str(n)) for n in range(20)])
    running = most = 0

    async def handle(_: Job) -> Answer:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return Done()

    async with a_worker(queue, handle, concurrency=3):
        await until_empty(queue)

    assert most == 3


async def test_stop_finishes_what_is_in_flight_and_takes_nothing_new(queue: Queue) -> None:
    await queue.accept([a_job(str(n)) for n in range(10)])
    under_way = asyncio.Event()
    go_on = asyncio.Event()
    finished: list[str] = []

    async def handle(job: Job) -> Answer:
        under_way.set()
        await go_on.wait()
        finished.append(job.key)
        return Done()

    async with a_worker(queue, handle, concurrency=2) as stop:
        await under_way.wait()
        stop.set()
        go_on.set()

    assert finished == ["0", "1"]
    assert await queue.depth() == 8


async def test_a_cancelled_serve_gives_its_jobs_back_at_no_cost(queue: Queue) -> None:
    await queue.accept([a_job("a"), a_job("b")])
    under_way = asyncio.Event()

    async def hangs(_: Job) -> Answer:
        under_way.set()
        await asyncio.Event().wait()
        return Done()

    serving = asyncio.create_task(queue.serve(hangs, 2, asyncio.Event()))
    await under_way.wait()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    handler = Handler()
    async with a_worker(queue, handler):
        await handler.saw(2)

    assert [(job.key, job.attempt) for job in handler.seen] == [("a", 1), ("b", 1)]


async def test_a_handler_cancelled_from_within_is_tried_again(queue: Queue) -> None:
    await queue.accept([a_job("a")])
    attempts: list[int] = []

    async def handle(job: Job) -> Answer:
        attempts.append(job.attempt)
        if job.attempt == 1:
            raise asyncio.CancelledError
        return Done()

    async with a_worker(queue, handle):
        await until_empty(queue)

    assert attempts == [1, 2]


async def test_a_caller_who_gave_up_waiting_has_its_job_run_all_the_same(queue: Queue) -> None:
    handler = Handler()
    async with a_worker(queue, handler):
        await queue.accept([a_job("first")])
        await until_empty(queue)
        await queue.accept([a_job("first")])  # by its commit the worker has gone to sleep again

        accepting = asyncio.create_task(queue.accept([a_job("a")]))
        await asyncio.sleep(0)
        accepting.cancel()
        await handler.saw(2)

    assert handler.keys == ["first", "a"]


async def test_a_job_that_can_never_be_kept_is_refused_and_its_neighbours_are_not(
    queue: Queue,
) -> None:
    with pytest.raises(ValueError, match="lane"):
        await queue.accept([a_job("a"), a_job("bad", lane="express"), a_job("b")])

    assert await queue.accept([a_job("a"), a_job("b"), a_job("bad")]) == {"bad"}


async def test_words_that_cannot_be_encoded_are_refused_and_their_neighbours_are_not(
    queue: Queue,
) -> None:
    calls = [[a_job("a")], [a_job("b"), a_job("bad", body="\ud800")], [a_job("c")]]

    told = await asyncio.gather(*map(queue.accept, calls), return_exceptions=True)

    assert [type(one) for one in told] == [set, ValueError, set]
    assert await queue.depth() == 3


async def test_a_job_too_large_to_keep_is_refused(queue: Queue) -> None:
    with pytest.raises(ValueError, match="body"):
        await queue.accept([a_job("a", body="x" * (64 << 20))])


async def test_depth_counts_what_waits_and_what_is_in_flight(queue: Queue) -> None:
    await queue.accept([a_job("a"), a_job("b")])
    under_way = asyncio.Event()
    go_on = asyncio.Event()

    async def handle(_: Job) -> Answer:
        under_way.set()
        await go_on.wait()
        return Done()

    async with a_worker(queue, handle, concurrency=1):
        await under_way.wait()
        assert await queue.depth() == 2
        go_on.set()
        await until_empty(queue)


async def test_the_figures_say_what_happened(queue: Queue) -> None:
    await queue.accept([a_job("a"), a_job("b"), a_job("c")])
    await queue.accept([a_job("a")])
    handler = Handler(b=[KeyError(), Later(0.01, "x"), Done()], c=Dead("x"))
    async with a_worker(queue, handler):
        await until_empty(queue)

    stats = await queue.stats()
    assert (stats.accepted, stats.duplicates, stats.settled) == (3, 1, 2)
    assert (stats.retried, stats.put_off, stats.parked, stats.depth) == (1, 1, 1, 0)
    assert stats.oldest_seconds == 0.0


async def test_the_age_of_the_oldest_job_grows(queue: Queue) -> None:
    await queue.accept([a_job("a")])

    async def has_aged() -> bool:
        return (await queue.stats()).oldest_seconds > 0.0

    await until(has_aged)


def test_every_registered_queue_is_tried_here() -> None:
    assert MAKERS.keys() == QUEUES.keys()
