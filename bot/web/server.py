"""Runs the web application inside our own event loop, and stops when told."""

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.errors import EnvironmentFailed

PATIENCE_S = 5
"""How long open answers may take to end at a stop; live streams are cut then. Chosen by eye:
a quarter of the 20 seconds that the whole stop may take."""
BACKLOG = 512


class _Quiet(uvicorn.Server):
    """uvicorn without signal handlers: the process's signals are the composition root's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class WebServer:
    """Serves an application on one address. The port is bound before anything else starts."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        """Bind at once, so that a taken port is known before work begins.

        Raises:
            EnvironmentFailed: the address cannot be bound; the message says what to do.
        """
        self._socket = _bind(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._server = _Quiet(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                timeout_graceful_shutdown=PATIENCE_S,
            )
        )

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until ``stop`` is set, then let answers end, for a few seconds at most."""
        stopping = asyncio.create_task(self._watch(stop))
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            stopping.cancel()
            self._socket.close()

    def close(self) -> None:
        """Let go of the port without having served."""
        self._socket.close()

    async def _watch(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._server.should_exit = True


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as exc:
        raise EnvironmentFailed(f"[web] host {host!r} is not an address here: {exc}") from exc
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
        bound.setblocking(False)  # noqa: FBT003 - the library's signature
    except OSError as exc:
        bound.close()
        raise EnvironmentFailed(_why(exc, host, port)) from exc
    return bound


def _why(exc: OSError, host: str, port: int) -> str:
    if exc.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is in use: stop the other program, or choose another port "
            f"with BIFOCAL_WEB__PORT={port + 1}"
        )
    if exc.errno == errno.EACCES:
        return f"port {port} needs more rights: choose one above 1023 with BIFOCAL_WEB__PORT=8080"
    return f"cannot listen on {host}:{port}: {exc.strerror or exc}"
