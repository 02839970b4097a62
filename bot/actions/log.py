"""Put the post's case on a card in the moderators' channel."""

from dataclasses import dataclass
from typing import Self

from bot.actions.bare import refuse_parameters
from bot.model import Receipt
from bot.ports import Client, Presence, Target


@dataclass(frozen=True, slots=True)
class Log:
    """Tells the moderators in chat what was found and done.

    Touches nothing by itself: the board puts up the card of every case whose verdict carries it,
    once and with whatever else became of the case, also while acting is paused.
    """

    name = slot = "log"
    harshness = 0
    destructive = False

    @classmethod
    def parse(cls, parameters: str) -> Self:
        """``log`` takes no parameters."""
        refuse_parameters(cls.name, parameters)
        return cls()

    def __str__(self) -> str:
        return self.name

    def __or__(self, other: Self) -> Self:
        return self

    async def apply(self, client: Client, target: Target) -> Receipt:  # noqa: ARG002 - port
        """Nothing is done; the board does it."""
        return Receipt()

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - port
        """A card tells what happened to its case, an overturn too, and stays."""
        return None

    async def probe(self, client: Client, target: Target) -> Presence:  # noqa: ARG002 - port
        """Always applied: all that it does to the platform, which is nothing, stands."""
        return Presence.APPLIED
