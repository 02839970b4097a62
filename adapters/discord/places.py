"""What is known of guilds, their channels and roles, and how it is learnt anew when it is not.

Discord tells all of it when a session begins, and nothing when one is resumed after a restart:
then a guild is asked for when the first thing happens in it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import discord

from adapters.discord.api import Api, Payload
from adapters.discord.events import PLATFORM, Spot, author_of
from analysis.text import well_formed
from bot.communities import Communities
from bot.errors import Gone, PlatformUnavailable
from bot.model import Author, Channel

THREADS = 1000
MEMBERS = 10_000
"""How many threads and members that had to be asked for are remembered; the oldest go first."""
FRESH_S = 60.0
"""How long a member counts as they were told: roles change. Chosen by eye."""
_KINDS = {2: "voice", 5: "announcement", 10: "thread", 11: "thread", 12: "thread", 13: "stage"}
_THREADS = frozenset({10, 11, 12})
_FORUMS = frozenset({15, 16})


class Places:
    """Guilds from the connected client's memory, or from Discord."""

    def __init__(
        self,
        client: Callable[[], discord.Client | None],
        api: Api,
        communities: Communities,
        clock: Callable[[], float],
    ) -> None:
        """``clock`` is monotonic, in seconds."""
        self._client = client
        self._clock = clock
        self._api = api
        self._communities = communities
        self._locks: dict[str, asyncio.Lock] = {}
        self._threads: OrderedDict[str, Payload] = OrderedDict()
        self._members: OrderedDict[tuple[str, str], tuple[float, Payload | None]] = OrderedDict()

    def seen(self, guild_id: str) -> discord.Guild | None:
        """A guild as it is remembered; None where it must be asked for."""
        client = self._client()
        guild = client.get_guild(int(guild_id)) if client and guild_id.isdecimal() else None
        return guild if guild and not guild.unavailable and guild.roles else None

    def all(self) -> tuple[discord.Guild, ...]:
        """The guilds that are remembered."""
        client = self._client()
        return tuple(client.guilds) if client else ()

    async def guild(self, guild_id: str) -> discord.Guild:
        """A guild with its channels, roles and active threads.

        Raises:
            Gone: the bot is not in it.
            NotPermitted, PlatformUnavailable: it cannot be asked for.
        """
        if guild := self.seen(guild_id):
            return guild
        async with self._locks.setdefault(guild_id, asyncio.Lock()):
            if guild := self.seen(guild_id):
                return guild
            told = await self._told(guild_id)
        self._locks.pop(guild_id, None)
        client = self._client()
        if client is None:
            raise PlatformUnavailable("Discord is not connected yet", retry_after=5)
        return client._connection._add_guild_from_data(told)  # type: ignore[arg-type]  # noqa: SLF001 - as GUILD_CREATE does; there is no public way

    async def _told(self, guild_id: str) -> Payload:
        """A guild as GUILD_CREATE would tell it."""
        if not guild_id.isdecimal():
            raise Gone("there is no such guild")
        number, ask = int(guild_id), self._api.ask
        told: Payload = dict(await ask(lambda http: http.get_guild(number, with_counts=False)))
        told["channels"] = await ask(lambda http: http.get_all_guild_channels(number))
        active: Mapping[str, Any] = await ask(lambda http: http.get_active_threads(number))
        told["threads"] = active["threads"]
        told["members"] = [await ask(lambda http: http.get_member(number, self._api.me))]
        return told

    async def spot(self, guild_id: str, channel_id: str) -> Spot:
        """Where a message stands.

        Raises:
            Gone, NotPermitted, PlatformUnavailable: it is not known and cannot be asked for.
        """
        guild = await self.guild(guild_id)
        return self.seen_spot(guild, channel_id) or await self._asked(guild, channel_id)

    def seen_spot(self, guild: discord.Guild, channel_id: str) -> Spot | None:
        """Where a message stands, as far as that is remembered."""
        channel = guild.get_channel_or_thread(int(channel_id))
        if channel is None:
            told = self._threads.get(channel_id)
            return _spot(guild, channel_id, told) if told else None
        kind = channel.type.value
        parent = channel.parent_id if isinstance(channel, discord.Thread) else None
        nsfw = bool(getattr(channel, "nsfw", False))
        return _spot(
            guild,
            channel_id,
            {"name": channel.name, "type": kind, "parent_id": parent, "nsfw": nsfw},
        )

    async def _asked(self, guild: discord.Guild, channel_id: str) -> Spot:
        told: Payload = dict(await self._api.ask(lambda http: http.get_channel(int(channel_id))))
        if str(told.get("guild_id")) != str(guild.id):
            raise Gone("the channel is in another guild")
        _remember(self._threads, channel_id, told, THREADS)
        return _spot(guild, channel_id, told)

    def renamed(self, channel_id: str) -> None:
        """Forget what was asked for of a thread, since it changed."""
        self._threads.pop(channel_id, None)

    async def author(
        self,
        guild: discord.Guild,
        user: Mapping[str, Any],
        member: Mapping[str, Any] | None,
        *,
        webhook: bool = False,
    ) -> Author:
        """Who posted; asked for as a member where the message does not tell.

        Raises:
            Malformed: not told as documented.
            PlatformUnavailable: it cannot be asked for now.
        """
        community = self._communities.of(PLATFORM, str(guild.id))
        if member is None and not webhook and str(user.get("id", "")).isdecimal():
            member = await self._member(str(guild.id), str(user["id"]))
        return author_of(user, member, guild, community.moderators)

    async def _member(self, guild_id: str, user_id: str) -> Payload | None:
        key = (guild_id, user_id)
        until, told = self._members.get(key, (0.0, None))
        if until > self._clock():
            return told
        try:
            told = dict(
                await self._api.ask(lambda http: http.get_member(int(guild_id), int(user_id)))
            )
        except Gone:
            told = None
        _remember(self._members, key, (self._clock() + FRESH_S, told), MEMBERS)
        return told


def _spot(guild: discord.Guild, channel_id: str, told: Mapping[str, Any]) -> Spot:
    kind = int(told["type"])
    parent_id = told.get("parent_id")
    parent = guild.get_channel(int(parent_id)) if parent_id and kind in _THREADS else None
    nsfw = bool(told.get("nsfw")) or bool(getattr(parent, "nsfw", False))
    is_post = parent is not None and parent.type.value in _FORUMS
    named = "forum" if is_post or kind in _FORUMS else _KINDS.get(kind, "text")
    return Spot(
        str(guild.id),
        channel_id,
        Channel(
            name=well_formed(str(told.get("name") or "")),
            kind=named,
            nsfw=nsfw,
            parent_id=str(parent.id) if parent else "",
            parent=well_formed(parent.name) if parent else "",
        ),
        is_post=is_post,
    )


def _remember(kept: "OrderedDict[Any, Any]", key: object, value: object, at_most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > at_most:
        kept.popitem(last=False)
