"""HTTP instead of Socket Mode: one address, which believes nothing that Slack did not sign.

The signature is checked here, before anything else sees the request
(docs.slack.dev/authentication/verifying-requests-from-slack).
"""

import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from adapters.slack.api import Shape
from adapters.slack.entrance import Entrance
from adapters.slack.shape import word
from bot.log import logger

PATH = "/slack/events"
WINDOW = timedelta(minutes=5)
"""How far a request's time may be from ours, as Slack's own verifiers have it."""
MOST_BYTES = 1 << 20
"""A payload of Slack's is far smaller; chosen by eye."""
_MOST_SEEN = 50_000
_DIGITS = 12

_log = logger("slack")


class Signature:
    """Tells Slack's requests from everybody else's."""

    def __init__(self, secret: str, now: Callable[[], datetime]) -> None:
        self._secret = secret.encode()
        self._now = now
        self._seen: OrderedDict[str, None] = OrderedDict()

    def is_genuine(self, stamp: str, signature: str, body: bytes) -> bool:
        """Whether Slack signed this body within the last five minutes."""
        if not stamp.isascii() or not stamp.isdecimal() or len(stamp) > _DIGITS:
            return False
        if abs(self._now().timestamp() - int(stamp)) > WINDOW.total_seconds():
            return False
        signed = b"v0:" + stamp.encode() + b":" + body
        ours = "v0=" + hmac.new(self._secret, signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(ours.encode(), signature.encode("utf-8", "replace"))

    def is_first(self, signature: str) -> bool:
        """Whether this very signature was not brought before."""
        if signature in self._seen:
            return False
        self._seen[signature] = None
        if len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        return True


class Events:
    """The endpoint."""

    def __init__(self, signature: Signature, entrance: Entrance) -> None:
        self._signature = signature
        self._entrance = entrance

    def router(self) -> APIRouter:
        """The route, to be mounted on the web application."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(PATH, self.serve, methods=["POST"])
        return router

    async def serve(self, request: Request) -> Response:
        """Take what Slack brings; 401 for everybody else, 503 where Slack is to bring it again."""
        raw, headers = await _read(request), request.headers
        if raw is None:
            return PlainTextResponse("too large", 413)
        signature = headers.get("x-slack-signature", "")
        stamp = headers.get("x-slack-request-timestamp", "")
        if not self._signature.is_genuine(stamp, signature, raw):
            _log.warning("slack.forged", path=PATH)
            return PlainTextResponse("not signed by Slack", 401)
        body = _parsed(raw, headers.get("content-type", ""))
        if body is None:
            return PlainTextResponse("not readable", 400)
        if body.get("type") == "url_verification":
            return JSONResponse({"challenge": word(body.get("challenge"))})
        if not self._signature.is_first(signature) and not headers.get("x-slack-retry-num"):
            _log.warning("slack.replayed", path=PATH)
            return PlainTextResponse("this was brought before", 401)
        return await self._taken(body, headers)

    async def _taken(self, body: Shape, headers: Headers) -> Response:
        if "ssl_check" in body:
            return Response(status_code=200)
        retries = {
            name: value for name, value in headers.items() if name.startswith("x-slack-retry-")
        }
        answer = await self._entrance.take(body, retries)
        if not answer.taken:
            return PlainTextResponse("bring it again", 503)
        return JSONResponse(answer.body) if answer.body else Response(status_code=200)


async def _read(request: Request) -> bytes | None:
    """The body, if it is not too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _parsed(raw: bytes, media_type: str) -> Shape | None:
    """An event as JSON, an interaction as JSON in a form, or a command as a form."""
    try:
        text = raw.decode()
        if not media_type.startswith("application/x-www-form-urlencoded"):
            return _object(text)
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
        return _object(form["payload"]) if "payload" in form else dict(form)
    except (ValueError, RecursionError):
        return None


def _object(text: str) -> Shape | None:
    body = json.loads(text)
    return body if isinstance(body, dict) else None
