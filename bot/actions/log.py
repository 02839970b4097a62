"""Put the post's case on a card in the moderators' channel."""

from dataclasses import dataclass

from bot.actions.bare import Bare
from bot.model import Receipt
from bot.ports import Client, Presence, Target


@dataclass(frozen=True, slots=True)
class Log(Bare):
    """Tells the moderators in chat what was found and done.

    Touches nothing by itself: the board puts up the card of every case whose verdict carries it,
    once and with whatever else became of the case, also while acting is paused.
    """

    name = slot = "log"
    harshness = 0
    destructive = False

    async def apply(self, client: Client, target: Target) -> Receipt:  # noqa: ARG002 - port
        """Nothing is done; the board does it."""
        return Receipt()

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - port
        """A card tells what happened to its case, an overturn too, and stays."""
        return None

    async def probe(self, client: Client, target: Target) -> Presence:  # noqa: ARG002 - port
        """Always applied: all that it does to the platform, which is nothing, stands."""
        return Presence.APPLIED
