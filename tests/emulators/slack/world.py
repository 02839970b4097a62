"""The world: every workspace, the app as Slack knows it, the sites, and what arrived."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from tests.emulators.slack import events, oauth
from tests.emulators.slack.delivery import Delivery, PostOffice, Transport
from tests.emulators.slack.file_server import FileServer
from tests.emulators.slack.files import File, Upload
from tests.emulators.slack.http_mode import HttpMode
from tests.emulators.slack.ids import Ids
from tests.emulators.slack.kinds import DeliveryKind, Json, Refused
from tests.emulators.slack.methods import METHODS
from tests.emulators.slack.people import User
from tests.emulators.slack.response_urls import ResponseUrls
from tests.emulators.slack.sites import Site, anything
from tests.emulators.slack.socket_mode import SocketMode
from tests.emulators.slack.team import Team
from tests.emulators.slack.tokens import BOT_SCOPES, USER_SCOPES, Caller, Token
from tests.emulators.slack.views import View
from tests.emulators.slack.web_api import Call, Fault, WebApi

T = TypeVar("T")


@dataclass
class App:
    """The app as it is registered at Slack."""

    id: str
    name: str = "bifocal"
    client_id: str = "1111111111.2222222222"
    client_secret: str = "client-secret-canary"
    signing_secret: str = "signing-secret-canary"
    verification_token: str = "verification-token-canary"
    redirect_uri: str = ""
    """Where OAuth returns to when the request names no place."""


@dataclass(frozen=True)
class Settings:
    """What the app under test is configured with."""

    api_base: str
    """``AsyncWebClient(base_url=…)``; ends with a slash."""
    bot_token: str
    app_token: str
    user_token: str
    """An admin's, for deleting what others posted; empty when none was granted."""
    signing_secret: str
    client_id: str
    client_secret: str
    authorize_url: str
    file_host: str
    """``host:port`` that files come from, in clear."""


@dataclass
class Trigger:
    user: User
    expires_at: float
    used: bool = False


