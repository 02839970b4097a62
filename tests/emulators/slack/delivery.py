"""What Slack sends to the app: each with its attempts, its acknowledgement and the answer in it."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tests.emulators.slack.kinds import DeliveryKind, Json

if TYPE_CHECKING:
    from tests.emulators.slack.world import World


@dataclass
class Attempt:
    """One try at handing something over."""

    number: int
    """0 at first, then 1 to 3; given to the app as ``X-Slack-Retry-Num``."""
    reason: str = ""
    """Why it is tried again, in Slack's word: ``http_timeout``, ``connection_failed`` …"""
    missed: str = ""
    """Why this one failed; empty when it was acknowledged."""
    latency_s: float = 0.0
    """From sending to the acknowledgement."""
    status: int | None = None
    """The HTTP status, in HTTP mode."""
    headers: dict[str, str] = field(default_factory=dict)
    """The headers it went out with, in HTTP mode."""
    body: bytes = b""
    answer: Json | None = None


@dataclass(eq=False)
class Delivery:
    """One event, command or interaction on its way to the app."""

    kind: DeliveryKind
    payload: Json
    attempts: list[Attempt] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def acked(self) -> bool:
        return any(not attempt.missed for attempt in self.attempts)

    @property
    def missed(self) -> str:
        """Why the last attempt failed."""
        return self.attempts[-1].missed if self.attempts else "never sent"

    @property
    def latency_s(self) -> float:
        """From sending to acknowledgement, of the attempt that was acknowledged."""
        return next(one.latency_s for one in self.attempts if not one.missed)

    @property
    def answer(self) -> Json | None:
        """What the app said in its acknowledgement: a slash command's text, a form's errors."""
        return next((one.answer for one in self.attempts if one.answer), None)

    @property
    def event(self) -> Json:
        """The inner event of an ``events_api`` delivery."""
        event: Json = self.payload["event"]
        return event

    async def settled(self) -> "Delivery":
        """Wait until it is acknowledged or given up."""
        await self.over.wait()
        return self


class Transport(Protocol):
    """Socket Mode or HTTP."""

    async def carry(self, delivery: Delivery, attempt: Attempt, within: float) -> None:
        """Hand over once; fills in the attempt's ``missed``, ``answer`` and ``latency_s``."""


@dataclass
class PostOffice:
    """Sends to the app, again when it must, and remembers all of it."""

    world: "World"
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    """Seconds before each new attempt at an event: Slack's own; ``(0, 0, 0)`` in a hurry."""
    ack_within: float = 3.0
    """Seconds until an attempt counts as missed; also how long it waits for a connection."""
    deliveries: list[Delivery] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _held: list[Delivery] | None = None

    def send(self, kind: DeliveryKind, payload: Json) -> Delivery:
        delivery = Delivery(kind, payload)
        self.deliveries.append(delivery)
        if self._held is None:
            self._start(delivery)
        else:
            self._held.append(delivery)
        return delivery

    @contextmanager
    def holding(self) -> Iterator[list[Delivery]]:
        """Send nothing within the block; at its end, in the order the list has by then."""
        self._held = held = list[Delivery]()
        try:
            yield held
        finally:
            self._held = None
            for delivery in held:
                self._start(delivery)

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._carry(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def redeliver(
        self, delivery: Delivery, number: int = 1, reason: str = "http_timeout"
    ) -> Attempt:
        """The same thing once more, whatever became of it before; several may run at once."""
        attempt = Attempt(number, reason)
        delivery.attempts.append(attempt)
        await self._once(delivery, attempt)
        return attempt

    async def quiet(self) -> None:
        """Wait until nothing is on its way."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, delivery: Delivery) -> None:
        # Slack tries events again, never what a person waits for.
        pauses = self.retries if delivery.kind == "events_api" else ()
        reason = ""
        try:
            for number, pause in enumerate((0.0, *pauses)):
                await asyncio.sleep(pause)
                attempt = Attempt(number, reason)
                delivery.attempts.append(attempt)
                await self._once(delivery, attempt)
                if not (reason := attempt.missed) or reason == "no_retry":
                    break
        finally:
            delivery.over.set()
            self.world.stir()

    async def _once(self, delivery: Delivery, attempt: Attempt) -> None:
        attempt.missed = "on its way"
        await self.world.transport.carry(delivery, attempt, self.ack_within)
        self.world.stir()


def since(start: float) -> float:
    return time.perf_counter() - start
