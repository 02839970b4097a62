"""Staying within what Slack takes: waiting as it says, and one post a second and channel.

Limits: docs.slack.dev/apis/web-api/rate-limits.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from adapters.slack.errors import retry_after
from bot.errors import PlatformUnavailable

Sleep = Callable[[float], Awaitable[None]]

GAP = timedelta(seconds=1)
"""Between two posts in one channel."""
PATIENCE_S = 5.0
"""Waited for on the spot; what takes longer is brought again by the queue. Chosen by eye."""
_TOO_MANY = 429
_TRIES = 3


class WaitAsTold(AsyncRetryHandler):
    """Repeats what was refused with 429, after exactly the time Slack asks for."""

    def __init__(self, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(max_retry_count=_TRIES)
        self._sleep = sleep

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the library's shape
        request: HttpRequest,  # noqa: ARG002 - the same
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002 - the same
    ) -> bool:
        if response is None or response.status_code != _TOO_MANY:
            return False
        wait = retry_after(dict(response.headers))
        return wait is not None and wait <= PATIENCE_S

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,  # noqa: ARG002 - the library's shape
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002 - the same
    ) -> None:
        """Wait, and say that it is to be sent again."""
        state.next_attempt_requested = True
        await self._sleep((retry_after(dict(response.headers)) if response else None) or 1.0)
        state.increment_current_attempt()


class Pace:
    """Lets each channel's posts through one by one."""

    def __init__(
        self,
        gap: timedelta = GAP,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._gap = gap.total_seconds()
        self._clock = clock
        self._sleep = sleep
        self._free: dict[str, float] = {}

    async def turn(self, channel: str) -> None:
        """Wait for the channel to be free.

        Raises:
            PlatformUnavailable: so much is waiting already that it is better to come again.
        """
        now = self._clock()
        self._free = {name: at for name, at in self._free.items() if at > now}
        at = max(now, self._free.get(channel, now))
        if at - now > PATIENCE_S:
            raise PlatformUnavailable(
                "Slack takes one post a second in a channel.", retry_after=at - now
            )
        self._free[channel] = at + self._gap
        if at > now:
            await self._sleep(at - now)
