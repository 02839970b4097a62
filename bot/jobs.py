"""What crosses the queue, how workers answer, and the queue's two halves.

Its conformance suite is ``tests/conformance/test_queues.py``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """The only thing that crosses the queue: small, JSON, versioned; a URL, never a picture."""

    key: str
    """``Message.key``: same ref and revision, same job."""
    body: str = field(repr=False)
    """The message as JSON, written by ``bot.queue.jobs.pack``."""
    attempt: int = 1
    """How often a worker took it, this time included."""
    lane: str = "live"
    """``live`` or ``backlog``; live jobs go first."""


@dataclass(frozen=True, slots=True)
class Done:
    """The job is finished; it will not come again."""


@dataclass(frozen=True, slots=True)
class Later:
    """Bring it again after so many seconds; it costs no attempt."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """Park it: it cannot succeed. It stays visible and can be driven again."""

    reason: str


Answer = Done | Later | Dead
Handler = Callable[[Job], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Parked:
    """A job that was set aside, for a person to look at."""

    job: Job
    """With the attempts it has had."""
    reason: str
    at: datetime


class Intake(Protocol):
    """Takes posts in, durably."""

    async def accept(self, jobs: Sequence[Job]) -> set[str]:
        """Commit the jobs and return the keys that were new. Safe to call twice.

        Raises:
            QueueFull: nothing was kept of the jobs that raise; the others were.
        """
        ...


class Runner(Protocol):
    """Hands jobs to workers until they are settled."""

    async def serve(self, handle: Handler, concurrency: int, stop: asyncio.Event) -> None:
        """Run until ``stop`` is set, then finish what is in flight and return.

        A handler that raises is retried with backoff and parked after three attempts; a job
        that was in flight when the process died is taken again at the next start, and parked
        when it has been taken three times.
        """
        ...

    async def parked(self) -> Sequence[Parked]:
        """Every parked job, newest first."""
        ...

    async def redrive(self, key: str) -> bool:
        """Let a parked job be tried again, its attempts forgotten; False if it is not parked."""
        ...

    async def depth(self) -> int:
        """How many jobs wait or are in flight."""
        ...
