"""The whole emulated service: its guilds, its clock, its server, and what arrived at it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import discord
import yarl
from aiohttp import web
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.emulators.discord.calls import Received
from tests.emulators.discord.cdn import Cdn
from tests.emulators.discord.channels import Channel
from tests.emulators.discord.commands import Commands
from tests.emulators.discord.files import Serving, Sticker
from tests.emulators.discord.gateway import Gateway
from tests.emulators.discord.guilds import Guild
from tests.emulators.discord.intents import Intent
from tests.emulators.discord.interactions import Interactions
from tests.emulators.discord.people import User
from tests.emulators.discord.permissions import MODERATING, Permission
from tests.emulators.discord.refusals import unknown
from tests.emulators.discord.rest import Rest
from tests.emulators.discord.snowflakes import Snowflakes
from tests.emulators.discord.troubles import Troubles
from tests.emulators.discord.webhooks import Webhook

Json = dict[str, Any]
AClient = TypeVar("AClient", bound=discord.Client)
APP_FLAGS = {
    Intent.GUILD_PRESENCES: 1 << 13,
    Intent.GUILD_MEMBERS: 1 << 15,
    Intent.MESSAGE_CONTENT: 1 << 19,
}
"""What an application of under 10,000 users shows for each privileged intent it may use."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Settings:
    """What a client needs to know to come here instead of to Discord."""

    token: str
    api_base: str
    gateway_url: str
    cdn_base: str
    """Stickers' links begin with it; attachments' links are whole as they come."""
    host: str
    """``127.0.0.1:port``: the CDN's too, for an allow-list of hosts."""


