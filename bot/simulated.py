"""A client that looks and does not touch: simulated mode is the real code over this one."""

from dataclasses import dataclass
from datetime import datetime

from bot.model import Author, Message, Ref
from bot.ports import Client
from bot.review.card import Card


@dataclass(frozen=True, slots=True)
class SimulatedClient:
    """Reads from the real client; whatever would change something changes nothing."""

    real: Client

    async def revision(self, ref: Ref) -> str | None:
        """Ask the platform."""
        return await self.real.revision(ref)

    async def delete(self, ref: Ref, *, reason: str) -> None:
        """Touch nothing."""

    async def restore(self, message: Message, *, reason: str) -> str | None:  # noqa: ARG002 - the port's shape
        """Nothing was removed, so nothing is left to bring back."""
        return None

    async def annotate(self, ref: Ref, text: str, *, nonce: str) -> str:  # noqa: ARG002 - the port's shape
        """Touch nothing."""
        return ""

    async def annotation(self, ref: Ref, nonce: str) -> str | None:  # noqa: ARG002 - the port's shape
        """Nothing was written."""
        return None

    async def unannotate(self, ref: Ref, annotation: str) -> None:
        """Touch nothing."""

    async def time_out(self, ref: Ref, author: Author, until: datetime, *, reason: str) -> None:
        """Touch nothing."""

    async def timed_out_until(self, ref: Ref, author: Author) -> datetime | None:
        """Ask the platform."""
        return await self.real.timed_out_until(ref, author)

    async def lift_timeout(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Touch nothing."""

    async def post_card(self, card: Card, *, nonce: str) -> str:
        """Put the card up: moderators are to see what would have been done."""
        return await self.real.post_card(card, nonce=nonce)

    async def card(self, nonce: str) -> str | None:
        """Ask the platform."""
        return await self.real.card(nonce)

    async def remove_card(self, card: str) -> None:
        """Take the card away."""
        await self.real.remove_card(card)
