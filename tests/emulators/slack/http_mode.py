"""HTTP mode: signed requests to the app's own URL, honest and forged."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp

from tests.emulators.slack.delivery import Attempt, Delivery, since
from tests.emulators.slack.kinds import DeliveryKind, Json
from tests.emulators.slack.signing import HONEST, Forgery

if TYPE_CHECKING:
    from tests.emulators.slack.world import World

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Replied:
    """What the app answered to one request."""

    status: int
    text: str
    headers: dict[str, str]


class HttpMode:
    """Slack's side of the Events API over HTTP; one URL for events, commands and buttons."""

    def __init__(self, world: "World", url: str) -> None:
        self.world, self.url = world, url
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        await self._session.close()

    async def verify(self) -> None:
        """The handshake when the URL is entered in the app's settings.

        Raises:
            AssertionError: the app did not give the challenge back.
        """
        challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
        token = self.world.app.verification_token
        asked = {"token": token, "challenge": challenge, "type": "url_verification"}
        reply = await self.request("events_api", asked)
        assert reply.status == 200, f"url_verification was answered {reply.status}"
        assert challenge in reply.text, "the challenge did not come back"

    async def request(
        self,
        kind: DeliveryKind,
        payload: Json,
        forgery: Forgery = HONEST,
        headers: dict[str, str] | None = None,
    ) -> Replied:
        """One request, signed (or forged) now; whatever the app answers."""
        body, media_type = _encoded(kind, payload)
        world = self.world
        stamps, body = forgery.apply(world.app.signing_secret, world.ids.now(), body)
        sent = {"Content-Type": media_type, "User-Agent": "Slackbot 1.0", **stamps}
        return await self.raw(body, sent | (headers or {}))

    async def raw(self, body: bytes, headers: dict[str, str]) -> Replied:
        """Bytes as they are: the same request twice is this, twice."""
        async with self._session.post(
            self.url, data=body, headers=headers, allow_redirects=False
        ) as reply:
            return Replied(reply.status, await reply.text(), dict(reply.headers))

    async def carry(self, delivery: Delivery, attempt: Attempt, within: float) -> None:
        again = {
            "X-Slack-Retry-Num": str(attempt.number),
            "X-Slack-Retry-Reason": attempt.reason,
        }
        body, media_type = _encoded(delivery.kind, delivery.payload)
        world = self.world
        stamps, body = HONEST.apply(world.app.signing_secret, world.ids.now(), body)
        attempt.headers = {"Content-Type": media_type, "User-Agent": "Slackbot 1.0", **stamps}
        attempt.headers |= again if attempt.number else {}
        attempt.body = body
        start = time.perf_counter()
        try:
            async with asyncio.timeout(within):
                reply = await self.raw(body, attempt.headers)
        except TimeoutError:
            attempt.missed = "http_timeout"
        except aiohttp.ClientError:
            attempt.missed = "connection_failed"
        else:
            attempt.latency_s, attempt.status = since(start), reply.status
            attempt.missed, attempt.answer = _read(reply)


def _encoded(kind: DeliveryKind, payload: Json) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}).encode(), _FORM
    return urlencode(payload).encode(), _FORM


def _read(reply: Replied) -> tuple[str, Json | None]:
    if not 200 <= reply.status < 300:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return "no_retry" if headers.get("x-slack-no-retry") == "1" else "http_error", None
    if not reply.text:
        return "", None
    try:
        answer = json.loads(reply.text)
    except ValueError:
        return "", {"text": reply.text}
    return "", answer if isinstance(answer, dict) else {"text": reply.text}
