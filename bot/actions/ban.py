"""Put an author out of the community for good."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from bot.actions.durations import format_duration, parse_duration
from bot.errors import Gone, Misconfigured, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target

LONGEST = timedelta(days=7)
"""Discord's own limit (docs, "Create Guild Ban", delete_message_seconds)."""
_NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Ban:
    """The author is out until somebody lifts it; written ``ban`` or ``ban deleting 1h``.

    With a length of time, what they posted in it is removed too, which no undo brings back.
    """

    delete_since: timedelta = _NONE

    name = slot = "ban"
    harshness = 100
    destructive = True

    @classmethod
    def parse(cls, parameters: str) -> Self:
        """Read the time whose posts are removed, if there is one.

        Raises:
            Misconfigured: not of the form, or longer than seven days.
        """
        if not parameters:
            return cls()
        word, _, length = parameters.partition(" ")
        if word != "deleting":
            raise Misconfigured("ban stands alone or says how much it removes: ban deleting 1h")
        return cls(parse_duration(length.strip(), at_most=LONGEST))

    def __str__(self) -> str:
        if not self.delete_since:
            return self.name
        return f"ban deleting {format_duration(self.delete_since)}"

    def __or__(self, other: Self) -> Self:
        return max(self, other, key=lambda one: one.delete_since)

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Ban them; a ban that stands already is somebody's, and is left to them."""
        ref, author = target.message.ref, target.message.author
        if await client.is_banned(ref, author):
            return Receipt({"gone": "already"})
        await client.ban(ref, author, delete_since=self.delete_since, reason=target.reason)
        return Receipt({"ours": "yes"})

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:
        """Lift the ban; the author must still be told that they may come back."""
        if "gone" in receipt.values:
            return None
        if "ours" not in receipt.values:
            return "It is not known whether the ban is ours, so lift it by hand."
        try:
            await client.unban(target.message.ref, target.message.author, reason=target.reason)
        except Gone:
            return None
        return None

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where the author is banned, whoever did it."""
        try:
            banned = await client.is_banned(target.message.ref, target.message.author)
        except Gone:
            return Presence.ABSENT
        except PlatformError:
            return Presence.UNKNOWN
        return Presence.APPLIED if banned else Presence.ABSENT