class World:
    """All of Slack, as far as one app sees it."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.ids = Ids(now)
        self.app = App(self.ids.next("A"))
        self.teams: dict[str, Team] = {}
        self.tokens: dict[str, Token] = {}
        self.files: dict[str, File] = {}
        self.awaited_uploads: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.consents: User | None = None
        """Who presses Allow on the OAuth page; None presses Cancel."""
        self.consented: dict[str, oauth.Consent] = {}
        self.trigger_life_s = 3.0
        self.posts_per_second: float | None = None
        """A limit on chat.postMessage per channel, with Slack's 429; none unless set."""
        self.answers_pings = True
        self.closing = asyncio.Event()
        self.api = WebApi(
            self,
            METHODS,
            {
                "api.test": oauth.api_test,
                "apps.connections.open": oauth.connections_open,
                "oauth.v2.access": oauth.access,
            },
        )
        self.api_site = Site(self._serve)
        self.file_site = Site(FileServer(self).serve)
        self.elsewhere = Site(anything)
        """A host that is not Slack's; ``elsewhere.visits`` shows what reached it."""
        self.response_urls = ResponseUrls(self)
        self.sockets = SocketMode(self)
        self.http: HttpMode | None = None
        self.office = PostOffice(self)
        self.app_token = Token("xapp-1-canary", "app", {"connections:write"})
        self.tokens[self.app_token.value] = self.app_token
        self._triggers: dict[str, Trigger] = {}
        self._posted: dict[str, float] = {}
        self._stirred = asyncio.Event()

    # What tests reach for.

    def team(
        self,
        name: str = "acme",
        *,
        installed: bool = True,
        scopes: frozenset[str] = BOT_SCOPES,
        user_scopes: frozenset[str] = USER_SCOPES,
    ) -> Team:
        """The workspace called so, created on first use with #general and, mostly, the app."""
        known = next((one for one in self.teams.values() if one.name == name), None)
        if known is not None:
            return known
        team = Team(self, self.ids.next("T"), name)
        self.teams[team.id] = team
        if installed:
            team.install(scopes=scopes, user_scopes=user_scopes)
        team.channel("general")
        return team

    def settings(self, team: Team | None = None) -> Settings:
        """What to configure the app with, for one workspace; OAuth apps take their own tokens."""
        app = (team or self.team()).installation
        user_token = app.user_token if app else None
        return Settings(
            api_base=f"{self.api_site.url}/api/",
            bot_token=app.token.value if app else "",
            app_token=self.app_token.value,
            user_token=user_token.value if user_token else "",
            signing_secret=self.app.signing_secret,
            client_id=self.app.client_id,
            client_secret=self.app.client_secret,
            authorize_url=f"{self.api_site.url}/oauth/v2/authorize",
            file_host=self.file_site.host,
        )

    @property
    def received(self) -> list[Call]:
        """Every Web API call of the app, in order."""
        return self.api.calls

    def calls(self, method: str) -> list[Call]:
        return [call for call in self.api.calls if call.method == method]

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything sent to the app, with attempts, latencies and answers."""
        return self.office.deliveries

    def fail(self, method: str, *faults: Fault) -> None:
        """Answer the next calls of a method (``*`` for any) with these, one each."""
        self.api.faults.setdefault(method, deque()).extend(faults)

    async def until(self, fact: Callable[[], T], within: float = 30.0) -> T:
        """Wait until something is so, and give it back.

        Raises:
            TimeoutError: it did not come true.
        """
        end = time.monotonic() + within
        while not (value := fact()):
            if time.monotonic() > end:
                raise TimeoutError(f"not so within {within} s")
            # The app's own state does not stir the world, so look again soon.
            with suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    await self._stirred.wait()
        return value

    async def connected(self, lines: int = 1) -> None:
        """Wait for the app's Socket Mode connections."""
        await self.until(lambda: len(self.sockets.lines) >= lines)

    async def quiet(self) -> None:
        """Wait until everything sent to the app is acknowledged or given up."""
        await self.office.quiet()

    async def drop(self) -> None:
        """Cut every Socket Mode connection without a word."""
        opened = self.sockets.opened
        self.sockets.drop()
        await self.until(lambda: not self.sockets.lines or self.sockets.opened > opened)

    async def interact(self, payload: Json, kind: DeliveryKind = "interactive") -> Delivery:
        """Send any payload, as an enemy would who replays or makes one up."""
        return await self.office.send(kind, payload).settled()

    async def emit(self, event: Json, team: Team | None = None) -> Delivery:
        """Send any event, whatever the app's rights."""
        return events.wrapped(team or self.team(), event)

    def envelope(self, event: Json, team: Team | None = None) -> Json:
        """An event's payload, unsent: for ``world.http.request`` with a forgery."""
        return events.envelope(team or self.team(), event)

    async def point_at(self, url: str) -> HttpMode:
        """Switch to HTTP mode: send to this URL from now on, once it passed the handshake."""
        if self.http is not None:
            await self.http.close()
        self.http = HttpMode(self, url)
        await self.http.verify()
        return self.http

    # What the parts of the emulator reach for.

    @property
    def transport(self) -> Transport:
        return self.http or self.sockets

    def stir(self) -> None:
        """Something changed: wake those who wait."""
        self._stirred.set()
        self._stirred = asyncio.Event()

    def new_hash(self) -> str:
        return self.ids.next("h").lower()

    def mint_token(self, kind: str, team: Team, user: User, scopes: Iterable[str]) -> Token:
        prefix = "xoxb" if kind == "bot" else "xoxp"
        value = f"{prefix}-canary-{self.ids.next('')}"
        token = Token(value, "bot" if kind == "bot" else "user", set(scopes), team, user)
        self.tokens[value] = token
        return token

    def revoke(self, team: Team, token: Token) -> None:
        token.error = "token_revoked"
        team.tell_revoked([token])

    def hold_file(self, owner: User, upload: Upload) -> File:
        created = int(self.ids.now())
        file = File(self.ids.next("F"), owner, upload, created, self.file_site.url, upload.trouble)
        self.files[file.id] = file
        return file

    def delete_file(self, file: File) -> None:
        """It goes everywhere; the messages that showed it change."""
        before = [message.shape() for message in file.shared_in]
        events.file_deleted(file)
        file.deleted = True
        for message, shape in zip(file.shared_in, before, strict=True):
            message.delivery = events.changed(message, shape)
        self.stir()

    def trigger(self, user: User) -> str:
        trigger_id = f"{self.ids.next('')}.{user.team.id}.{self.new_hash()}"
        self._triggers[trigger_id] = Trigger(user, self.ids.now() + self.trigger_life_s)
        return trigger_id

    def exchange(self, caller: Caller, trigger_id: str) -> User:
        """Whose interaction a trigger_id stands for; good once, for three seconds.

        Raises:
            Refused: ``invalid_trigger_id``, ``exchanged_trigger_id``, ``expired_trigger_id``.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None or trigger.user.team is not caller.team:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self.ids.now() > trigger.expires_at:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def throttle(self, method: str, channel: str) -> None:
        """Slack's limit of posts per channel.

        Raises:
            Refused: ``ratelimited``.
        """
        if method != "chat.postMessage" or self.posts_per_second is None:
            return
        now, gap = self.ids.now(), 1 / self.posts_per_second
        if now - self._posted.get(channel, float("-inf")) < gap:
            raise Refused("ratelimited", retry_after=max(1, round(gap)))
        self._posted[channel] = now

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path.startswith("/api/"):
            return await self.api.serve(request)
        if path == "/link/":
            return await self.sockets.serve(request)
        if path == "/oauth/v2/authorize":
            return oauth.authorize(self, request)
        if path.startswith(("/commands/", "/app/")) and request.method == "POST":
            return await self._respond(request)
        return web.Response(status=404, text="no such page")

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            self.response_urls.post(request.path, await request.json())
        except Refused as exc:
            answer = {"ok": False, "error": exc.error} | exc.fields
            return web.json_response(answer, status=exc.status)
        return web.Response(text="ok")

    async def _open(self) -> None:
        for site in (self.api_site, self.file_site, self.elsewhere):
            await site.start()

    async def _close(self) -> None:
        self.closing.set()
        await self.office.close()
        await self.sockets.close()
        if self.http is not None:
            await self.http.close()
        for site in (self.api_site, self.file_site, self.elsewhere):
            await site.stop()


@asynccontextmanager
async def slack_world(now: Callable[[], float] = time.time) -> AsyncIterator[World]:
    """All of Slack on loopback, until the block ends; ``now`` is its clock, in Unix seconds."""
    world = World(now)
    await world._open()
    try:
        yield world
    finally:
        await world._close()
