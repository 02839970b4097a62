"""discord.py's client as we use it: nothing cached but guilds, and messages as they came.

discord.py makes objects of events and stops at one that it does not understand. Messages are
therefore read by us; of guilds, channels and roles discord.py keeps the book, and what it cannot
read there costs that guild's page in the book and nothing more.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from discord.state import AutoShardedConnectionState
from discord.user import ClientUser
from discord.utils import _from_json

from adapters.discord.api import Payload
from adapters.discord.session import Heard
from bot.log import logger

BOOK = frozenset({
    "CHANNEL_CREATE", "CHANNEL_DELETE", "CHANNEL_UPDATE", "GUILD_CREATE", "GUILD_DELETE",
    "GUILD_MEMBER_UPDATE", "GUILD_ROLE_CREATE", "GUILD_ROLE_DELETE", "GUILD_ROLE_UPDATE",
    "GUILD_UPDATE", "THREAD_CREATE", "THREAD_DELETE", "THREAD_LIST_SYNC", "THREAD_UPDATE",
})  # fmt: skip
"""Events that change what is known of a guild."""
MESSAGES = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE"})
BETWEEN_IDENTIFIES_S = 5.0
"""One IDENTIFY in so many seconds (Discord docs, events/gateway, "Rate Limiting")."""
LONGEST_WAIT_S = 60.0
"""A rate limit that asks for more is an error, and the job comes again later."""

# Nobody is to be told that voice lacks a library: Bifocal does not speak.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

_log = logger("discord.gateway")


class Listener(Protocol):
    """What is told of events, at once and in order."""

    def message(self, event: str, payload: Payload, heard: Heard | None) -> None:
        """A message was written or changed; ``heard`` is the place in the session, if any."""
        ...

    def guild(self, event: str, payload: Payload, heard: Heard | None) -> None:
        """The book was changed by this event."""
        ...

    async def interaction(self, interaction: "discord.Interaction[Any]") -> None:
        """Somebody used a command, a menu, a button or a form."""
        ...

    async def room(self) -> None:
        """Returns when more may be read."""
        ...

    async def logged_in(self, client: "Gateway") -> None:
        """The token is good; the socket is about to be opened."""
        ...


class Visiting:
    """Listens to nothing: for a client that only asks."""

    def message(self, event: str, payload: Payload, heard: Heard | None) -> None:
        """Pass over it."""

    def guild(self, event: str, payload: Payload, heard: Heard | None) -> None:
        """Pass over it."""

    async def interaction(self, interaction: "discord.Interaction[Any]") -> None:
        """Pass over it."""

    async def room(self) -> None:
        """There is always room."""

    async def logged_in(self, client: "Gateway") -> None:
        """Tell nobody."""


def intents() -> discord.Intents:
    """What Discord is asked to tell: guilds and their messages with content, nothing of members."""
    return discord.Intents(guilds=True, guild_messages=True, message_content=True)


def reach(api_base: str, gateway_url: str) -> None:
    """Point discord.py, in the whole process, at the services of the settings."""
    Route.BASE = api_base.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


class Connection(Protocol):
    """A shard, as its socket knows it."""

    heard: Heard
    socket: "Socket | None"

    def hears(self, event: str, number: int) -> None:
        """An event of this number came."""
        ...


class Gateway(discord.Client):
    """One login, any number of shards."""

    def __init__(
        self,
        listener: Listener,
        trace: aiohttp.TraceConfig,
        clock: Callable[[], float],
        identify_every: float = BETWEEN_IDENTIFIES_S,
    ) -> None:
        """``clock`` is monotonic, in seconds; so is ``identify_every``."""
        super().__init__(
            intents=intents(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            http_trace=trace,
            max_ratelimit_timeout=LONGEST_WAIT_S,
        )
        self.listener = listener
        self.shards: dict[int, Connection] = {}
        self._hearing: Heard | None = None
        self._clock = clock
        self._identify_every = identify_every
        self._identified: float | None = None
        self._turn = asyncio.Lock()
        self._keep_the_book()

    def _get_state(self, **options: Any) -> Any:
        # The state of sharded clients does not forget all guilds when one shard begins anew.
        return AutoShardedConnectionState(
            dispatch=self.dispatch,
            handlers=self._handlers,
            hooks=self._hooks,
            http=self.http,
            **options,
        )

    def _get_websocket(
        self, guild_id: int | None = None, *, shard_id: int | None = None
    ) -> DiscordWebSocket:
        count = self._connection.shard_count or 1
        number = shard_id if shard_id is not None else ((guild_id or 0) >> 22) % count
        socket = self.shards[number].socket
        if socket is None:
            raise discord.ClientException("the shard is not connected")
        return socket

    def read(self, event: str, payload: Payload, heard: Heard) -> None:
        """Read an event that came at this place of a session."""
        parse = self._connection.parsers.get(event)
        if parse is None:
            return
        self._hearing = heard
        try:
            parse(payload)
        finally:
            self._hearing = None

    async def setup_hook(self) -> None:
        """Called by discord.py between the login and the first connection."""
        await self.listener.logged_in(self)

    async def before_identify_hook(
        self,
        shard_id: int | None,  # noqa: ARG002 - one pace for all shards
        *,
        initial: bool = False,  # noqa: ARG002 - discord.py's shape
    ) -> None:
        """Begin sessions at Discord's pace."""
        async with self._turn:
            if self._identified is not None:
                await asyncio.sleep(self._identified + self._identify_every - self._clock())
            self._identified = self._clock()

    async def on_interaction(self, interaction: "discord.Interaction[Any]") -> None:
        """Called by discord.py."""
        await self.listener.interaction(interaction)

    async def on_error(self, event_method: str, /, *_: object, **__: object) -> None:
        """Called by discord.py where one of our handlers broke."""
        _log.exception("handler.broke", handler=event_method)

    def _keep_the_book(self) -> None:
        parsers = self._connection.parsers
        kept = {event: self._written(event, parsers[event]) for event in BOOK}
        kept["INTERACTION_CREATE"] = self._careful("INTERACTION_CREATE", parsers)
        kept["READY"] = self._begun
        kept["RESUMED"] = lambda payload: self.listener.guild("RESUMED", payload, self._hearing)
        for event in MESSAGES:
            kept[event] = self._heard(event)
        parsers.clear()
        parsers.update(kept)

    def _heard(self, event: str) -> Callable[[Any], None]:
        return lambda payload: self.listener.message(event, payload, self._hearing)

    def _careful(
        self, event: str, parsers: dict[str, Callable[[Any], None]]
    ) -> Callable[[Any], None]:
        parse = parsers[event]

        def parsed(payload: Payload) -> None:
            try:
                parse(payload)
            except Exception as exc:  # noqa: BLE001 - whatever discord.py makes of a surprise
                _log.error("event.unread", kind=event, error=type(exc).__name__)

        return parsed

    def _written(self, event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        def parsed(payload: Payload) -> None:
            try:
                parse(payload)
            except Exception as exc:  # noqa: BLE001 - whatever discord.py makes of a surprise
                _log.error("event.unread", kind=event, error=type(exc).__name__)
                self._tear_out(event, payload)
            self.listener.guild(event, payload, self._hearing)

        return parsed

    def _tear_out(self, event: str, payload: object) -> None:
        """Forget a guild whose change could not be read; it is asked for when next needed."""
        told = payload if isinstance(payload, dict) else {}
        said = told.get("guild_id") or (told.get("id") if event.startswith("GUILD_") else None)
        if isinstance(said, str) and said.isdecimal():
            self._connection._guilds.pop(int(said), None)  # noqa: SLF001 - there is no public way

    def _begun(self, payload: Payload) -> None:
        """A session began: whose we are, and which guilds will be told of."""
        state = self._connection
        state.user = ClientUser(state=state, data=payload["user"])
        told = {int(each["id"]) for each in payload["guilds"]}
        number, count = payload.get("shard") or (0, 1)
        for guild in list(self.guilds):
            if guild.id not in told and (guild.id >> 22) % count == number:
                state._remove_guild(guild)  # noqa: SLF001 - left while we were away
        for each in payload["guilds"]:
            if self.get_guild(int(each["id"])) is None:
                state._add_guild_from_data(each)  # noqa: SLF001 - as discord.py's own parser does
        self.listener.guild("READY", payload, self._hearing)


class Socket(DiscordWebSocket):
    """One connection of one shard, which reads no faster than what it brings is taken."""

    async def received_message(self, msg: Any, /) -> None:
        """Called by discord.py with each frame."""
        text = self._decompressor.decompress(msg) if isinstance(msg, bytes) else msg
        if text is None:  # half of a frame
            return
        client: Gateway = self._connection._get_client()  # type: ignore[assignment]  # noqa: SLF001 - as discord.py reaches it
        shard = client.shards[self.shard_id or 0]
        shard.socket = self
        frame = _from_json(text)
        if frame.get("op") != self.DISPATCH:
            await super().received_message(text)
            return
        event, said = frame["t"], frame["d"]
        # Noted before it is read: what cannot be read is not asked for again.
        self.sequence = shard.heard.received = frame["s"]
        if self._keep_alive:
            self._keep_alive.tick()
        if event == "READY":
            self.session_id = said["session_id"]
            self.gateway = yarl.URL(said["resume_gateway_url"])
        shard.hears(event, frame["s"])
        client.read(event, said, shard.heard)
        await client.listener.room()
