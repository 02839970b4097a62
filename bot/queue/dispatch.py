"""Hands jobs from the shelf to workers, and puts what becomes of them back on it."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import PurePath
from traceback import extract_tb
from typing import Protocol

import structlog

from analysis.errors import AnalysisError
from bot.errors import BotError, QueueFull
from bot.jobs import Answer, Dead, Done, Handler, Later
from bot.queue.jobs import UnreadableJob
from bot.queue.rows import MOST_ATTEMPTS, Taken

_log = structlog.get_logger("bifocal.queue")

FIRST_RETRY_SECONDS = 1.0
"""Chosen by eye; the second wait is twice as long."""
TROUBLE_SECONDS = 1.0
"""How long to wait after the queue itself could not be read or written."""
BACKLOG_TURN = 8
"""Of so many jobs taken, one is from the backlog, however many live ones wait. By eye."""


class Shelf(Protocol):
    """The durable rows, as the dispatcher needs them. Every method may raise ``QueueFull``."""

    async def take(
        self, backlog_first: int, most: int, backlog_most: int, *, suspect: bool
    ) -> "tuple[list[Taken], float | None]":
        """Take up to ``most`` jobs; also the seconds until the next one is due, if one waits."""
        ...

    async def settle(self, taken: Taken) -> None:
        """Finish it."""
        ...

    async def put_off(self, taken: Taken, seconds: float, reason: str) -> None:
        """Bring it again later; it costs no attempt."""
        ...

    async def retry(self, taken: Taken, seconds: float, reason: str) -> None:
        """Bring it again later; the attempt counts."""
        ...

    async def park(self, taken: Taken, reason: str) -> None:
        """Set it aside."""
        ...

    async def release(self, taken: Sequence[Taken]) -> None:
        """Give back what was taken and not finished."""
        ...


def backoff(attempt: int) -> float:
    """Seconds to wait after the ``attempt``-th failure: doubling, spread so that many part ways."""
    spread = random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret
    return FIRST_RETRY_SECONDS * float(2 ** (attempt - 1)) * spread


class Dispatcher:
    """One run of ``serve``: takes no more than can be worked on, live before backlog.

    Holding a job costs it an attempt should the process die, so nothing is taken ahead. Jobs
    that were in flight when the process last died run one at a time: one of them may be what
    killed it, and the others must not be blamed with it.
    """

    def __init__(
        self,
        shelf: Shelf,
        handle: Handler,
        concurrency: int,
        wake: asyncio.Event,
        retry_after: Callable[[int], float] = backoff,
    ) -> None:
        self._shelf = shelf
        self._handle = handle
        self._concurrency = concurrency
        # Live posts must find a worker soon even while a backlog is worked off.
        self._backlog_most = max(1, concurrency * 3 // 4)
        self._wake = wake
        self._retry_after = retry_after
        self._running: dict[asyncio.Task[None], Taken] = {}
        self._unfinished: list[Taken] = []
        self._cancelled = False
        self._broken: BaseException | None = None
        self._turn = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``, then finish what is in flight. Cancelled: give it back."""
        stopped = asyncio.create_task(stop.wait())
        stopped.add_done_callback(lambda _: self._wake.set())
        try:
            while not stop.is_set() and self._broken is None:
                await self._round()
            while self._running:
                await asyncio.wait(self._running)
        finally:
            stopped.cancel()
            await self._give_back()
        if self._broken is not None:
            raise self._broken

    async def _round(self) -> None:
        self._wake.clear()
        wait: float | None = None
        if free := self._concurrency - len(self._running):
            try:
                wait = await self._fill(free)
            except QueueFull as exc:
                _log.warning("queue_trouble", reason=str(exc))
                wait = TROUBLE_SECONDS
        await self._sleep(wait)

    async def _fill(self, free: int) -> float | None:
        """Start up to ``free`` jobs; return how long to wait for more, None until woken."""
        in_hand = self._running.values()
        backlog_free = self._backlog_most - sum(t.job.lane == "backlog" for t in in_hand)
        turns = (self._turn + free) // BACKLOG_TURN - self._turn // BACKLOG_TURN
        suspect = not any(t.suspect for t in in_hand)
        request = asyncio.ensure_future(
            self._shelf.take(min(turns, backlog_free), free, backlog_free, suspect=suspect)
        )
        try:
            taken, wait = await asyncio.shield(request)
        except asyncio.CancelledError:
            # The rows may be taken already; nobody else would ever give them back.
            with suppress(QueueFull):
                self._unfinished += (await request)[0]
            raise
        self._turn += len(taken)
        for one in taken:
            self._start(one)
        full = len(self._running) >= self._concurrency
        return None if full else wait

    def _start(self, taken: Taken) -> None:
        task = asyncio.create_task(self._work(taken), name=f"job {taken.job.key}")
        self._running[task] = taken
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = error
        self._wake.set()

    async def _sleep(self, seconds: float | None) -> None:
        timer = None
        if seconds is not None:
            timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._wake.set)
        await self._wake.wait()
        if timer is not None:
            timer.cancel()

    async def _work(self, taken: Taken) -> None:
        try:
            answer = await self._answer(taken)
            await self._record(taken, answer)
        except asyncio.CancelledError:
            self._unfinished.append(taken)
            raise

    async def _answer(self, taken: Taken) -> Answer | Exception:
        try:
            answer = await self._handle(taken.job)
        except UnreadableJob as exc:
            return Dead(str(exc))
        except asyncio.CancelledError:
            if self._cancelled:
                raise
            # Something inside the handler was cancelled, not we.
            return RuntimeError("the handler was cancelled from within")
        except Exception as exc:  # noqa: BLE001 - whatever it is, the job is not lost with it
            return exc
        if not isinstance(answer, Done | Later | Dead):
            return TypeError(f"the handler answered {type(answer).__name__}")
        return answer

    async def _record(self, taken: Taken, answer: Answer | Exception) -> None:
        """Write what became of a job, as often as it takes: losing it would judge it twice."""
        delay = 0.1
        while True:
            try:
                return await self._write(taken, answer)
            except QueueFull as exc:
                _log.warning("queue_trouble", key=taken.job.key, reason=str(exc))
            await asyncio.sleep(delay)
            delay = min(2 * delay, 5.0)

    async def _write(self, taken: Taken, answer: Answer | Exception) -> None:
        match answer:
            case Done():
                await self._shelf.settle(taken)
            case Later(seconds, reason):
                await self._shelf.put_off(taken, seconds, reason)
            case Dead(reason):
                await self._park(taken, reason)
            case Exception() if taken.job.attempt >= MOST_ATTEMPTS:
                await self._park(taken, f"failed {taken.job.attempt} times: {describe(answer)}")
            case Exception():
                reason = describe(answer)
                await self._shelf.retry(taken, self._retry_after(taken.job.attempt), reason)
                _log.warning(
                    "job_failed", key=taken.job.key, attempt=taken.job.attempt, reason=reason
                )

    async def _park(self, taken: Taken, reason: str) -> None:
        await self._shelf.park(taken, reason)
        _log.error("job_parked", key=taken.job.key, attempt=taken.job.attempt, reason=reason)

    async def _give_back(self) -> None:
        self._cancelled = True
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._unfinished:
            try:
                await self._shelf.release(self._unfinished)
            except BotError as exc:  # the next start finds them in flight and tries them again
                _log.warning("queue_trouble", reason=str(exc))


def describe(exc: BaseException) -> str:
    """What failed and where, without a foreign error's words: they may quote the post."""
    if isinstance(exc, AnalysisError | BotError):
        return f"{type(exc).__name__}: {exc}"
    frames = extract_tb(exc.__traceback__)
    where = f" in {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(exc).__name__}{where}"