@dataclass(eq=False, repr=False)
class World:
    """One emulated Discord. Make it with ``discord_world()``."""

    now: Callable[[], datetime] = now
    token: str = "canary-discord-token"
    shards: int = 1
    """What GET /gateway/bot recommends."""
    max_concurrency: int = 1
    url: str = ""
    """``http://127.0.0.1:port``"""
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    rest: Troubles = field(default_factory=Troubles)
    """Order trouble for the REST API here."""
    received: list[Received] = field(default_factory=list)
    """Every REST request, in order."""
    unanswered: list[str] = field(default_factory=list)
    """Requests for which there is no handler: an emulator's gap, or a client's mistake."""
    broken: list[Exception] = field(default_factory=list)
    """Faults of the emulator's own; ``discord_world`` raises the first at its end."""
    invalid_requests: int = 0
    """Answers of 401, 403 and 429 (shared scope apart); Discord bans at 10,000 in 10 minutes."""
    ids: Snowflakes = field(init=False)
    gateway: Gateway = field(init=False)
    cdn: Cdn = field(init=False)
    commands: Commands = field(init=False)
    interactions: Interactions = field(init=False)
    bot: User = field(init=False)
    operator: User = field(init=False)
    """The application's owner."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _running: dict[discord.Client, "asyncio.Task[None]"] = field(default_factory=dict)
    _waiting: list[asyncio.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ids = Snowflakes(self.now)
        self.gateway, self.cdn = Gateway(self), Cdn(self)
        self.commands, self.interactions = Commands(self), Interactions(self)
        self.bot = self.user("bifocal", is_bot=True)
        self.operator = self.user("operator")

    @property
    def app_id(self) -> int:
        """The application's id, which is its bot's too."""
        return self.bot.id

    @property
    def app_flags(self) -> int:
        """The application's flags: the privileged intents of ``gateway.allowed``."""
        return sum(flag for intent, flag in APP_FLAGS.items() if intent in self.gateway.allowed)

    @property
    def gateway_url(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/gateway"

    def settings(self) -> Settings:
        """Where and with what token to connect."""
        host = self.url.removeprefix("http://")
        return Settings(self.token, f"{self.url}/api/v10", self.gateway_url, self.url, host)

    def guild(
        self,
        name: str,
        *,
        permissions: Permission = MODERATING,
        crowd: int = 0,
        with_bot: bool = True,
    ) -> Guild:
        """The guild of this name, made if there is none, with a ``general`` channel.

        ``permissions`` are those of the bot's role beside @everyone's; ``crowd`` is how many
        further members there are, made only when looked at. A guild made while a client is
        connected is announced by GUILD_CREATE.
        """
        found = [each for each in self.guilds.values() if each.name == name]
        if found:
            return found[0]
        guild = Guild(self, self.ids.next(), name).found(self.user(f"{name} owner"))
        self.guilds[guild.id] = guild
        guild.channel("general")
        if crowd:
            guild.crowded(crowd)
        if with_bot:
            guild.add_bot(permissions)
            self.gateway.send_guild(guild)
        return guild

    def user(
        self,
        name: str,
        *,
        created: timedelta = timedelta(days=400),
        is_bot: bool = False,
        takes_dms: bool = True,
    ) -> User:
        """The account of this name, made so long ago if there is none."""
        found = [each for each in self.users.values() if each.name == name]
        if found:
            return found[0]
        user = User(self, self.ids.next(self.now() - created), name, is_bot, takes_dms)
        self.users[user.id] = user
        return user

    def somebody(self, user_id: int) -> User:
        """An account by id, also one of a crowd.

        Raises:
            Refusal: 10013, no such account.
        """
        if user := self.users.get(user_id):
            return user
        for guild in self.guilds.values():
            if member := guild.member_of(user_id):
                return member.user
        raise unknown("user")

    def dm_with(self, user: User) -> Channel:
        """The direct messages between the bot and somebody."""
        if user.dm is None:
            user.dm = Channel(self, self.ids.next(), "dm", "", recipient=user)
            self.channels[user.dm.id] = user.dm
        return user.dm

    def sticker(
        self, name: str, data: bytes, *, kind: int = 1, guild: Guild | None = None
    ) -> Sticker:
        """A sticker: ``kind`` 1 PNG, 2 APNG, 3 Lottie, 4 GIF."""
        sticker = Sticker(self.ids.next(), name, data, kind, guild.id if guild else None)
        self.cdn.stickers[sticker.id] = sticker
        if guild is not None:
            guild.stickers.append(sticker)
        return sticker

    def embed(
        self,
        *,
        image: bytes | None = None,
        serving: Serving | None = None,
        image_url: str = "https://pictures.example/picture.png",
        **said: Any,
    ) -> Json:
        """A link's preview, as the service makes it: the picture behind the proxy."""
        embed: Json = {"type": "link", "url": "https://pictures.example/", **said}
        if image is not None:
            proxied = self.cdn.picture(image, serving=serving)
            embed["image"] = {"url": image_url, "proxy_url": proxied, "width": 1, "height": 1}
        return embed

    def media(self, image: bytes, *, serving: Serving | None = None) -> Json:
        """A picture of the open web as components carry it, behind the proxy."""
        proxied = self.cdn.picture(image, serving=serving)
        return {"url": "https://pictures.example/picture.png", "proxy_url": proxied}

    def add_channel(self, channel: Channel) -> None:
        self.channels[channel.id] = channel

    def remove_channel(self, channel: Channel) -> None:
        """A channel goes with its threads and all messages."""
        for thread in channel.threads:
            self.remove_channel(thread)
        del self.channels[channel.id]
        for message in channel.messages:
            message.deleted = True
        channel.tell_of_itself("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE")

    def requests(self, method: str, *parts: str) -> list[Received]:
        """What arrived by this method at paths that contain all these parts."""
        return [r for r in self.received if r.method == method and all(p in r.path for p in parts)]

    async def drop(self) -> None:
        """Every gateway connection vanishes without a word; sessions stay resumable."""
        await self.gateway.drop()

    def changed(self) -> None:
        """Something happened: let those who wait look again."""
        for waiting in self._waiting:
            waiting.set()

    async def until(self, true: Callable[[], object], within_s: float = 30.0) -> None:
        """Wait until this is so, looking whenever something arrives, and every 10 ms.

        Raises:
            TimeoutError: it was not so in time.
        """
        look = asyncio.Event()
        self._waiting.append(look)
        try:
            async with asyncio.timeout(within_s):
                while not true():
                    # What only the client knows changes without a word to us.
                    with suppress(TimeoutError):
                        await asyncio.wait_for(look.wait(), 0.01)
                    look.clear()
        finally:
            self._waiting.remove(look)

    async def connected(self, within_s: float = 30.0) -> None:
        """Wait until a client holds a session."""
        await self.until(lambda: self.gateway.listening, within_s)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["World"]:
        """Listen on a free port of loopback."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        rest = Rest(self)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        for kind in ("attachments", "ephemeral-attachments"):
            app.router.add_get(f"/{kind}/{{channel}}/{{id}}/{{name}}", self.cdn.attachment)
        app.router.add_get("/stickers/{id}.{extension}", self.cdn.sticker)
        app.router.add_get("/external/{rest:.*}", self.cdn.external)
        app.router.add_route("*", "/api/v10/{rest:.*}", rest.serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            self.closing.set()
            await self.gateway.drop()
            await runner.cleanup()

    @contextmanager
    def pointed_at(self) -> Iterator[None]:
        """Point discord.py here; afterwards whatever was set before is set again."""
        with addresses_kept():
            settings = self.settings()
            Route.BASE, Asset.BASE = settings.api_base, settings.cdn_base
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
            yield

    async def end_of(self, client: discord.Client) -> BaseException | None:
        """Wait until a visiting client ends by itself; what it ended with."""
        running = self._running[client]
        await self.until(running.done)
        return running.exception()

    @asynccontextmanager
    async def visited_by(self, client: AClient) -> AsyncIterator[AClient]:
        """Run a client here until it is ready, and close it afterwards.

        Raises:
            Whatever ends the client before it is ready.
        """
        with self.pointed_at():
            async with client:
                running = asyncio.create_task(client.start(self.token))
                self._running[client] = running
                ready = asyncio.create_task(client.wait_until_ready())
                await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
                try:
                    if running.done():
                        running.result()
                    yield client
                finally:
                    ready.cancel()
                    await client.close()
                    await asyncio.gather(running, ready, return_exceptions=True)


@asynccontextmanager
async def discord_world(**settings: Any) -> AsyncIterator[World]:
    """A Discord on loopback for the length of a test, and discord.py's addresses as before after.

    ``settings`` are ``World``'s fields, such as ``now`` (the clock) and ``shards``.
    """
    world = World(**settings)
    with addresses_kept():
        async with world.serving():
            yield world
    # A fault of the emulator's own must not pass for one of the client's.
    if world.broken:
        raise world.broken[0]


@contextmanager
def addresses_kept() -> Iterator[None]:
    """Whatever is done to discord.py's addresses meanwhile, afterwards they are as before."""
    base, cdn, gateway = Route.BASE, Asset.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    try:
        yield
    finally:
        Route.BASE, Asset.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, cdn, gateway
