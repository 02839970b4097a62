"""Tell an author what was done about their post, why, and how to appeal."""

from dataclasses import dataclass

from bot.actions.bare import Bare
from bot.actions.house import house_of
from bot.errors import Gone, PlatformError
from bot.house import Voice
from bot.model import Receipt
from bot.notices import sorry, told
from bot.ports import Client, Presence, Target

_SORRY = "/sorry"


@dataclass(frozen=True, slots=True)
class Notify(Bare):
    """A note to the author alone. Carried out late, so that it says only what was really done."""

    name = slot = "notify author"
    harshness = 15
    destructive = False

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Write once, however often it is asked."""
        message = target.message
        text = told(_voice(target), message, target.reason, target.done)
        note = await client.send_dm(message.ref, message.author, text, nonce=target.nonce)
        return Receipt({"note": note})

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - port
        """What was read cannot be unread: apologise."""
        message, text = target.message, sorry(_voice(target), target.message)
        try:
            await client.send_dm(message.ref, message.author, text, nonce=target.nonce + _SORRY)
        except Gone:
            return None
        return None

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where a note with our nonce was sent."""
        message = target.message
        try:
            note = await client.dm(message.ref, message.author, target.nonce)
        except Gone:
            return Presence.ABSENT
        except PlatformError:
            return Presence.UNKNOWN
        return Presence.APPLIED if note else Presence.ABSENT


def _voice(target: Target) -> Voice:
    return house_of(target).voice_in(target.message.ref.community_id)
