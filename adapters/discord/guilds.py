"""Coming to a server and leaving it: remembered, and said hello once."""

import dataclasses
from collections.abc import Callable
from datetime import datetime

import discord

from adapters.discord.api import Api, Payload
from adapters.discord.events import PLATFORM
from adapters.discord.messages import text_message
from adapters.discord.sent import Letter, Sent, mark_of
from bot.communities import Communities, Community
from bot.errors import PlatformError
from bot.log import logger

BY = "discord"
"""Who changed a community, where it is Discord that told us."""
HELLO = (
    "Hello! I look at pictures and words together, and help the moderators here.\n"
    "For now I rehearse: I write down what I would do, and do nothing. "
    "An administrator chooses where I report, by which rules, and when I go live, with "
    "`/bifocal setup`. Anyone can ask what I keep about them with `/privacy`."
)
LIVE = (
    "Hello! I look at pictures and words together, and help the moderators here.\n"
    "I act on what the rules say. An administrator chooses where I report, by which rules, and "
    "whether I only rehearse, with `/bifocal setup`. Anyone can ask what I keep about them with "
    "`/privacy`."
)
_log = logger("discord.guilds")


class Guilds:
    """Keeps the book of servers the bot is in."""

    def __init__(
        self,
        api: Api,
        communities: Communities,
        sent: Sent,
        now: Callable[[], datetime],
        simulates: Callable[[str], bool],
    ) -> None:
        self._api = api
        self._communities = communities
        self._sent = sent
        self._now = now
        self._simulates = simulates

    def knows(self, guild_id: str) -> bool:
        """Whether we were in this server before, without having left it since."""
        community = self._communities.of(PLATFORM, guild_id)
        return community.joined_at is not None and community.left_at is None

    def known(self) -> tuple[Community, ...]:
        """The servers we are in, as far as we know."""
        return self._communities.all(PLATFORM)

    async def only(self, ready: Payload) -> None:
        """A session began: what is not among its servers we were removed from meanwhile."""
        there = {str(each["id"]) for each in ready["guilds"]}
        number, count = ready.get("shard") or (0, 1)
        for community in self.known():
            ours = community.id.isdecimal() and (int(community.id) >> 22) % count == number
            if ours and community.id not in there:
                await self.left(community.id)

    async def seen(self, guild: discord.Guild) -> bool:
        """A server was told of; returns whether we are new there. Safe to repeat."""
        guild_id, name = str(guild.id), guild.name
        before = self._communities.of(PLATFORM, guild_id)
        if self.knows(guild_id) and before.name == name:
            return False
        new = not self.knows(guild_id)
        joined = self._now()

        def change(community: Community) -> Community:
            at = joined if new else community.joined_at
            return dataclasses.replace(community, name=name, joined_at=at, left_at=None)

        await self._communities.change(PLATFORM, guild_id, change, by=BY)
        if new:
            await self._greet(guild, joined)
        return new

    async def left(self, guild_id: str) -> None:
        """We were removed from a server. What is kept of it ends by retention."""
        if not self.knows(guild_id):
            return
        at = self._now()
        await self._communities.change(
            PLATFORM, guild_id, lambda one: dataclasses.replace(one, left_at=at), by=BY
        )
        _log.info("guild.left", guild=guild_id)

    async def _greet(self, guild: discord.Guild, joined: datetime) -> None:
        _log.info("guild.joined", guild=str(guild.id))
        channel = _greeting_channel(guild)
        if channel is None:
            return
        words = HELLO if self._simulates(str(guild.id)) else LIVE
        number = channel.id

        async def send(short: str) -> Payload:
            params = text_message(words, short)
            return dict(await self._api.ask(lambda http: http.send_message(number, params=params)))

        nonce = f"hello/{guild.id}/{joined.isoformat()}"
        try:
            await self._sent.once(nonce, Letter(number, mark_of(words), send))
        except PlatformError as exc:
            _log.warning("guild.greeting", guild=str(guild.id), reason=str(exc))


def _greeting_channel(guild: discord.Guild) -> discord.TextChannel | None:
    """The system channel, or the first one where we may write."""
    me = guild.me
    if me is None:
        return None
    rooms = [guild.system_channel, *guild.text_channels]
    for room in rooms:
        if room is not None:
            allowed = room.permissions_for(me)
            if allowed.view_channel and allowed.send_messages:
                return room
    return None
