"""Deadlines that hold even against work that will not be cancelled, and that work can ask about."""

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar
from datetime import timedelta
from math import inf
from typing import TypeVar

from analysis.errors import AnalysisError

T = TypeVar("T")

_GRACE = 0.1
"""Seconds that cancelled work is given to tidy up before it is left to itself (by eye)."""

_ends: ContextVar[float] = ContextVar("ends")
"""By the loop's clock, when the innermost deadline around the running work ends."""

_left_behind: set[asyncio.Task[object]] = set()
"""The loop holds tasks weakly; these are kept until they end."""


async def within(work: Coroutine[object, object, T], limit: timedelta) -> T:
    """Await the work for at most ``limit``, plus a tenth of a second for it to tidy up.

    Raises:
        TimeoutError: it was not done in time; it was cancelled, and is not waited for.
        AnalysisError: it cancelled itself, which says nothing about us.
        Whatever the work raises.
    """
    before = _ends.set(asyncio.get_running_loop().time() + min(limit.total_seconds(), left()))
    try:
        task = asyncio.create_task(work)
    finally:
        _ends.reset(before)
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


def left() -> float:
    """Seconds until the running work's deadline; infinity where it has none."""
    ends = _ends.get(None)
    return inf if ends is None else max(0.0, ends - asyncio.get_running_loop().time())


def _leave(task: asyncio.Task[T]) -> None:
    task.cancel()
    _left_behind.add(task)
    task.add_done_callback(_buried)


def _buried(task: asyncio.Task[T]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, so that the loop does not complain of it
