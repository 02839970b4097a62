"""The durable queue between what arrives and what is judged. The dict is the list."""

from typing import cast

from analysis.registry import load
from bot.errors import Misconfigured
from bot.queue.port import Queue, QueueStats

QUEUES: dict[str, str] = {
    "sqlite": "bot.queue.sqlite:SqliteQueue",
}
"""By the scheme of ``[queue] url``."""

__all__ = ["QUEUES", "Queue", "QueueStats", "open_queue"]


async def open_queue(url: str) -> Queue:
    """Open the queue a URL names, such as ``sqlite:///data/inbox.db``.

    Raises:
        Misconfigured: no queue has this scheme.
        EnvironmentFailed: it cannot be opened, or another process has it.
    """
    scheme = url.partition("://")[0]
    if scheme not in QUEUES:
        known = ", ".join(f"{name}://" for name in QUEUES)
        raise Misconfigured(f"[queue] url begins with {scheme!r}; this Bifocal knows {known}")
    kind = cast("type[Queue]", load(QUEUES, scheme))
    return await kind.from_url(url)
