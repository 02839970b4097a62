"""A loopback HTTP server for emulators: latency, queued faults, and a record of what arrived."""

import asyncio
import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What is sent back: whole, cut short, or never finished."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    """Close the connection after so many bytes, though more were announced."""
    hang: bool = False
    """Send the headers and nothing more until the client gives up."""
    silent: bool = False
    """Accept the request and never answer."""

    @classmethod
    def of(cls, value: object, status: int = 200, **headers: str) -> "Answer":
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(
            status, json.dumps(value).encode(), {"content-type": "application/json", **named}
        )


Handle = Callable[[Received], Awaitable[Answer] | Answer]


@dataclass
class Emulator:
    """One server. ``faults`` are given out first, one a request; then ``handle`` answers."""

    handle: Handle
    latency_s: float = 0.0
    faults: deque[Answer] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    most_at_once: int = 0
    url: str = ""
    """``http://127.0.0.1:port`` while it serves."""
    _now: int = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Emulator"]:
        config = uvicorn.Config(self, port=0, lifespan="off", log_config=None, access_log=False)
        server = _Server(config)
        task = asyncio.create_task(server.serve())
        await server.ready.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        try:
            yield self
        finally:
            server.should_exit = server.force_exit = True
            await task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        arrived = Received(
            request.method,
            request.url.path,
            dict(request.query_params),
            dict(request.headers),
            await request.body(),
        )
        self.received.append(arrived)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await self._answer(arrived, receive, send)
        finally:
            self._now -= 1

    async def _answer(self, arrived: Received, receive: Receive, send: Send) -> None:
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        answer = self.faults.popleft() if self.faults else await _awaited(self.handle(arrived))
        if answer.silent:
            await receive()
            return
        headers = {"content-length": str(len(answer.body)), **answer.headers}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        if answer.hang:
            await receive()
            return
        body = answer.body if answer.cut_at is None else answer.body[: answer.cut_at]
        more = answer.cut_at is not None
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def _awaited(answer: Awaitable[Answer] | Answer) -> Answer:
    return answer if isinstance(answer, Answer) else await answer


class _Server(uvicorn.Server):
    """Says when it is up, and leaves signals to the tests' own loop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
