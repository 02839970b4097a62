"""Slack, as a platform: what is posted there is judged, and what a bot may do is done.

What Slack does not allow is said, withheld, and one press away for a person; see docs/slack.md.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta

import aiohttp
import httpx
from fastapi import APIRouter

from adapters.slack import examine
from adapters.slack.allowed import asks_too_much, why_not
from adapters.slack.api import TIMEOUT, Api
from adapters.slack.building import Given, built
from adapters.slack.client import SlackClient
from adapters.slack.events import PLATFORM
from adapters.slack.http import Events, Signature
from adapters.slack.install import Install
from adapters.slack.installations import Installations
from adapters.slack.limits import GAP, Pace, WaitAsTold
from adapters.slack.socket import Socket
from adapters.slack.workspace import ONLY_ITS_OWN
from analysis.dialling import dialled
from bot.bookmarks import Bookmarks
from bot.chat.port import Chat
from bot.chat.signed import Signer
from bot.communities import Communities
from bot.config.tables import MediaLimits
from bot.config.tables import Slack as Settings
from bot.errors import Misconfigured, PlatformUnavailable
from bot.log import logger
from bot.model import Attachment, Message, Ref
from bot.ports import Accept, Action, Examined

CONNECTS_WITHIN_S = 10.0
"""Seconds a start waits for Slack; after that it goes on trying, and ``ready`` says so."""
AGAIN_S = 5.0
"""Seconds between tries to reach Slack at start; chosen by eye."""

_log = logger("slack")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Slack:
    """Slack as a ``Platform``, over Socket Mode or HTTP, for one workspace or many."""

    def __init__(
        self,
        settings: Settings,
        media: MediaLimits,
        *,
        communities: Communities,
        bookmarks: Bookmarks,
        signer: Signer,
        installations: Installations,
        text_only: bool = True,
        public_url: str = "",
        asked: Callable[[str], Iterable[Action]] = lambda _community: (),
        now: Callable[[], datetime] = _utc_now,
        gap: timedelta = GAP,
    ) -> None:
        """``asked`` gives what a workspace's rules may ask for, to say what Slack has not of it.

        ``gap`` is the time between two posts in a channel. ``serve`` says who answers people.

        Raises:
            Misconfigured: no way was given by which Slack could reach us.
        """
        _check(settings)
        self._settings = settings
        self._asked = asked
        self._public_url = public_url
        self._now = now
        self._pace, self._wait = Pace(gap), WaitAsTold()
        self._session: aiohttp.ClientSession | None = None
        self._http = httpx.AsyncClient(transport=dialled()(), trust_env=False)
        self._communities = communities
        self._accept: Accept | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._parts = built(
            Given(
                settings,
                media,
                text_only,
                communities,
                bookmarks,
                installations,
                signer,
                now,
                self._api,
                self._open_session,
                self._http,
                self._accepting,
            )
        )
        self._socket = self._socket_mode()
        self._router = self._routes(signer)

    @property
    def name(self) -> str:
        """The registry's name."""
        return PLATFORM

    @property
    def client(self) -> SlackClient:
        """What actions act through."""
        return self._parts.client

    def serve(self, chat: Chat) -> None:
        """Let ``chat`` answer people who ask; until then they are told to come again."""
        self._parts.front.served = chat

    def simulates(self, community_id: str) -> bool:
        """Whether actions there are only recorded as what would have been done."""
        live = self._communities.of(PLATFORM, community_id).live
        return self._settings.simulate if live is None else not live

    def can(self, action: Action, message: Message) -> str | None:
        """None if Slack and its workspace allow the action, else why not."""
        workspace = self._parts.workspaces.opened(message.ref.community_id)
        return why_not(action, workspace, message)

    def link(self, ref: Ref) -> str:
        """Where a post opens in Slack; empty where its workspace was not opened."""
        return self._parts.workspaces.link(ref)

    def asks_too_much(self, actions: Iterable[Action], community_id: str = "") -> tuple[str, ...]:
        """What a policy asks for that cannot be done in a workspace: a sentence each, to warn
        when a policy is loaded. Without a workspace, that of the settings' tokens.
        """
        workspaces, settings = self._parts.workspaces, self._settings
        here = workspaces.opened(community_id) if community_id else workspaces.own
        if here is not None:
            return asks_too_much(actions, here.cannot_delete())
        alone = settings.bot_token is not None and settings.user_token is None
        return asks_too_much(actions, ONLY_ITS_OWN if alone else "")

    async def fetch(self, attachment: Attachment, message: Message, at_most: int) -> bytes:
        """The bytes of a post's file, at most so many.

        Raises:
            Gone: it is no more, or Bifocal is not in the workspace any more.
            UnreadableMedia: too large, from a host that is not allowed, or not what it should be.
            PlatformUnavailable: try again later.
        """
        workspace = await self._parts.workspaces.of(message.ref.community_id)
        return await self._parts.files.fetch(workspace, attachment, at_most)

    async def settled(self, message: Message, case_id: str | None) -> None:
        """Nothing is shown: the card, where there is one, is redrawn by itself."""

    async def start(self, accept: Accept) -> None:
        """Listen. Where Slack does not answer in time, it is tried again until it does."""
        self._accept = accept
        self._parts.entrance.open = True
        self._connecting = asyncio.create_task(self._connect(), name="slack")
        await asyncio.wait({self._connecting}, timeout=CONNECTS_WITHIN_S)
        if why := self.ready():
            _log.error("slack.not_ready", reason=why)

    async def stop(self) -> None:
        """Take nothing more, finish what is under way, hang up."""
        self._parts.entrance.open = False
        if self._connecting is not None:
            self._connecting.cancel()
        await self._parts.background.drain()
        if self._socket is not None:
            await self._socket.close()
        await self._close()

    def routes(self) -> APIRouter | None:
        """The address Slack's requests come to, and the pages of installing; None for neither."""
        return self._router

    def ready(self) -> str | None:
        """None when it can work, else what is missing."""
        workspaces = self._parts.workspaces
        if not self._parts.entrance.open:
            return "Slack has not started"
        if workspaces.trouble:
            return workspaces.trouble
        if workspaces.own is not None and workspaces.own.refused:
            return workspaces.own.refused
        if self._settings.bot_token and workspaces.own is None:
            return "Slack has not answered yet"
        if self._socket is not None and not self._socket.is_up_now():
            return "the connection to Slack is down, and is being opened again"
        return None

    async def examine(self, community_id: str = "") -> tuple[Examined, ...]:
        """What of it works, in one workspace or in all."""
        started = self._parts.entrance.open
        try:
            return tuple([one async for one in self._examined(community_id)])
        finally:
            if not started:
                await self._close()

    async def _examined(self, community_id: str) -> AsyncIterator[Examined]:
        parts, app_token = self._parts, self._settings.app_token
        if app_token is not None and not community_id:
            yield await examine.connection(self._api(app_token.get_secret_value()))
        elif not community_id:
            yield examine.request_url(self._public_url)
        try:
            await parts.workspaces.open_all()
        except PlatformUnavailable as exc:
            yield Examined(well=False, sentence=f"{exc} {examine.UNREACHED}")
            return
        if trouble := parts.workspaces.trouble:
            yield Examined(well=False, sentence=trouble)
        for one in parts.workspaces.known:
            if community_id in {"", one.id}:
                pages = one.id in parts.files.needs_scope
                found = examine.workspace(
                    one, parts.ranks, self._asked(one.id), now=self._now(), needs_scope=pages
                )
                async for each in found:
                    yield each

    async def _connect(self) -> None:
        """Reach Slack, however often it takes."""
        parts = self._parts
        while True:
            try:
                await parts.workspaces.open_all()
            except PlatformUnavailable as exc:
                _log.warning("slack.not_reached", reason=str(exc))
                await asyncio.sleep(AGAIN_S)
                continue
            break
        if self._socket is not None and not parts.workspaces.trouble:
            await self._socket.open()
        parts.background.start(parts.sent.sweep(), "sweep")
        parts.background.start(parts.pictures.sweep(), "sweep")

    def _api(self, token: str) -> Api:
        base = self._settings.api_base
        return Api(token, base, self._open_session(), self._pace, self._wait)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        return self._session

    async def _close(self) -> None:
        if self._session is not None:
            await self._session.close()
        await self._http.aclose()

    def _accepting(self) -> Accept:
        if self._accept is None:
            raise PlatformUnavailable("Slack has not started.")
        return self._accept

    def _socket_mode(self) -> Socket | None:
        token = self._settings.app_token
        if token is None:
            return None
        parts = self._parts
        return Socket(parts.listeners.app, token.get_secret_value(), parts.entrance.take)

    def _routes(self, signer: Signer) -> APIRouter | None:
        settings, parts = self._settings, self._parts
        router = APIRouter()
        if settings.app_token is None and settings.signing_secret is not None:
            secret = Signature(settings.signing_secret.get_secret_value(), self._now)
            router.include_router(Events(secret, parts.entrance).router())
        if settings.client_id and settings.client_secret is not None:
            install = Install(
                lambda: self._api(""),
                settings.api_base,
                (settings.client_id, settings.client_secret.get_secret_value()),
                public_url=self._public_url,
                signer=signer,
                workspaces=parts.workspaces,
                now=self._now,
            )
            router.include_router(install.router())
        return router if router.routes else None


def _check(settings: Settings) -> None:
    if settings.app_token is None and settings.signing_secret is None:
        raise Misconfigured(
            "Slack cannot reach Bifocal: set BIFOCAL_SLACK__APP_TOKEN (xapp-…) for Socket Mode, "
            "or BIFOCAL_SLACK__SIGNING_SECRET for HTTP."
        )
    if bool(settings.client_id) is not bool(settings.client_secret):
        raise Misconfigured(
            "For many workspaces Slack needs both: slack.client_id and "
            "BIFOCAL_SLACK__CLIENT_SECRET."
        )
    if settings.bot_token is None and not settings.client_id:
        raise Misconfigured(
            "Slack needs BIFOCAL_SLACK__BOT_TOKEN (xoxb-…), or client_id and client_secret for "
            "many workspaces."
        )
