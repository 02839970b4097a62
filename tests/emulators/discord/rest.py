"""The REST API's front door: who asks, what trouble was ordered, and the answer on the wire."""

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from tests.emulators.discord import (
    routes_application,
    routes_channels,
    routes_guilds,
    routes_interactions,
    routes_members,
    routes_messages,
)
from tests.emulators.discord.calls import Call, Received
from tests.emulators.discord.files import Upload
from tests.emulators.discord.refusals import Refusal, invalid
from tests.emulators.discord.troubles import Trouble

if TYPE_CHECKING:
    from tests.emulators.discord.world import World

Json = dict[str, Any]
ROOT = "/api/v10"
LONGEST_REASON = 512
TABLES = (
    routes_application.routes,
    routes_channels.routes,
    routes_guilds.routes,
    routes_interactions.routes,
    routes_members.routes,
    routes_messages.routes,
)
OPEN = re.compile(r"/gateway$|/interactions/|/webhooks/\d+/[^/]+")
"""What is asked without the bot's token: a token of its own is in the path."""


class Rest:
    """Answers everything below ``/api/v10``."""

    def __init__(self, world: "World") -> None:
        self.world = world

    async def serve(self, request: web.Request) -> web.StreamResponse:
        received, uploads = await self._arrived(request)
        self.world.received.append(received)
        trouble = self.world.rest.due(received.method, received.path)
        if trouble is not None and not trouble.after:
            answer = await self._troubled(request, trouble)
            if answer is not None:
                return self._answered(received, answer)
        told, answer = self._limited(received)
        if answer is None:
            answer = await self._handled(received, uploads, told)
        if trouble is not None and trouble.after:
            answer = await self._troubled(request, trouble) or answer
        return self._answered(received, answer)

    def _answered(self, received: Received, answer: web.Response) -> web.Response:
        received.status = answer.status
        shared = answer.headers.get("X-RateLimit-Scope") == "shared"
        self.world.invalid_requests += answer.status in {401, 403, 429} and not shared
        self.world.changed()
        return answer

    async def _arrived(self, request: web.Request) -> tuple[Received, list[Upload]]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        reason = headers.get("x-audit-log-reason")
        received = Received(
            request.method,
            request.path.removeprefix(ROOT),
            dict(request.query),
            headers,
            reason=unquote(reason) if reason else None,
            at=asyncio.get_running_loop().time(),
        )
        uploads: list[Upload] = []
        if request.content_type.startswith("multipart/"):
            uploads = await self._parts(request, received)
        elif raw := await request.read():
            received.body = json.loads(raw)
        received.files = {upload.filename: upload.data for upload in uploads}
        return received, uploads

    async def _parts(self, request: web.Request, received: Received) -> list[Upload]:
        """``payload_json`` and ``files[n]``, which the JSON's ``attachments`` describe by n."""
        files: dict[str, Upload] = {}
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            if part.name == "payload_json":
                received.body = json.loads(await part.read())
            else:
                number = (part.name or "").removeprefix("files[").removesuffix("]")
                data = bytes(await part.read(decode=False))
                files[number] = Upload(part.filename or "", data, part.headers.get("Content-Type"))
        self._described(files, received.body)
        return list(files.values())

    def _described(self, files: dict[str, Upload], body: Any) -> None:
        said = body if isinstance(body, dict) else {}
        for each in said.get("attachments") or said.get("data", {}).get("attachments") or []:
            if upload := files.get(str(each.get("id"))):
                upload.filename = each.get("filename", upload.filename)
                upload.alt = each.get("description") or ""
                upload.spoiler_flag = bool(each.get("is_spoiler"))
        for upload in files.values():
            # Clients send octet-stream for all; Discord says what the name says.
            upload.media_type = None

    async def _troubled(self, request: web.Request, trouble: Trouble) -> web.Response | None:
        if trouble.delay_s:
            await asyncio.sleep(trouble.delay_s)
        if trouble.hang:
            await self.world.closing.wait()
        if trouble.drop or trouble.hang:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=499)
        if trouble.status is None:
            return None
        if isinstance(trouble.body, str):
            plain = "text/plain"
            return web.Response(
                text=trouble.body,
                status=trouble.status,
                headers=trouble.headers,
                content_type=plain,
            )
        return _json(trouble.body, trouble.status, trouble.headers)

    def _limited(self, received: Received) -> tuple[dict[str, str], web.Response | None]:
        """What is told of the kept limit, and the answer where it was too much."""
        bucket = self.world.rest.bucket
        if bucket is None:
            return {}, None
        key = f"{received.method} {'/'.join(received.path.split('/')[:4])}"
        left, reset = bucket.take(key, received.at)
        told = _told(bucket.limit, max(left, 0), reset, key)
        if left >= 0:
            return told, None
        told |= {"Retry-After": f"{reset:g}", "Via": "1.1 google", "X-RateLimit-Scope": "user"}
        said = {"message": "You are being rate limited.", "retry_after": reset, "global": False}
        return told, _json(said, 429, told)

    async def _handled(
        self, received: Received, uploads: list[Upload], told: dict[str, str]
    ) -> web.Response:
        try:
            said = await self._said(received, uploads)
        except Refusal as no:
            return _json(no.body, no.status, told)
        except Exception as exc:  # noqa: BLE001 - as a 500 the client would try it five times
            self.world.broken.append(exc)
            return _json({"message": f"the emulator broke: {exc!r}", "code": 0}, 400, told)
        if said is None:
            return web.Response(status=204, headers=told)
        return _json(said, 200, told)

    async def _said(self, received: Received, uploads: list[Upload]) -> object:
        authorized = received.headers.get("authorization") == f"Bot {self.world.token}"
        if not authorized and not OPEN.match(received.path):
            raise Refusal(401, 0, "401: Unauthorized")
        if len(received.reason or "") > LONGEST_REASON:
            raise invalid("X-Audit-Log-Reason", "must be between 1 and 512 in length")
        for table in TABLES:
            if found := table.find(received.method, received.path):
                handler, ids = found
                return await handler(Call(self.world, received, ids, uploads))
        self.world.unanswered.append(f"{received.method} {received.path}")
        raise Refusal(404, 0, "404: Not Found")


def _json(said: object, status: int, headers: dict[str, str]) -> web.Response:
    # Discord's JSON carries no charset, and clients look for exactly this type.
    told = {"Content-Type": "application/json", **headers}
    return web.Response(body=json.dumps(said).encode(), status=status, headers=told)


def _told(limit: int, left: int, reset: float, key: str) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset-After": f"{reset:.3f}",
        "X-RateLimit-Bucket": f"{hash(key) & 0xFFFFFFFF:08x}",
    }
