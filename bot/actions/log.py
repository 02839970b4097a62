"""Put a card in the moderators' channel."""

from dataclasses import dataclass

from bot.actions.bare import Bare
from bot.errors import Gone, NotPermitted, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target


@dataclass(frozen=True, slots=True)
class Log(Bare):
    """Tells the moderators in chat what was found and done."""

    name = slot = "log"
    harshness = 5
    destructive = False

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Post the target's card once, however often it is asked."""
        if target.card is None:
            raise NotPermitted("no card was made for this post, so there is nothing to log")
        return Receipt({"card": await client.post_card(target.card, nonce=target.nonce)})

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - port
        """A log is a record of what happened and stays; there is nothing to take back."""
        return None

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where a card with our nonce stands."""
        try:
            card = await client.card(target.nonce)
        except Gone:
            return Presence.ABSENT
        except PlatformError:
            return Presence.UNKNOWN
        return Presence.APPLIED if card else Presence.ABSENT
