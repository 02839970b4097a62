"""Tells webhooks what was done: signed, through the outbox, again and again until received.

A request carries ``Bifocal-Delivery`` (the same on every repetition), ``Bifocal-Timestamp`` (Unix
seconds), ``Bifocal-Nonce`` (new on every attempt) and ``Bifocal-Signature``, which is ``v1=`` and
the hex HMAC-SHA256, under the webhook's secret, of timestamp, nonce and body joined by dots. A
receiver checks the signature, refuses old timestamps and nonces it knows, and ignores deliveries
it has handled.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import httpx

from analysis.dialling import dialled
from bot.config.tables import Webhook
from bot.errors import EnvironmentFailed, NotPermitted
from bot.house import Delivery
from bot.log import logger
from bot.model import Mode
from bot.storage.outbox import OutboxStore, Waiting

SCHEMA = "bifocal.webhook/1"
FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=1)
"""Doubling from the first wait to the longest; all three chosen by eye."""
TIMEOUT_S = 10.0
IDLE_S = 30.0
AT_ONCE = 16
_GONE = 410
_log = logger("webhooks")


class Webhooks:
    """Implements ``bot.ports.Outbox``, and delivers what it took."""

    def __init__(
        self,
        options: Mapping[str, Webhook],
        store: OutboxStore,
        clock: Callable[[], datetime],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._options = options
        self._store = store
        self._clock = clock
        self._transport = transport
        self._wake = asyncio.Event()

    async def put(self, delivery: Delivery) -> None:
        """Commit it.

        Raises:
            NotPermitted: no webhook of that name is set up.
        """
        options = self._options.get(delivery.webhook)
        if options is None:
            raise NotPermitted(f"the settings have no [webhooks.{delivery.webhook}]")
        name = delivery_id(delivery.nonce)
        body = json.dumps(payload(delivery, include_text=options.include_text))
        await self._store.put(name, delivery.webhook, delivery.message.ref, body)
        self._wake.set()

    async def holds(self, nonce: str) -> bool:
        """Whether a delivery of this nonce was ever committed."""
        return await self._store.holds(delivery_id(nonce))

    async def troubled(self) -> Sequence[Waiting]:
        """Deliveries that were given up, then those that failed so far."""
        return await self._store.troubled()

    async def parked(self) -> int:
        """How many deliveries were given up."""
        return await self._store.parked()

    async def retry(self, delivery: str, *, by: str) -> bool:
        """Try a parked delivery again at once; False where none of that name is parked."""
        done = await self._store.redrive(delivery, by)
        self._wake.set()
        return done

    async def drop(self, delivery: str, *, by: str) -> bool:
        """A parked delivery is not to be sent; False where none of that name is parked."""
        return await self._store.drop(delivery, by)

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver what is due, until told to stop."""
        async with self.client() as http:
            while not stop.is_set():
                self._wake.clear()
                try:
                    await self.deliver(http)
                    wait = await self._seconds_left()
                except EnvironmentFailed as exc:
                    _log.error("webhooks.stuck", error=str(exc))
                    wait = FIRST.total_seconds()
                await _first_of(stop, self._wake, wait)

    def client(self) -> httpx.AsyncClient:
        """What requests are sent with.

        Proxies of the environment are not asked, and no redirect carries the body elsewhere.
        """
        return httpx.AsyncClient(
            transport=self._transport or dialled()(),
            timeout=TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
        )

    async def deliver(self, http: httpx.AsyncClient) -> None:
        """One attempt at each delivery that is due."""
        while due := await self._store.due(AT_ONCE):
            await asyncio.gather(*(self._attempt(http, waiting) for waiting in due))

    async def _attempt(self, http: httpx.AsyncClient, waiting: Waiting) -> None:
        options = self._options.get(waiting.webhook)
        if options is None:
            await self._park(waiting, "the settings have it no more")
            return
        try:
            # The answer's body is of no interest and may be endless: it is not read.
            async with http.stream(
                "POST",
                options.url,
                content=waiting.body.encode(),
                headers=self._headers(waiting, options),
            ) as answer:
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            await self._again(waiting, type(exc).__name__)
            return
        if 200 <= status < 300:  # noqa: PLR2004 - HTTP's successes
            await self._store.delivered(waiting.delivery)
        elif status == _GONE:
            await self._park(waiting, "it answered 410 Gone")
        else:
            await self._again(waiting, f"it answered {status}")

    async def _again(self, waiting: Waiting, reason: str) -> None:
        now = self._clock()
        wait = min(FIRST * 2 ** min(waiting.attempts, 20), LONGEST)
        if now + wait - waiting.at > GIVEN_UP_AFTER:
            await self._park(waiting, reason)
        else:
            await self._store.later(waiting.delivery, now + wait, reason)

    async def _park(self, waiting: Waiting, reason: str) -> None:
        _log.error(
            "webhook.parked", webhook=waiting.webhook, delivery=waiting.delivery, reason=reason
        )
        await self._store.park(waiting.delivery, reason)

    def _headers(self, waiting: Waiting, options: Webhook) -> dict[str, str]:
        timestamp, nonce = str(int(self._clock().timestamp())), secrets.token_hex(16)
        secret = options.secret.get_secret_value()
        return {
            "Content-Type": "application/json",
            "User-Agent": "Bifocal",
            "Bifocal-Delivery": waiting.delivery,
            "Bifocal-Timestamp": timestamp,
            "Bifocal-Nonce": nonce,
            "Bifocal-Signature": signature(secret, timestamp, nonce, waiting.body),
        }

    async def _seconds_left(self) -> float:
        due = await self._store.next_due()
        if due is None:
            return IDLE_S
        return min(IDLE_S, max(0.0, (due - self._clock()).total_seconds()))


def delivery_id(nonce: str) -> str:
    """A delivery's name outside: the same for the same action of the same judgement."""
    return hashlib.sha256(nonce.encode()).hexdigest()[:32]


def signature(secret: str, timestamp: str, nonce: str, body: str) -> str:
    """What ``Bifocal-Signature`` says of a request."""
    signed = f"{timestamp}.{nonce}.{body}".encode()
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def payload(delivery: Delivery, *, include_text: bool) -> dict[str, object]:
    """A delivery as JSON. Without ``include_text`` not a word of the post is in it."""
    message, record = delivery.message, delivery.record
    told: dict[str, object] = {
        "schema": SCHEMA,
        "event": delivery.event,
        "delivery": delivery_id(delivery.nonce),
        "ref": message.ref._asdict(),
        "revision": message.revision,
        "author_id": message.author.id,
        "sent_at": message.sent_at.isoformat(),
    }
    if record is not None:
        told |= {
            "judged_at": record.judged_at.isoformat(),
            "rules": [one.rule for one in record.verdict.matched if one.mode is Mode.LIVE],
            "explanation": record.verdict.explanation,
            "policy_version": record.verdict.policy_version,
            "scores": {str(name): score for name, score in record.assessment.scores.items()},
            "media": [one.sha256 for one in record.assessment.media if one is not None],
            "complete": record.assessment.complete,
            "outcomes": [
                {"action": one.action, "status": one.status.value} for one in delivery.done
            ],
        }
    if include_text:
        told["text"] = message.text
    return told


async def _first_of(one: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in (one, other)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
