"""Jobs and a worker for tests of the queue."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.jobs import Answer, Done, Job, Runner

PATIENCE = 10.0
"""Seconds a test waits for an event that should come at once."""


def a_job(key: str = "playground:home:lobby:1@0", body: str = "{}", lane: str = "live") -> Job:
    return Job(key=key, body=body, lane=lane)


async def is_done(_: Job) -> Answer:
    return Done()


class Handler:
    """Answers by key with what it was told, Done otherwise; remembers what it was handed."""

    def __init__(self, **answers: "Answer | Exception | list[Answer | Exception]") -> None:
        self.seen: list[Job] = []
        self._answers = answers
        self._changed = asyncio.Condition()

    @property
    def keys(self) -> list[str]:
        return [job.key for job in self.seen]

    async def __call__(self, job: Job) -> Answer:
        async with self._changed:
            self.seen.append(job)
            self._changed.notify_all()
        answer = self._answers.get(job.key, Done())
        if isinstance(answer, list):
            answer = answer[min(job_count(self.seen, job.key), len(answer)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def saw(self, times: int) -> None:
        """Wait until so many jobs were handed over in all."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(self.seen) >= times)


def job_count(jobs: list[Job], key: str) -> int:
    return sum(job.key == key for job in jobs)


@asynccontextmanager
async def a_worker(
    queue: Runner, handle: Callable[[Job], Awaitable[Answer]] = is_done, concurrency: int = 4
) -> AsyncIterator[asyncio.Event]:
    """A running ``serve``; on leaving it is stopped and has drained."""
    stop = asyncio.Event()
    serving = asyncio.create_task(queue.serve(handle, concurrency, stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await serving


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a state that no event announces, such as the end of a commit."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 - no event announces a commit
            await asyncio.sleep(0.005)


async def until_empty(queue: Runner) -> None:
    """Wait until nothing waits and nothing is in flight."""

    async def empty() -> bool:
        return await queue.depth() == 0

    await until(empty)
