"""One session of the gateway: what it asked for, what was sent to it, and its socket if any."""

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.emulators.discord.intents import Intent

Json = dict[str, Any]
KEPT = 20_000
"""Events a session can replay; chosen to outlast a backlog of 10,000."""


@dataclass(eq=False)
class Wire:
    """One websocket. Frames go out in order, by a task of its own, as TEXT or zlib-stream."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    compress: bool = False
    outgoing: asyncio.Queue[str | int] = field(default_factory=asyncio.Queue)
    received: list[Json] = field(default_factory=list)
    session: "Session | None" = None
    closing: bool = False

    def __post_init__(self) -> None:
        self._zlib = zlib.compressobj()

    def put(self, frame: Json) -> None:
        self.outgoing.put_nowait(json.dumps(frame))

    def put_text(self, text: str) -> None:
        self.outgoing.put_nowait(text)

    def close(self, code: int) -> None:
        """Close properly, after what is still to go out."""
        self.closing = True
        self.outgoing.put_nowait(code)

    def drop(self) -> None:
        """Let the connection vanish without a word."""
        self.closing = True
        if self.transport is not None:
            self.transport.abort()

    async def pump(self) -> None:
        """Send what is put, until closed."""
        try:
            while isinstance(frame := await self.outgoing.get(), str):
                await self._send(frame)
            await self.socket.close(code=frame)
        except ConnectionError:
            return  # The client went first; its session knows what to replay.

    async def _send(self, text: str) -> None:
        if not self.compress:
            await self.socket.send_str(text)
            return
        whole = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(whole)


@dataclass(eq=False)
class Session:
    """What IDENTIFY began: it outlives its socket until it is invalidated."""

    id: str
    intents: Intent
    shard: tuple[int, int] = (0, 1)
    seq: int = 0
    sent: deque[tuple[int, Json]] = field(default_factory=lambda: deque(maxlen=KEPT))
    wire: Wire | None = None
    alive: bool = True
    """False: a RESUME is answered with op 9."""

    def owns(self, guild_id: int | None) -> bool:
        """Whether this shard is told of that guild; direct messages go to shard 0."""
        number, count = self.shard
        return (0 if guild_id is None else (guild_id >> 22) % count) == number

    def tell(self, event: str, said: object) -> None:
        """Number an event, keep it for a replay, and send it if somebody listens."""
        self.seq += 1
        frame: Json = {"op": 0, "s": self.seq, "t": event, "d": said}
        self.sent.append((self.seq, frame))
        if self.wire is not None and not self.wire.closing:
            self.wire.put(frame)

    def replay(self, after: int) -> None:
        """Send again what came after this number, in order, and say that this was all."""
        assert self.wire is not None
        for seq, frame in self.sent:
            if seq > after:
                self.wire.put(frame)
        self.tell("RESUMED", {"_trace": []})
