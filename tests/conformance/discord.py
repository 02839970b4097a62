"""Discord for the conformance suite: the unmodified client over the emulated service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.discord import Discord
from bot.model import Message
from tests.adapters.discord.kit import Started, a_discord
from tests.emulators.discord import Guild, discord_world


@dataclass
class DiscordHarness:
    """Hands on a started platform."""

    started: Started
    guild: Guild
    cannot: frozenset[str] = frozenset()

    @property
    def platform(self) -> Discord:
        return self.started.platform

    async def post(self, text: str, picture: bytes | None = None) -> Message:
        files = [("picture.png", picture)] if picture is not None else []
        before = len(self.started.queue.taken)
        await self.guild.channel("general").post(self.guild.member("ann"), text, files=files)
        return (await self.started.taken(before + 1))[-1]

    async def edit(self, message: Message, text: str) -> Message:
        posted = self.guild.channel("general").message(int(message.ref.message_id))
        assert posted is not None
        before = len(self.started.queue.taken)
        await posted.edit(text)
        return (await self.started.taken(before + 1))[-1]

    async def visible(self, message: Message) -> bool:
        return self.guild.channel("general").message(int(message.ref.message_id)) is not None


@asynccontextmanager
async def a_discord_harness(_: Path) -> AsyncIterator[DiscordHarness]:
    """A guild with the bot in it, which reports to #mod-log."""
    async with discord_world() as world:
        guild = world.guild("Home")
        log = guild.channel("mod-log")
        async with a_discord(world, log_channel=str(log.id)) as started:
            yield DiscordHarness(started, guild)
