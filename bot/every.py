"""What is done again and again beside the work. Trouble of ours is logged, and ends nothing."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from bot.errors import BotError
from bot.log import logger

_log = logger("beside")


async def every(
    seconds: float, turn: Callable[[], Awaitable[object]], stop: asyncio.Event, trouble: str
) -> None:
    """Take a turn at once and every so many seconds until told to stop.

    A turn that fails with an error of ours is logged under the name ``trouble``, such as
    ``digests.failed``.
    """
    while not stop.is_set():
        try:
            await turn()
        except BotError as exc:
            _log.error(trouble, error=str(exc))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
