"""The file server: bytes for those with a token, a login page for the rest, and trouble."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from aiohttp import web
from multidict import CIMultiDict

from tests.emulators.slack.files import File, Trouble
from tests.emulators.slack.kinds import Refused
from tests.emulators.slack.methods.files import may_see

if TYPE_CHECKING:
    from tests.emulators.slack.world import World

LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head>"
    "<body><form action='/signin'><input name='email'></form></body></html>"
)
_SOUND = Trouble()


class FileServer:
    """``files-pri``: downloads; ``upload/v1``: the second step of an upload."""

    def __init__(self, world: "World") -> None:
        self.world = world

    async def serve(self, request: web.Request) -> web.StreamResponse:
        parts = request.path.strip("/").split("/")
        if parts[:2] == ["upload", "v1"] and request.method == "POST":
            return await self._take(request, parts[2])
        if parts[0] == "files-pri" and len(parts) >= 3:
            return await self._give(request, parts[1].partition("-")[2])
        return web.Response(status=404, text="no such page", content_type="text/html")

    async def _take(self, request: web.Request, file_id: str) -> web.Response:
        file = self.world.awaited_uploads.get(file_id)
        if file is None:
            return web.Response(status=404, text="no such upload")
        body = await _sent(request)
        if len(body) != file.upload.declared_size:
            return web.Response(status=400, text=f"expected {file.upload.declared_size} bytes")
        file.take(body)
        return web.Response(text=f"OK - {len(body)}")

    async def _give(self, request: web.Request, file_id: str) -> web.StreamResponse:
        file = self.world.files.get(file_id)
        if file is None or file.deleted:
            return web.Response(status=404, text="not found", content_type="text/html")
        trouble = file.meets() or _SOUND
        self.world.stir()
        if trouble.redirect:
            return web.Response(status=302, headers={"Location": trouble.redirect})
        if trouble.html or not self._may_read(request, file):
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if trouble.status != 200:
            return web.Response(status=trouble.status, text="", content_type="text/html")
        return await _spoilt(request, file, trouble, self.world.closing)

    def _may_read(self, request: web.Request, file: File) -> bool:
        words = request.headers.get("Authorization", "").split(maxsplit=1)
        if len(words) != 2 or words[0].lower() != "bearer":
            return False
        try:
            caller = self.world.api.caller(words[1])
            caller.need("files:read")
        except Refused:
            return False
        return may_see(caller, file)


async def _sent(request: web.Request) -> bytes:
    """The bytes of an upload: raw, or the only part of a form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    form = await request.post()
    for value in form.values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""


async def _spoilt(
    request: web.Request, file: File, trouble: Trouble, closing: asyncio.Event
) -> web.StreamResponse:
    response = web.StreamResponse(headers=CIMultiDict(trouble.headers))
    response.content_type = trouble.content_type or file.media_type
    body = file.content if trouble.body is None else trouble.body
    if trouble.gzip:
        response.headers["Content-Encoding"] = "gzip"
        body = _bomb(trouble.inflates_to) if trouble.inflates_to else gzip.compress(body)
    if trouble.chunked or trouble.endless:
        response.enable_chunked_encoding()
    else:
        response.content_length = len(body)
    await response.prepare(request)
    try:
        if not trouble.hang:
            await _send(request, response, body, trouble)
        if trouble.hang:
            await closing.wait()
        if trouble.cut_at is None:
            await response.write_eof()
    except ConnectionError:
        pass  # the client had enough
    return response


async def _send(
    request: web.Request, response: web.StreamResponse, body: bytes, trouble: Trouble
) -> None:
    async for chunk in _chunks(body if trouble.cut_at is None else body[: trouble.cut_at], trouble):
        await response.write(chunk)
    if trouble.cut_at is not None and request.transport is not None:
        request.transport.close()


async def _chunks(body: bytes, trouble: Trouble) -> AsyncIterator[bytes]:
    while True:
        for start in range(0, len(body), trouble.chunk):
            await asyncio.sleep(trouble.pause_s)
            yield body[start : start + trouble.chunk]
        if not trouble.endless:
            return


def _bomb(size: int) -> bytes:
    """Gzip that inflates to so many zero bytes, made a megabyte at a time."""
    packer, zeros = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(1 << 20)
    starts = range(0, size, len(zeros))
    return b"".join([packer.compress(zeros[: size - at]) for at in starts]) + packer.flush()
