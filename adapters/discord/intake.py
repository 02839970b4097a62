"""From events to the queue: in order, in batches, and only so many waiting at once.

What waits here was received and is not yet committed; where too much waits, the socket is not
read on, and Discord keeps the rest.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from adapters.discord.api import Payload
from adapters.discord.events import Malformed
from adapters.discord.session import Heard
from bot.errors import Gone, NotPermitted, PlatformUnavailable, QueueFull
from bot.log import logger
from bot.model import Message
from bot.ports import Accept

WAITING = 1000
"""Events that may wait; the socket is read on when there is room again."""
BATCH = 100
"""Messages in one commit."""
KNOWN = 10_000
"""Newest revisions that are remembered, so that an update of no matter costs nothing."""
TRIES = 3
"""How often a message that cannot be read now is tried before those behind it come first."""

_log = logger("discord.intake")


@dataclass(frozen=True, slots=True)
class Event:
    """A message that came, and what to tell once it is committed."""

    payload: Payload
    heard: Heard | None = None
    entry: tuple[int, int] = (0, 0)

    def done(self, message_id: int) -> None:
        """It is committed, or nothing that must be."""
        if self.heard is not None:
            self.heard.done(self.entry, message_id)


Read = Callable[[Payload], Awaitable[Message | None]]
"""Makes a message of an event's payload; None where nothing of it is to be judged."""


class Intake:
    """Takes events from all shards and offers them to the queue."""

    def __init__(self, read: Read, pause: float) -> None:
        """``pause`` is how many seconds to wait before offering again what was not taken."""
        self._read = read
        self._pause = pause
        self._waiting: asyncio.Queue[Event] = asyncio.Queue()
        self._room = asyncio.Event()
        self._room.set()
        self._known: OrderedDict[str, str] = OrderedDict()
        self._committing = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return self._waiting.qsize()

    def put(self, event: Event) -> None:
        """Take an event; whoever reads a socket awaits ``room`` afterwards."""
        self._waiting.put_nowait(event)
        if self._waiting.qsize() >= WAITING:
            self._room.clear()

    async def room(self) -> None:
        """Wait until there is room for more."""
        await self._room.wait()

    async def serve(self, accept: Accept) -> None:
        """Offer what comes, until cancelled."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            async with self._committing:
                await self._commit(batch, accept)
            if self._waiting.qsize() < WAITING // 2:
                self._room.set()

    async def stop(self, within_s: float) -> None:
        """Let what is being offered be taken, for so many seconds; nothing follows it."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._committing.acquire(), within_s)

    async def _commit(self, batch: list[Event], accept: Accept) -> None:
        read: list[Message] = []
        settled: list[Event] = []
        for event in batch:
            try:
                message = await self._message(event.payload)
            except PlatformUnavailable:
                # Discord does not tell who wrote it, or where. Nothing is lost: it waits on.
                self._waiting.put_nowait(event)
                continue
            settled.append(event)
            if message is not None and not self._is_known(message):
                read.append(message)
        if read:
            await self.offered(read, accept)
        for event in settled:
            event.done(_id_of(event.payload))

    async def offered(
        self, messages: list[Message], accept: Accept, *, lane: str = "live"
    ) -> set[str]:
        """Offer messages until they are taken; returns the new keys."""
        while True:
            try:
                new = await accept(messages, lane=lane)
            except QueueFull:
                await asyncio.sleep(self._pause)
                continue
            except ValueError as exc:
                return await self._one_by_one(messages, accept, lane, type(exc).__name__)
            except Exception as exc:  # noqa: BLE001 - whatever broke, the posts must not be lost
                _log.error("accept.broke", error=type(exc).__name__)
                await asyncio.sleep(self._pause)
                continue
            for message in messages:
                self._note(message)
            return new

    async def _one_by_one(
        self, messages: list[Message], accept: Accept, lane: str, why: str
    ) -> set[str]:
        """The queue will never take one of them: find it, so that it keeps no other out."""
        if len(messages) == 1:
            _log.error("message.refused", message=messages[0].ref.message_id, error=why)
            return set()
        new: set[str] = set()
        for message in messages:
            new |= await self.offered([message], accept, lane=lane)
        return new

    async def _message(self, payload: Payload) -> Message | None:
        """Read an event.

        Raises:
            PlatformUnavailable: Discord does not answer what is needed for it.
        """
        for _ in range(TRIES - 1):
            try:
                return await self._once(payload)
            except PlatformUnavailable:
                await asyncio.sleep(self._pause)
        return await self._once(payload)

    async def _once(self, payload: Payload) -> Message | None:
        try:
            return await self._read(payload)
        except (Gone, NotPermitted):
            return None
        except PlatformUnavailable:
            raise
        except Malformed as exc:
            self._lost(payload, str(exc))
            return None
        except Exception as exc:  # noqa: BLE001 - one odd message must not end all that follow
            self._lost(payload, type(exc).__name__)
            return None

    @staticmethod
    def _lost(payload: Payload, why: str) -> None:
        _log.error("message.unread", message=str(_id_of(payload)), error=why)

    def _is_known(self, message: Message) -> bool:
        return self._known.get(str(message.ref)) == message.revision

    def _note(self, message: Message) -> None:
        self._known[str(message.ref)] = message.revision
        self._known.move_to_end(str(message.ref))
        while len(self._known) > KNOWN:
            self._known.popitem(last=False)


def _id_of(payload: Payload) -> int:
    said = payload.get("id")
    return int(said) if isinstance(said, str) and said.isdecimal() else 0
