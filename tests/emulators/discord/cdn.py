"""The CDN: signed links that expire, deleted files that are gone, and every way to serve badly."""

import asyncio
import gzip
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from tests.emulators.discord.files import Attachment, Serving, Sticker

if TYPE_CHECKING:
    from tests.emulators.discord.world import World

Json = dict[str, Any]
GONE = "This content is no longer available."
LOGIN = b"<!doctype html><html><title>Log in</title><form>Please log in.</form></html>"
PIECE = 16 * 1024


@dataclass(eq=False, repr=False)
class Cdn:
    """``fetched`` lists the paths that were asked for, in their order."""

    world: "World"
    lifetime: timedelta = timedelta(days=1)
    files: dict[int, Attachment] = field(default_factory=dict)
    stickers: dict[int, Sticker] = field(default_factory=dict)
    pictures: dict[str, tuple[bytes, str, Serving]] = field(default_factory=dict)
    """Pictures of the open web that the proxy shows, by path."""
    fetched: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    """What each fetch sent along, names in lower case."""
    _generation: int = 0

    def keep(self, file: Attachment) -> Attachment:
        self.files[file.id] = file
        return file

    def signed(self, path: str) -> str:
        """A link to a path of ours, good from now for its lifetime."""
        now = self.world.now()
        ends, begins = now + self.lifetime, now
        ex, begun = f"{int(ends.timestamp()):x}", f"{int(begins.timestamp()):x}"
        hm = self._signature(path, ex, begun)
        return f"{self.world.url}{quote(path)}?ex={ex}&is={begun}&hm={hm}&"

    def expire(self) -> None:
        """All links given out so far answer 403; new ones work."""
        self._generation += 1

    def picture(
        self, data: bytes, media_type: str = "image/png", serving: Serving | None = None
    ) -> str:
        """Put a picture of the open web behind the proxy; returns its ``proxy_url``."""
        path = f"/external/{len(self.pictures)}/picture"
        self.pictures[path] = (data, media_type, serving or Serving())
        return f"{self.world.url}{path}"

    def _signature(self, path: str, ex: str, begun: str) -> str:
        text = f"{path}|{ex}|{begun}|{self._generation}"
        return hmac.new(b"cdn", text.encode(), hashlib.sha256).hexdigest()

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        """GET of an attachment: 403 for a link out of date, 404 for a file that is gone."""
        self._came(request)
        file = self.files.get(int(request.match_info["id"]))
        ex, begun = request.query.get("ex", "0"), request.query.get("is", "")
        hm = self._signature(request.path, ex, begun)
        late = int(ex, 16) <= self.world.now().timestamp()
        if late or not hmac.compare_digest(hm, request.query.get("hm", "")):
            return web.Response(status=403, text=GONE)
        if file is None or file.deleted:
            return web.Response(status=404, text=GONE)
        file.fetched += 1
        return await _served(request, self.world, file.data, file.media_type, file.serving)

    async def sticker(self, request: web.Request) -> web.StreamResponse:
        self._came(request)
        found = self.stickers.get(int(request.match_info["id"]))
        if found is None or found.path != request.path:
            return web.Response(status=404, text=GONE)
        return await _served(request, self.world, found.data, found.media_type, found.serving)

    async def external(self, request: web.Request) -> web.StreamResponse:
        self._came(request)
        found = self.pictures.get(request.path)
        if found is None:
            return web.Response(status=404, text=GONE)
        data, media_type, serving = found
        return await _served(request, self.world, data, media_type, serving)

    def _came(self, request: web.Request) -> None:
        self.fetched.append(request.path)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.world.changed()


async def _served(
    request: web.Request, world: "World", data: bytes, media_type: str | None, how: Serving
) -> web.StreamResponse:
    if (instead := _instead(how)) is not None:
        return instead
    headers = {"Content-Type": media_type or "application/octet-stream", **how.headers}
    body = gzip.compress(data) if how.gzip else data
    if how.gzip:
        headers["Content-Encoding"] = "gzip"
    if how.unannounced:
        return await _until_the_end(request, headers, body, how)
    answer = web.StreamResponse(headers=headers)
    if not how.endless:
        answer.content_length = len(body) if how.announced is None else how.announced
    await answer.prepare(request)
    if how.hang:
        await world.closing.wait()
    try:
        async for piece in _pieces(body, how):
            await answer.write(piece)
    except ConnectionError:
        return answer  # The client had enough.
    if how.cut_at is not None or how.announced is not None or how.hang:
        assert request.transport is not None
        # What was written goes out first; then the connection ends too early.
        request.transport.close()
        return answer
    await answer.write_eof()
    return answer


def _instead(how: Serving) -> web.Response | None:
    """What is answered in place of the file, if anything."""
    if how.redirect is not None:
        return web.Response(status=302, headers={"Location": how.redirect})
    if how.status != 200:
        return web.Response(status=how.status, text="trouble")
    if how.html:
        return web.Response(body=LOGIN, content_type="text/html")
    return None


async def _until_the_end(
    request: web.Request, headers: dict[str, str], body: bytes, how: Serving
) -> web.StreamResponse:
    """As HTTP/1.0 did: no length, and the end of the connection ends the file."""
    transport = request.transport
    assert isinstance(transport, asyncio.Transport)
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(["HTTP/1.1 200 OK", *lines, "Connection: close", "", ""])
    transport.write(head.encode())
    async for piece in _pieces(body, how):
        transport.write(piece)
    transport.close()
    return web.Response()


async def _pieces(body: bytes, how: Serving) -> AsyncIterator[bytes]:
    whole = body if how.cut_at is None else body[: how.cut_at]
    step = PIECE if how.bytes_per_s is None else 1
    while True:
        for start in range(0, len(whole), step):
            if how.bytes_per_s is not None:
                await asyncio.sleep(step / how.bytes_per_s)
            yield whole[start : start + step]
        if not how.endless:
            return
        await asyncio.sleep(0)
