"""Socket Mode: WebSocket connections, envelopes out, acknowledgements in, and broken lines."""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from tests.emulators.slack.delivery import Attempt, Delivery, since
from tests.emulators.slack.kinds import Json

if TYPE_CHECKING:
    from tests.emulators.slack.world import World


@dataclass(eq=False)
class Line:
    """One WebSocket of the app."""

    socket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, "asyncio.Future[Json | None]"] = field(default_factory=dict)
    pings: int = 0
    pongs: int = 0

    async def say(self, message: Json) -> None:
        await self.socket.send_str(json.dumps(message))

    def abort(self) -> None:
        """Cut it without a goodbye, as a lost network does."""
        if self.request.transport is not None:
            self.request.transport.abort()

    def lost(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionResetError("the connection was lost"))


class SocketMode:
    """Slack's side of Socket Mode; envelopes go to the connections by turns."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.lines: list[Line] = []
        self.opened = 0
        """Connections ever made."""
        self.oddities: list[str] = []
        """What the app sent that Slack would ignore: acks of nothing, answers not accepted."""
        self._tickets: set[str] = set()
        self._turn = 0

    def ticket(self) -> str:
        """For ``apps.connections.open``: the address of one connection, good once."""
        ticket = str(uuid.uuid4())
        self._tickets.add(ticket)
        base = self.world.api_site.url.replace("http", "ws", 1)
        return f"{base}/link/?ticket={ticket}&app_id={self.world.app.id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="used or unknown ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        line = Line(socket, request)
        await line.say(
            {
                "type": "hello",
                "num_connections": len(self.lines) + 1,
                "debug_info": {"host": "applink-1", "approximate_connection_time": 18060},
                "connection_info": {"app_id": self.world.app.id},
            }
        )
        self.lines.append(line)
        self.opened += 1
        self.world.stir()
        try:
            await self._listen(line)
        finally:
            self.lines.remove(line)
            line.lost()
            self.world.stir()
        return socket

    async def _listen(self, line: Line) -> None:
        async for message in line.socket:
            if message.type is WSMsgType.PING:
                line.pings += 1
                if self.world.answers_pings:
                    await line.socket.pong(message.data)
            elif message.type is WSMsgType.PONG:
                line.pongs += 1
            elif message.type is WSMsgType.TEXT:
                self._heard(line, json.loads(message.data))

    def _heard(self, line: Line, ack: Json) -> None:
        future = line.waiting.pop(str(ack.get("envelope_id")), None)
        if future is None:
            self.oddities.append(f"an ack of nothing: {ack}")
        elif not future.done():
            future.set_result(ack.get("payload"))

    async def carry(self, delivery: Delivery, attempt: Attempt, within: float) -> None:
        line = await self._line(within)
        if line is None:
            attempt.missed = "connection_failed"
            return
        envelope = str(uuid.uuid4())
        future: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        line.waiting[envelope] = future
        start = time.perf_counter()
        try:
            async with asyncio.timeout(within):
                await line.say(_envelope(delivery, attempt, envelope))
                answer = await future
        except TimeoutError:
            attempt.missed = "timeout"
        except ConnectionError:
            attempt.missed = "connection_failed"
        else:
            attempt.missed, attempt.latency_s = "", since(start)
            self._answered(delivery, attempt, answer)
        finally:
            line.waiting.pop(envelope, None)

    def _answered(self, delivery: Delivery, attempt: Attempt, answer: Json | None) -> None:
        if answer and delivery.kind == "events_api":
            self.oddities.append(f"an answer to an event: {answer}")
        elif answer:
            attempt.answer = answer

    async def _line(self, within: float) -> Line | None:
        try:
            await self.world.until(lambda: self.lines, within=within)
        except TimeoutError:
            return None
        self._turn += 1
        return self.lines[self._turn % len(self.lines)]

    def drop(self) -> None:
        """Abort every connection at once."""
        for line in list(self.lines):
            line.abort()

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to make a new one, as Slack does when it moves them."""
        for line in list(self.lines):
            await line.say({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def close(self) -> None:
        for line in list(self.lines):
            await line.socket.close(code=WSCloseCode.GOING_AWAY)


def _envelope(delivery: Delivery, attempt: Attempt, envelope_id: str) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
    return envelope
