"""What every queue is to the rest of the application: intake, runner, figures, an end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from bot.jobs import Intake, Runner


@dataclass(frozen=True, slots=True)
class QueueStats:
    """What a queue has done since it was opened, and how it stands now."""

    accepted: int = 0
    """New jobs committed."""
    duplicates: int = 0
    """Jobs that were handed in again and changed nothing."""
    settled: int = 0
    """Jobs finished."""
    retried: int = 0
    """Times a handler raised and the job was put back for another attempt."""
    put_off: int = 0
    """Times a handler asked for ``Later``."""
    parked: int = 0
    """Jobs parked now; a gauge, as are the two below."""
    depth: int = 0
    """Jobs that wait or are in flight now."""
    oldest_seconds: float = 0.0
    """How long ago the oldest of them was accepted; 0 when there is none."""


class Queue(Intake, Runner, Protocol):
    """A durable queue: both halves, and what its owner needs."""

    @classmethod
    async def from_url(cls, url: str) -> Self:
        """Open the queue that a ``[queue] url`` names.

        Raises:
            Misconfigured: the URL names nothing that can be opened.
            EnvironmentFailed: it cannot be opened, or another process has it.
        """
        ...

    async def stats(self) -> QueueStats:
        """Figures for the metrics page."""
        ...

    async def trouble(self) -> str | None:
        """Why nothing can be accepted now, in words for whoever runs it; None when it can.

        Where the last post could not be kept, this tries to write, so that it ends by itself.
        """
        ...

    async def close(self) -> None:
        """Let go of everything. What was accepted stays."""
        ...

    async def forget_parked(self, before: datetime) -> int:
        """Delete jobs that were set aside before then, with their bodies; how many."""
        ...

    async def erase(self, unwanted: Callable[[str, str], bool], keys: Sequence[str]) -> int:
        """Delete every job whose key and body are ``unwanted``, and the keys of settled jobs.

        ``keys`` are refs as ``str`` writes them. Not to be called while ``serve`` runs. Returns
        how many jobs went.
        """
        ...
