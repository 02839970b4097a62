"""Sending what may be sent only once: every attempt is built, dated and signed anew.

``Http.send`` repeats the same bytes, and a receiver that watches for replays would refuse the
second. The waits are those of ``analysis.http``.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import httpx

from analysis.deadline import left
from analysis.errors import ProviderUnavailable
from analysis.http import PATIENCE, RETRYABLE, Http, Refused, Reply, backoff, retry_after
from analysis.providers.provider import Options, Tools

Answered = TypeVar("Answered")


class Later(ProviderUnavailable):
    """Worth trying again, after ``retry_after`` seconds where the vendor named some."""


class Resender:
    """Builds, sends and reads until it is answered, at most ``retries`` times more."""

    def __init__(
        self, tools: Tools, provider: str, options: Options, *, paid: bool, retries: int = 2
    ) -> None:
        """``paid``: what was sent and not answered may have been billed, so it is not repeated."""
        self._http = Http(tools.client, provider, timeout_s=options.timeout_s, retries=0)
        self._tools = tools
        self._provider = provider
        self._paid = paid
        self._retries = retries

    async def send(
        self, build: Callable[[], httpx.Request], read: Callable[[Reply], Answered]
    ) -> Answered:
        """``read`` is given every answer, whatever its status, and raises ``Later`` to go on.

        Raises:
            ProviderUnavailable: not answered, or asked to come later than we wait.
        """
        for attempt in range(self._retries + 1):
            try:
                return read(await self._once(build()))
            except Later as exc:
                pause = backoff(attempt) if exc.retry_after is None else exc.retry_after
                if attempt == self._retries or pause > PATIENCE or pause >= left():
                    raise
            await self._tools.sleep(pause)
        raise AssertionError("the loop returns or raises")

    async def _once(self, request: httpx.Request) -> Reply:
        try:
            return await self._http.send(request, worth_retrying=lambda _: False)
        except Refused as exc:
            return exc.reply
        except ProviderUnavailable as exc:
            if self._paid and not isinstance(
                exc.__cause__, httpx.ConnectError | httpx.ConnectTimeout
            ):
                raise
            raise Later(str(exc), provider=self._provider) from exc


def settled(reply: Reply, provider: str, now: datetime) -> Reply:
    """The reply, if its status says that it answers.

    Raises:
        Later: a status that may pass.
        Refused: any other.
    """
    if reply.status in RETRYABLE:
        asked = retry_after(reply, now)
        raise Later(f"HTTP {reply.status}", provider=provider, retry_after=asked)
    if reply.status >= 300:  # noqa: PLR2004 - HTTP's own boundary
        raise Refused(reply, provider=provider)
    return reply
