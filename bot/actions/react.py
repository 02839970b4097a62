"""Put a reaction on a post."""

from dataclasses import dataclass
from typing import Self

from bot.actions.words import read_words
from bot.errors import Gone, Misconfigured, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target

_LONGEST = 40
"""Characters: the longest emoji of several people is 10, a shortcode's name at most 32."""


@dataclass(frozen=True, slots=True)
class React:
    """Marks a post for all to see; written as ``react 👀``, or with a shortcode's name."""

    emoji: str

    name = "react"
    harshness = 8
    destructive = False

    @classmethod
    def parse(cls, parameters: str) -> Self:
        """Read the emoji.

        Raises:
            Misconfigured: none, several, or one that cannot be.
        """
        if not parameters or len(parameters) > _LONGEST or len(parameters.split()) > 1:
            raise Misconfigured("react takes one emoji, such as react 👀")
        # A joined emoji holds joiners, which are not printable by themselves.
        read_words("react", parameters.replace("\u200d", "").replace("\ufe0f", ""))
        return cls(parameters)

    @property
    def slot(self) -> str:
        """Each emoji by itself."""
        return str(self)

    def __str__(self) -> str:
        return f"react {self.emoji}"

    def __or__(self, other: Self) -> Self:
        return self

    async def apply(self, client: Client, target: Target) -> Receipt:
        """React once, however often it is asked."""
        await client.react(target.message.ref, self.emoji)
        return Receipt()

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - port
        """Take the reaction away; one that is gone already is as good as taken away."""
        try:
            await client.unreact(target.message.ref, self.emoji)
        except Gone:
            return None
        return None

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where the reaction stands."""
        try:
            stands = await client.reacted(target.message.ref, self.emoji)
        except Gone:
            return Presence.ABSENT
        except PlatformError:
            return Presence.UNKNOWN
        return Presence.APPLIED if stands else Presence.ABSENT
