"""One way to call a vendor: deadlines, bounded replies, polite retries, typed trouble.

The retry policy is one that every vendor's documentation allows: 408, 429, 500, 502, 503, 504 and
broken connections are tried again after what the vendor asked for (never more than ``PATIENCE``),
else after 0.5 s doubling to 8 s with jitter. Nothing else is. A reply that is not JSON is garbled.
"""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from analysis.deadline import left
from analysis.errors import ProviderGarbled, ProviderRejected, ProviderUnavailable

RETRYABLE = frozenset({408, 429, 500, 502, 503, 504})
_CLOSED = frozenset({401, 402, 403, 404})
"""A bad key, no money, no permission, no such model: true of every post, not of this one."""
PATIENCE = 120.0
"""Seconds a vendor may ask us to wait; beyond it the post waits in the queue instead."""
MAX_REPLY = 10 << 20
"""Bytes of a reply. No documented answer comes near it; chosen by eye."""
_GOOGLE_DELAY = re.compile(r"^(\d{1,9}(?:\.\d{1,9})?)s$")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a vendor answered, whole and bounded."""

    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)

    def json(self, provider: str) -> Any:
        """The body as JSON: no NaN, no infinity, no duplicate keys.

        Raises:
            ProviderGarbled: it is none.
        """
        try:
            return strict_json(self.body)
        except (ValueError, RecursionError) as exc:
            raise ProviderGarbled(
                f"HTTP {self.status} with a body of {len(self.body)} bytes that is not JSON",
                provider=provider,
            ) from exc


def strict_json(text: str | bytes) -> Any:
    """Parse JSON that has no NaN, no infinity and no key twice.

    Raises:
        ValueError, RecursionError: it is none.
    """
    return json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique, parse_float=_finite)


class Refused(ProviderRejected):
    """The vendor said no for good; by ``reply`` a provider tells a block from a bad key."""

    def __init__(self, reply: Reply, *, provider: str) -> None:
        lasting = reply.status in _CLOSED
        super().__init__(f"HTTP {reply.status}", provider=provider, lasting=lasting)
        self.reply = reply


Sleep = Callable[[float], Awaitable[None]]


class Http:
    """A vendor's endpoint as one provider calls it."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        provider: str,
        *,
        timeout_s: float = 20.0,
        retries: int = 2,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._provider = provider
        self._timeout = timeout_s
        self._retries = retries
        self._sleep = sleep
        self._now = now

    async def send(
        self,
        request: httpx.Request,
        *,
        worth_retrying: Callable[[Reply], bool] = lambda _: True,
    ) -> Reply:
        """Send until it is answered; redirects are not followed, so no header leaks by one.

        ``worth_retrying`` is asked about a retryable status, since some mean never: a used-up
        quota is a 429 that no waiting mends.

        Raises:
            ProviderUnavailable: it did not answer, or asked us to come later.
            Refused: it answered with a status that retrying cannot change.
        """
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            try:
                reply = await self._once(request)
            except ProviderUnavailable:
                pause = backoff(attempt)
                if last or pause >= left():
                    raise
                await self._sleep(pause)
                continue
            if reply.status < 300:  # noqa: PLR2004 - HTTP's own boundary
                return reply
            if reply.status not in RETRYABLE or not worth_retrying(reply):
                raise Refused(reply, provider=self._provider)
            asked = retry_after(reply, self._now())
            pause = backoff(attempt) if asked is None else asked
            # A wait that our own deadline would cut short is left to who may wait: the queue.
            if last or pause > PATIENCE or pause >= left():
                raise ProviderUnavailable(
                    f"HTTP {reply.status}", provider=self._provider, retry_after=asked
                )
            await self._sleep(pause)
        raise AssertionError("the loop returns or raises")

    async def _once(self, request: httpx.Request) -> Reply:
        request.headers.setdefault("accept-encoding", "identity")
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.send(request, stream=True, follow_redirects=False)
                try:
                    return Reply(response.status_code, response.headers, await self._body(response))
                finally:
                    await response.aclose()
        except TimeoutError as exc:
            raise ProviderUnavailable(
                f"no answer within {self._timeout:g} s", provider=self._provider
            ) from exc
        except httpx.ConnectError as exc:
            # Of all httpx's messages these alone tell something, and none of what was sent.
            raise ProviderUnavailable(f"no connection: {exc}", provider=self._provider) from exc
        except httpx.HTTPError as exc:
            raise ProviderUnavailable(type(exc).__name__, provider=self._provider) from exc

    async def _body(self, response: httpx.Response) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ProviderGarbled("a compressed reply nobody asked for", provider=self._provider)
        body = bytearray()
        # Nothing is inflated here: an encoded body was refused above.
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_REPLY:
                raise ProviderGarbled(f"more than {MAX_REPLY} bytes", provider=self._provider)
        return bytes(body)


def retry_after(reply: Reply, now: datetime) -> float | None:
    """Seconds the vendor asked us to wait, in any of the documented forms; None where it did not.

    ``retry-after-ms``, ``Retry-After`` in seconds or as a date, and Google's ``RetryInfo``, in this
    order; what cannot be read, or names no time to come, does not hide the next.
    """
    milliseconds = _number(reply.headers.get("retry-after-ms", ""))
    header = reply.headers.get("retry-after", "").strip()
    wishes = (
        None if milliseconds is None else milliseconds / 1000,
        _number(header),
        _until(header, now),
        _google(reply.body),
    )
    # None of them may mean "at once, and again": a wish without a wait is no wish.
    return next((wish for wish in wishes if wish), None)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", text.strip()) else None


def _until(date: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(date)
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        return max(0.0, (then - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def _google(body: bytes) -> float | None:
    """``error.details[].retryDelay``, such as ``"34s"``; the body may be a list of one."""
    try:
        answer = json.loads(body)
        answer = answer[0] if isinstance(answer, list) else answer
        delays = [detail.get("retryDelay", "") for detail in answer["error"]["details"]]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return None
    found = [_GOOGLE_DELAY.match(str(delay)) for delay in delays]
    return next((float(match.group(1)) for match in found if match), None)


def backoff(attempt: int) -> float:
    """Seconds: 0.5, 1, 2 … 8, each up to a quarter shorter, as OpenAI's own client waits."""
    return float(min(8.0, 0.5 * 2**attempt) * (1 - 0.25 * random.random()))  # noqa: S311 - jitter


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number beyond all floats")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made
