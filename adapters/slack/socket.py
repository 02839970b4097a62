"""Socket Mode: Slack brings everything over a connection that we open, so no public URL is needed.

slack_sdk keeps the connection: it answers Slack's request to come again, and looks every few
seconds whether the line still stands. What Slack sent while it did not, it sends again.
"""

from collections.abc import Awaitable, Callable, Mapping

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from adapters.slack.api import Shape, quiet
from adapters.slack.entrance import Answer
from bot.log import logger

PING_S = 2.0
"""Seconds between looks at the line; a line that was cut is noticed within two of them."""

_log = logger("slack")
Take = Callable[[Shape, Mapping[str, str]], Awaitable[Answer]]


class Handler(AsyncSocketModeHandler):
    """bolt's handler, with what arrives going through our own entrance."""

    def __init__(self, app: AsyncApp, app_token: str, take: Take) -> None:
        super().__init__(app, app_token, logger=quiet, ping_interval=PING_S)
        self._take = take

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        """Take one envelope; it is acknowledged if it was taken."""
        if not isinstance(req.payload, dict):
            _log.error("slack.unreadable", what=str(req.type)[:80])
            await client.send_socket_mode_response(SocketModeResponse(req.envelope_id))
            return
        answer = await self._take(req.payload, _retries(req))
        if not answer.taken:
            return
        try:
            await client.send_socket_mode_response(
                SocketModeResponse(req.envelope_id, payload=answer.body)
            )
        except (ConnectionError, RuntimeError) as exc:
            # It comes again, and is found done.
            _log.warning("slack.not_acknowledged", error=type(exc).__name__)


class Socket:
    """The connection."""

    def __init__(self, app: AsyncApp, app_token: str, take: Take) -> None:
        self._app = app
        self._token = app_token
        self._take = take
        self._handler: Handler | None = None

    async def open(self) -> None:
        """Connect, however often that takes."""
        self._handler = Handler(self._app, self._token, self._take)
        await self._handler.client.connect()  # type: ignore[no-untyped-call]

    def is_up_now(self) -> bool:
        """Whether the line stands."""
        client = self._handler.client if self._handler else None
        if not isinstance(client, SocketModeClient):
            return False
        line = client.current_session
        return line is not None and not line.closed and not client.closed

    async def close(self) -> None:
        """Hang up; nothing arrives after this returns."""
        if self._handler is not None:
            await self._handler.client.close()  # type: ignore[no-untyped-call]


def _retries(req: SocketModeRequest) -> dict[str, str]:
    headers = {}
    if req.retry_attempt is not None:
        headers["x-slack-retry-num"] = str(req.retry_attempt)
    if req.retry_reason is not None:
        headers["x-slack-retry-reason"] = str(req.retry_reason)
    return headers
