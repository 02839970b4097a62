"""Put a post before a person and leave it where it is."""

from dataclasses import dataclass

from bot.actions.bare import Bare
from bot.model import Receipt
from bot.ports import Client, Presence, Target


@dataclass(frozen=True, slots=True)
class Flag(Bare):
    """Touches nothing on the platform: a verdict that carries it needs review, no more."""

    name = slot = "flag"
    harshness = 0
    destructive = False

    async def apply(self, client: Client, target: Target) -> Receipt:  # noqa: ARG002 - port
        """Nothing is done; the case is made from the verdict."""
        return Receipt()

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - port
        """Nothing was done, so nothing is left to take back."""
        return None

    async def probe(self, client: Client, target: Target) -> Presence:  # noqa: ARG002 - port
        """Always applied: all that it does to the platform, which is nothing, stands."""
        return Presence.APPLIED
