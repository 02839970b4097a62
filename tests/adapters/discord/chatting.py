"""A server with a member, a moderator and the bot at work, for what people ask in chat."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.discord.draw import components_of, drawn
from bot.chat.sheet import Sheet
from bot.chat.signed import Signer
from tests.adapters.discord.kit import KEY, Chat, Communities, Started, a_discord
from tests.emulators.discord import Channel, Guild, Member, Message, World, discord_world
from tests.emulators.discord.layout import accepted

SIGN = Signer(KEY).write


@dataclass
class Scene:
    """A guild with a member and a moderator, and the bot at work."""

    started: Started
    world: World
    guild: Guild
    general: Channel
    ann: Member
    mia: Member

    @property
    def chat(self) -> Chat:
        return self.started.chat

    async def shown(self, sheet: Sheet, guild: Guild | None = None) -> Message:
        """A sheet of the bot's in #general, signed for this guild unless for another."""
        signed_for = str((guild or self.guild).id)
        return await shown(self.general, sheet, signed_for)


async def shown(channel: Channel, sheet: Sheet, signed_for: str) -> Message:
    """A sheet as Discord shows it: refused where it breaks a limit."""
    assert channel.guild is not None
    parts = accepted(components_of(drawn(sheet, SIGN, signed_for)), v2=True)
    return await channel.post(channel.guild.bot, "", components=parts, flags=1 << 15)


@asynccontextmanager
async def a_scene(
    chat: Chat | None = None, communities: Communities | None = None
) -> AsyncIterator[Scene]:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann, mia = guild.channel("general"), guild.member("ann"), guild.moderator("mia")
        async with a_discord(world, chat=chat, communities=communities) as started:
            yield Scene(started, world, guild, general, ann, mia)
