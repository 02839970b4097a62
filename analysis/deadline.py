"""Deadlines that hold even against work that will not be cancelled."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import TypeVar

from analysis.errors import AnalysisError

T = TypeVar("T")

_GRACE = 0.1
"""Seconds that cancelled work is given to tidy up before it is left to itself (by eye)."""

_left_behind: set[asyncio.Task[object]] = set()
"""The loop holds tasks weakly; these are kept until they end."""


async def within(work: Coroutine[object, object, T], limit: timedelta) -> T:
    """Await the work for at most ``limit``, plus a tenth of a second for it to tidy up.

    Raises:
        TimeoutError: it was not done in time; it was cancelled, and is not waited for.
        AnalysisError: it cancelled itself, which says nothing about us.
        Whatever the work raises.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=limit.total_seconds())
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_GRACE)
            raise TimeoutError(f"no answer within {limit.total_seconds():g} s")
    finally:
        if not task.done():
            _leave(task)
    if task.cancelled():
        raise AnalysisError("it was cancelled from within")
    return task.result()


def _leave(task: asyncio.Task[T]) -> None:
    task.cancel()
    _left_behind.add(task)
    task.add_done_callback(_buried)


def _buried(task: asyncio.Task[T]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, so that the loop does not complain of it
