"""Hide a post's pictures behind the platform's own spoiler."""

from dataclasses import dataclass

from bot.actions.bare import Bare
from bot.errors import Gone, NotPermitted, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target


@dataclass(frozen=True, slots=True)
class Spoiler(Bare):
    """The pictures are covered until somebody wants to see them; the words stay readable."""

    name = slot = "spoiler"
    harshness = 30
    destructive = True

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Cover them once, however often it is asked."""
        if not target.message.attachments:
            raise NotPermitted("the post has no picture to cover")
        covered = await client.spoiler(target.message, nonce=target.nonce, reason=target.reason)
        return Receipt({"covered": covered})

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - port
        """Show them again, or say why that cannot be."""
        try:
            return await client.unspoiler(target.message, target.nonce, reason=target.reason)
        except Gone:
            return None

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where the post stands covered under our nonce."""
        try:
            covered = await client.spoilered(target.message.ref, target.nonce)
        except Gone:
            return Presence.ABSENT
        except PlatformError:
            return Presence.UNKNOWN
        return Presence.APPLIED if covered else Presence.ABSENT
