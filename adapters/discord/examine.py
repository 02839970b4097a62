"""What of Discord works, for ``doctor``: asked of Discord itself, also while nothing runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import discord
from discord.http import HTTPClient

from adapters.discord.api import Payload
from adapters.discord.commands import same, told
from adapters.discord.errors import translated
from adapters.discord.events import PLATFORM
from adapters.discord.gateway import Gateway
from adapters.discord.permissions import NEEDED, OPTIONAL, invite, missing, words
from adapters.discord.shard import FATAL
from bot.communities import Communities
from bot.errors import PlatformError
from bot.ports import Examined

GUILDS = 100
"""Servers that are looked at one by one when nobody asks for a certain one."""
_CONTENT = (discord.ApplicationFlags.gateway_message_content.flag
            | discord.ApplicationFlags.gateway_message_content_limited.flag)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examiner:
    """Looks at the token, the application, and the servers the bot is in."""

    communities: Communities
    log_channel: str

    async def all(self, client: Gateway, community_id: str) -> tuple[Examined, ...]:
        """Everything, in one server or in all. ``client`` is logged in."""
        found = list(self._application(client))
        try:
            with translated():
                found += await self._commands(client)
                for guild_id in await _guild_ids(client.http, community_id):
                    found += await self._guild(client, guild_id)
        except PlatformError as exc:
            found.append(Examined(well=False, sentence=str(exc)))
        return tuple(found)

    @staticmethod
    def _application(client: Gateway) -> Iterator[Examined]:
        name = client.user.name if client.user else "the bot"
        yield Examined(well=True, sentence=f"Discord knows the token: it is {name}'s.")
        granted = client.application_flags.value & _CONTENT
        sentence = "Discord tells what people write." if granted else f"{FATAL[4014]}."
        yield Examined(well=bool(granted), sentence=sentence)
        link = invite(client.application_id or 0)
        yield Examined(well=True, sentence=f"To add Bifocal to a server, open {link}")

    @staticmethod
    async def _commands(client: Gateway) -> list[Examined]:
        standing = await client.http.get_global_commands(client.application_id or 0)
        if same([dict(each) for each in standing], told()):
            return [Examined(well=True, sentence="Discord offers all commands.")]
        sentence = "Discord offers other commands than Bifocal's: start Bifocal, which tells them."
        return [Examined(well=False, sentence=sentence)]

    async def _guild(self, client: Gateway, guild_id: int) -> list[Examined]:
        guild = await _guild(client, guild_id)
        allowed = guild.me.guild_permissions
        lacks = missing(allowed, tuple(name for name in NEEDED if name not in OPTIONAL))
        can_do_without = missing(allowed, tuple(sorted(OPTIONAL)))
        found = [Examined(well=not lacks, sentence=_permissions(guild.name, lacks))]
        found += [
            Examined(well=True, sentence=f"In {guild.name} Bifocal does without {_why(each)}.")
            for each in can_do_without
        ]
        return [*found, self._cards(guild)]

    def _cards(self, guild: discord.Guild) -> Examined:
        """Whether cards find their channel."""
        chosen = self.communities.of(PLATFORM, str(guild.id)).log_channel or self.log_channel
        channel = guild.get_channel(int(chosen)) if chosen.isdecimal() else None
        if not chosen:
            sentence = f"In {guild.name} no channel is chosen for cards: use /bifocal setup there."
            return Examined(well=False, sentence=sentence)
        if channel is None and chosen == self.log_channel:
            sentence = f"Cards of {guild.name} go to channel {chosen}, as the settings say."
            return Examined(well=True, sentence=sentence)
        if channel is None:
            sentence = f"{guild.name} has no channel {chosen}, where cards were to go."
            return Examined(well=False, sentence=sentence)
        names = ("view_channel", "send_messages", "attach_files")
        if lacks := missing(channel.permissions_for(guild.me), names):
            sentence = f"In {guild.name}, Bifocal lacks {words(lacks)} in #{channel.name}."
            return Examined(well=False, sentence=sentence)
        return Examined(well=True, sentence=f"In {guild.name}, cards go to #{channel.name}.")


def _permissions(name: str, lacks: list[str]) -> str:
    if not lacks:
        return f"In {name} Bifocal may do what it needs to."
    return f"In {name} Bifocal lacks {words(lacks)}: give its role what is missing."


def _why(name: str) -> str:
    return f"{words([name])}, with which it could {NEEDED[name]}"


async def _guild_ids(http: HTTPClient, community_id: str) -> list[int]:
    if community_id.isdecimal():
        return [int(community_id)]
    page: list[Any] = await http.get_guilds(GUILDS)
    return [int(each["id"]) for each in page]


async def _guild(client: Gateway, guild_id: int) -> discord.Guild:
    """A server as Discord tells it now, whatever is remembered of it."""
    http, me = client.http, client.user.id if client.user else 0
    data: Payload = dict(await http.get_guild(guild_id, with_counts=False))
    data["channels"] = await http.get_all_guild_channels(guild_id)
    data["members"] = [await http.get_member(guild_id, me)]
    return discord.Guild(data=data, state=client._connection)  # type: ignore[arg-type]  # noqa: SLF001 - as discord.py makes one
