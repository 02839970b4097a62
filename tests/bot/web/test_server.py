"""The server in our own loop: it binds, it says why it cannot, and it stops."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import StreamingResponse

from bot.errors import EnvironmentFailed
from bot.web.app import create_app
from bot.web.server import WebServer
from tests.bot.web.fakes import World


def test_a_port_in_use_is_said_with_the_fix() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(EnvironmentFailed, match=f"BIFOCAL_WEB__PORT={port + 1}"):
            WebServer(create_app(World().services()), "127.0.0.1", port)


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(EnvironmentFailed, match="cannot listen on"):
        WebServer(create_app(World().services()), "192.0.2.1", 0)


async def test_it_answers_and_stops_when_told() -> None:
    server, stop = WebServer(create_app(World().services()), "127.0.0.1", 0), asyncio.Event()
    before = signal.getsignal(signal.SIGTERM)
    task = asyncio.create_task(server.serve(stop))
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{server.port}/healthz")
    during = signal.getsignal(signal.SIGTERM)
    stop.set()
    await task

    assert answer.status_code == 200
    assert "server" not in answer.headers
    assert during == before


async def test_an_idle_live_stream_does_not_hold_up_the_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.web.server.PATIENCE_S", 1)
    app = create_app(World().services())
    ended = asyncio.Event()

    async def idle() -> AsyncIterator[bytes]:
        yield b": hello\n\n"
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    @app.get("/live")
    async def live() -> StreamingResponse:
        return StreamingResponse(idle(), media_type="text/event-stream")

    server, stop = WebServer(app, "127.0.0.1", 0), asyncio.Event()
    task = asyncio.create_task(server.serve(stop))
    address = f"http://127.0.0.1:{server.port}/live"
    async with httpx.AsyncClient() as client, client.stream("GET", address) as stream:
        chunks = stream.aiter_bytes()  # held: dropping it would hang up
        await anext(chunks)
        stop.set()
        await asyncio.wait_for(task, 5)

    await asyncio.wait_for(ended.wait(), 1)
