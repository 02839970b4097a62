"""Put an author out of the community."""

from dataclasses import dataclass

from bot.actions.bare import Bare
from bot.errors import Gone, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target


@dataclass(frozen=True, slots=True)
class Kick(Bare):
    """The author is out and may come back by an invitation. No preset uses it."""

    name = slot = "kick"
    harshness = 80
    destructive = True

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Put them out. Who left already is as good as put out."""
        try:
            await client.kick(target.message.ref, target.message.author, reason=target.reason)
        except Gone:
            return Receipt({"gone": "already"})
        return Receipt()

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:
        """Nobody can be brought back by us; say what a moderator can do."""
        if "gone" in receipt.values:
            return None
        if await client.is_member(target.message.ref, target.message.author):
            return None
        return "Nobody can be brought back by a bot. The author can be invited again."

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where the author is no member, whoever put them out."""
        try:
            member = await client.is_member(target.message.ref, target.message.author)
        except Gone:
            return Presence.APPLIED
        except PlatformError:
            return Presence.UNKNOWN
        return Presence.ABSENT if member else Presence.APPLIED
