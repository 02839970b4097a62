"""Our bolt app: hands each kind of thing to who serves it.

Whatever reaches it is genuine already: Socket Mode is Slack's own connection, and over HTTP the
signature was checked before. bolt authorises it with our tokens and leaves our own posts out.
"""

import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.api import Shape, quiet
from adapters.slack.background import Background
from adapters.slack.capture import Capture
from adapters.slack.commands import Commands
from adapters.slack.entrance import Answer, kind_of
from adapters.slack.home import Home
from adapters.slack.presses import Presses
from adapters.slack.shape import record, records, word
from adapters.slack.shortcuts import Shortcuts
from adapters.slack.workspaces import Workspaces
from bot.errors import Gone
from bot.log import logger

_ANY = re.compile(".*", re.DOTALL)
_OK = 200
_log = logger("slack")
Serve = Callable[[Shape], Awaitable[Shape | None]]


class Listeners:
    """Listens to everything the manifest asks for."""

    def __init__(
        self,
        web: AsyncWebClient,
        workspaces: Workspaces,
        capture: Capture,
        background: Background,
        *,
        commands: Commands,
        shortcuts: Shortcuts,
        presses: Presses,
        home: Home,
    ) -> None:
        self._workspaces = workspaces
        self._capture = capture
        self._commands = commands
        self._shortcuts = shortcuts
        self._presses = presses
        self._home = home
        self._background = background
        self.app = AsyncApp(
            name="bifocal",
            logger=quiet,
            client=web,
            signing_secret="",
            authorize=self._authorize(workspaces),
            process_before_response=True,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
        )
        self._listen()

    async def dispatch(self, body: Shape, headers: Mapping[str, str]) -> Answer:
        """Serve one thing. Raises whatever kept it from being served."""
        if body.get("type") == "app_rate_limited":
            _log.error("slack.too_many_events", community=word(body.get("team_id")))
            return Answer(taken=True)
        team = community_of(body)
        try:
            await self._workspaces.of(team)
        except Gone:
            # Nobody can act there, so Slack need not bring it again.
            if kind_of(body) not in {"app_uninstalled", "tokens_revoked"}:
                _log.warning("slack.not_installed", community=team, what=kind_of(body))
            return Answer(taken=True)
        failed: list[BaseException] = []
        request = AsyncBoltRequest(
            mode="socket_mode",
            body=body,
            headers={name: [value] for name, value in headers.items()},
            context={"failed": failed},
        )
        reply = await self.app.async_dispatch(request)
        if failed:
            raise failed[0]
        shown = reply.body if reply.status == _OK else ""
        return Answer(taken=True, body=_json(shown))

    def _listen(self) -> None:
        app = self.app
        app.event("message")(self._guarded(self._message))
        app.event("app_home_opened")(self._guarded(self._home_opened))
        app.event("app_uninstalled")(self._guarded(self._uninstalled))
        app.event("tokens_revoked")(self._guarded(self._revoked))
        # What else Slack sends is of no use to us, and is not to be sent again.
        app.event(_ANY)(self._guarded(_nothing))
        app.command(_ANY)(self._guarded(self._commands.serve))
        app.shortcut(_ANY)(self._guarded(self._in_background(self._shortcuts.serve, "shortcut")))
        app.action(_ANY)(self._guarded(self._in_background(self._presses.pressed, "press")))
        app.view_submission(_ANY)(self._guarded(self._presses.submitted))
        app.view_closed(_ANY)(self._guarded(_nothing))

    async def _message(self, body: Shape) -> None:
        await self._capture.event(community_of(body), record(body.get("event")))

    async def _home_opened(self, body: Shape) -> None:
        team, event = community_of(body), record(body.get("event"))
        self._background.start(self._home.opened(team, event), "home")

    async def _uninstalled(self, body: Shape) -> None:
        await self._workspaces.lost(
            community_of(body), "Slack says that Bifocal was removed from the workspace."
        )

    async def _revoked(self, body: Shape) -> None:
        tokens = record(record(body.get("event")).get("tokens"))
        team = community_of(body)
        workspace = self._workspaces.opened(team)
        if tokens.get("bot"):
            await self._workspaces.lost(team, "Slack says that the bot's token was revoked.")
        elif workspace and workspace.holder and workspace.holder.id in (tokens.get("oauth") or ()):
            self._workspaces.lost_user_token(team)

    def _in_background(
        self, serve: Callable[[Shape], Coroutine[Any, Any, None]], name: str
    ) -> Serve:
        async def served(body: Shape) -> None:
            self._background.start(serve(body), name)

        return served

    @staticmethod
    def _guarded(serve: Serve) -> Callable[..., Awaitable[None]]:
        """bolt would answer 500 and print a traceback; we keep the error for who asked."""

        async def listener(body: Shape, ack: AsyncAck, context: AsyncBoltContext) -> None:
            try:
                answer = await serve(body)
            except Exception as exc:  # noqa: BLE001 - raised again by dispatch
                context["failed"].append(exc)
                return
            if answer is None:
                await ack()
            else:
                await ack(answer)

        return listener

    @staticmethod
    def _authorize(workspaces: Workspaces) -> Callable[..., Awaitable[Any]]:
        async def authorize(
            team_id: str | None, enterprise_id: str | None
        ) -> AuthorizeResult | None:
            workspace = workspaces.opened(team_id or "")
            if workspace is None:
                return None
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=workspace.id,
                bot_id=workspace.bot_id,
                bot_user_id=workspace.bot_user,
                bot_token=workspace.api.token,
            )

        return authorize


async def _nothing(_body: Shape) -> None:
    """There is nothing to do."""


def community_of(body: Shape) -> str:
    """The workspace that something is brought for: in a shared channel, the one we serve."""
    for one in records(body.get("authorizations")):
        if team := word(one.get("team_id")):
            return team
    return word(record(body.get("team")).get("id")) or word(body.get("team_id"))


def _json(shown: str) -> Shape | None:
    if not shown:
        return None
    try:
        body = json.loads(shown)
    except ValueError:
        return {"text": shown}
    return body if isinstance(body, dict) else None
