"""The loopback sites of the emulator: Slack's API, its file server, and a stranger's host."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Visit:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def bearer(self) -> str:
        """The token it carried, by header; empty without."""
        words = self.headers.get("authorization", "").split(maxsplit=1)
        return words[1] if len(words) == 2 and words[0].lower() == "bearer" else ""


@dataclass
class Site:
    """One server on a port of its own."""

    serve: Serve
    visits: list[Visit] = field(default_factory=list)
    """Every request that arrived, in order."""
    url: str = ""
    """``http://127.0.0.1:port`` while it serves."""
    _runner: web.AppRunner | None = None

    @property
    def host(self) -> str:
        """``127.0.0.1:port``."""
        return self.url.partition("://")[2]

    async def start(self) -> None:
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body, query = await request.read(), dict(request.query)
        self.visits.append(Visit(request.method, request.path, query, headers, body))
        return await self.serve(request)


async def anything(_request: web.Request) -> web.StreamResponse:
    """A stranger's host: takes what comes, and gives a picture-like answer."""
    return web.Response(body=b"\x89PNG\r\n\x1a\n", content_type="image/png")
