"""What wraps every answer: security headers, a cap on what is read, and no traceback ever."""

from collections.abc import MutableMapping

import structlog
from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web import plain
from bot.web.problems import problem
from bot.web.services import Limits

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
log = structlog.get_logger(__name__)


class Shield:
    """Adds the headers, refuses addresses that are no text, stops reading past the limit, turns
    what escapes into a plain 500.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request inside the shield."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def shielded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(message)
            await send(message)

        if (refusal := plain.refusal(scope)) is not None:
            await problem(*refusal)(scope, receive, shielded)
            return
        try:
            await self._app(scope, self._capped(scope, receive), shielded)
        except TooLarge as exc:  # left an endpoint that never meets the application's handlers
            await problem(exc.status_code, exc.detail)(scope, receive, shielded)
        except Exception as exc:  # noqa: BLE001 - the last net: nothing may show a traceback
            # The type only: a message or a frame's values may hold a post's words.
            log.error("request_failed", path=scope["path"], error=type(exc).__name__)  # noqa: TRY400
            if started:
                raise Interrupted from None
            sentence = "Something went wrong on our side. It was noted in the log."
            await problem(500, sentence)(scope, receive, shielded)

    def _capped(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        with_files = headers.get("content-type", "").lower().startswith("multipart/")
        cap = self._limits.total_bytes if with_files else self._limits.form_bytes
        declared = headers.get("content-length", "")
        read = 0

        async def capped() -> Message:
            nonlocal read
            if declared.isdecimal() and int(declared) > cap:
                raise TooLarge(cap)
            message = await receive()
            read += len(message.get("body", b""))
            if read > cap:
                raise TooLarge(cap)
            return message

        return capped


class TooLarge(HTTPException):
    """The body is larger than we read."""

    def __init__(self, cap: int) -> None:
        super().__init__(413, f"The request is larger than the {cap:,} bytes we take.")


class Interrupted(Exception):
    """An answer broke off after its head was sent: the server closes the connection."""


def _add_headers(message: MutableMapping[str, object]) -> None:
    headers = MutableHeaders(raw=message.setdefault("headers", []))  # type: ignore[arg-type]
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
