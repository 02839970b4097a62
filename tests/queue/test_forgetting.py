"""What was set aside can be forgotten, and one person's posts taken out, without a trace."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.jobs import Answer, Dead, Job
from bot.queue.sqlite import SqliteQueue

T0 = 1_700_000_000.0


async def a_queue_with_one_parked(path: Path) -> SqliteQueue:
    queue = await SqliteQueue.open(path, clock=lambda: T0)
    await queue.accept([Job("a:b:c:canary-key@0", "canary-body")])
    stop = asyncio.Event()

    async def park(_: Job) -> Answer:
        stop.set()
        return Dead("no")

    await queue.serve(park, 1, stop)
    return queue


async def test_what_was_parked_long_ago_goes(tmp_path: Path) -> None:
    queue = await a_queue_with_one_parked(tmp_path / "q.db")

    gone = [
        await queue.forget_parked(datetime.fromtimestamp(T0 + offset, UTC)) for offset in (0, 1)
    ]

    assert (gone, await queue.parked()) == ([0, 1], [])
    assert (await queue.stats()).parked == 0
    await queue.close()


async def test_an_erased_job_stands_in_no_file(tmp_path: Path) -> None:
    queue = await a_queue_with_one_parked(tmp_path / "q.db")
    await queue.accept([Job("other@0", "{}")])

    gone = await queue.erase(lambda _, body: "canary" in body, [])
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240 - small

    assert (gone, await queue.depth(), b"canary" in on_disk) == (1, 1, False)
    await queue.close()
