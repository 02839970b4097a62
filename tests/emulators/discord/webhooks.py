"""Webhooks that the bot makes for a channel."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.emulators.discord.channels import Channel

Json = dict[str, Any]


@dataclass(eq=False, repr=False)
class Webhook:
    """A webhook of a channel; who has its token may post through it."""

    channel: "Channel"
    id: int
    name: str
    token: str

    @classmethod
    def made(cls, channel: "Channel", name: str) -> "Webhook":
        return cls(channel, channel.world.ids.next(), name, token_urlsafe(32))

    def drawn(self) -> Json:
        guild, world = self.channel.guild, self.channel.world
        return {
            "id": str(self.id),
            "type": 1,
            "channel_id": str(self.channel.id),
            "guild_id": str(guild.id) if guild else None,
            "name": self.name,
            "avatar": None,
            "token": self.token,
            "application_id": str(world.app_id),
            "user": world.bot.drawn(),
        }
