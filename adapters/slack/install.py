"""Installing the app in many workspaces: Slack's OAuth, whose end is a token in our store.

docs.slack.dev/authentication/installing-with-oauth
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from adapters.slack.api import Api
from adapters.slack.scopes import BOT, USER
from adapters.slack.shape import record, word
from adapters.slack.workspace import Tokens
from adapters.slack.workspaces import Workspaces
from bot.chat.asker import Refused
from bot.chat.sheet import Press
from bot.chat.signed import Signer
from bot.errors import PlatformError
from bot.log import logger

INSTALL, RETURN = "/slack/install", "/slack/oauth_redirect"
_COOKIE = "bifocal_slack_install"
_LASTS = timedelta(minutes=10)
"""How long somebody may think about it; chosen by eye."""
_VERB = "install"

_log = logger("slack")


class Install:
    """The two pages of an installation."""

    def __init__(
        self,
        api: Callable[[], Api],
        api_base: str,
        client: tuple[str, str],
        *,
        public_url: str,
        signer: Signer,
        workspaces: Workspaces,
        now: Callable[[], datetime],
    ) -> None:
        """``client`` is the app's id and secret; ``public_url`` where people reach us."""
        parts = urlsplit(api_base)
        self._authorize = f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"
        self._api = api
        self._id, self._secret = client
        self._return_to = f"{public_url.rstrip('/')}{RETURN}" if public_url else ""
        self._signer = signer
        self._workspaces = workspaces
        self._now = now
        self._used: dict[str, datetime] = {}

    def router(self) -> APIRouter:
        """The routes, to be mounted on the web application."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(INSTALL, self.begin, methods=["GET"])
        router.add_api_route(RETURN, self.end, methods=["GET"])
        return router

    async def begin(self, request: Request) -> Response:
        """Send somebody to Slack, who asks them; ``?as=admin`` asks for their own token, too."""
        nonce = secrets.token_urlsafe(24)
        until = str(int((self._now() + _LASTS).timestamp()))
        asked = {
            "client_id": self._id,
            "scope": ",".join(BOT),
            "state": self._signer.write(Press(_VERB, nonce, until), ""),
        }
        if request.query_params.get("as") == "admin":
            asked["user_scope"] = ",".join(USER)
        if self._return_to:
            asked["redirect_uri"] = self._return_to
        reply = RedirectResponse(f"{self._authorize}?{urlencode(asked)}", status_code=303)
        # Whoever comes back must be who was sent: another's link installs nothing.
        reply.set_cookie(
            _COOKIE,
            nonce,
            max_age=int(_LASTS.total_seconds()),
            path=RETURN,
            secure=self._return_to.startswith("https://"),
            httponly=True,
            samesite="lax",
        )
        return reply

    async def end(self, request: Request) -> Response:
        """Take the token of a workspace that said yes."""
        asked = request.query_params
        if not self._is_ours(asked.get("state", ""), request.cookies.get(_COOKIE, "")):
            return PlainTextResponse(
                f"This link is not valid any more. Begin again at {INSTALL}.", 400
            )
        if not asked.get("code"):
            return PlainTextResponse("Nothing was installed, as Slack was told no.", 200)
        try:
            name = await self._installed(asked["code"])
        except PlatformError as exc:
            _log.warning("slack.not_installed", reason=str(exc))
            return PlainTextResponse(f"Nothing was installed. {exc} Begin again at {INSTALL}.", 502)
        reply = PlainTextResponse(
            f"Bifocal is installed in {name}. Invite it to the channels it is to look at, and "
            "choose the moderators' channel with /bifocal setup."
        )
        reply.delete_cookie(_COOKIE, path=RETURN)
        return reply

    async def _installed(self, code: str) -> str:
        answer = await self._api().call(
            "oauth.v2.access",
            client_id=self._id,
            client_secret=self._secret,
            code=code,
            redirect_uri=self._return_to or None,
        )
        user = record(answer.get("authed_user"))
        tokens = Tokens(word(answer.get("access_token")), word(user.get("access_token")))
        if not tokens.bot or answer.get("is_enterprise_install") is True:
            raise PlatformError("Slack gave no token for a single workspace.")
        workspace = await self._workspaces.install(tokens, word(user.get("id")))
        _log.info("slack.installed", community=workspace.id, by=word(user.get("id")))
        return workspace.name

    def _is_ours(self, state: str, cookie: str) -> bool:
        """Whether we sent them, in this browser, a moment ago, and they come back only once."""
        try:
            press = self._signer.read(state, "")
        except Refused:
            return False
        now = self._now()
        self._used = {nonce: until for nonce, until in self._used.items() if until > now}
        if press.verb != _VERB or not press.detail.isdecimal() or press.subject in self._used:
            return False
        if int(press.detail) < now.timestamp():
            return False
        if not secrets.compare_digest(press.subject.encode(), cookie.encode()):
            return False
        self._used[press.subject] = now + _LASTS
        return True
