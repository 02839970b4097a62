"""Remove a post."""

from dataclasses import dataclass

from bot.actions.bare import Bare
from bot.errors import Gone, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target


@dataclass(frozen=True, slots=True)
class Delete(Bare):
    """The post disappears; carried out before what is milder, because it is being read."""

    name = slot = "delete"
    harshness = 60
    destructive = True

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Remove it. One that is gone already is as good as removed."""
        try:
            await client.delete(target.message.ref, reason=target.reason)
        except Gone:
            return Receipt({"gone": "already"})
        return Receipt()

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:
        """Bring it back where the platform can; else say why, and what a moderator can do."""
        if "gone" in receipt.values:
            return "Somebody else had removed the post."
        try:
            reason = await client.restore(target.message, reason=target.reason)
        except Gone:
            reason = "Its channel is gone."
        return f"{reason} The post can be reposted from evidence." if reason else None

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where the platform no longer has the post, whoever removed it."""
        try:
            revision = await client.revision(target.message.ref)
        except Gone:
            return Presence.APPLIED
        except PlatformError:
            return Presence.UNKNOWN
        return Presence.APPLIED if revision is None else Presence.ABSENT
