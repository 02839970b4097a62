"""A client that looks and does not touch: simulated mode is the real code over this one."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.house import Authors, Delivery, House, Outbox
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

    async def redraw_card(self, card_id: str, card: Card) -> None:
        """Show it as it is now."""
        await self.real.redraw_card(card_id, card)

    async def card(self, nonce: str) -> str | None:
        """Ask the platform."""
        return await self.real.card(nonce)

    async def remove_card(self, card: str) -> None:
        """Take the card away."""
        await self.real.remove_card(card)

    async def react(self, ref: Ref, emoji: str) -> None:
        """Touch nothing."""

    async def reacted(self, ref: Ref, emoji: str) -> bool:
        """Ask the platform."""
        return await self.real.reacted(ref, emoji)

    async def unreact(self, ref: Ref, emoji: str) -> None:
        """Touch nothing."""

    async def spoiler(self, message: Message, *, nonce: str, reason: str) -> str:  # noqa: ARG002 - the port's shape
        """Touch nothing."""
        return ""

    async def spoilered(self, ref: Ref, nonce: str) -> str | None:  # noqa: ARG002 - the port's shape
        """Nothing was covered."""
        return None

    async def unspoiler(self, message: Message, nonce: str, *, reason: str) -> str | None:  # noqa: ARG002 - the port's shape
        """Nothing was covered, so nothing is left to show."""
        return None

    async def kick(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Touch nothing."""

    async def is_member(self, ref: Ref, author: Author) -> bool:
        """Ask the platform."""
        return await self.real.is_member(ref, author)

    async def ban(self, ref: Ref, author: Author, *, delete_since: timedelta, reason: str) -> None:
        """Touch nothing."""

    async def is_banned(self, ref: Ref, author: Author) -> bool:
        """Ask the platform."""
        return await self.real.is_banned(ref, author)

    async def unban(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Touch nothing."""

    async def add_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:
        """Touch nothing."""

    async def has_role(self, ref: Ref, author: Author, role: str) -> bool:
        """Ask the platform."""
        return await self.real.has_role(ref, author, role)

    async def remove_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:
        """Touch nothing."""

    async def send_dm(self, ref: Ref, author: Author, text: str, *, nonce: str) -> str:  # noqa: ARG002 - the port's shape
        """Touch nothing."""
        return ""

    async def dm(self, ref: Ref, author: Author, nonce: str) -> str | None:  # noqa: ARG002 - the port's shape
        """Nothing was written."""
        return None


def simulated_house(real: House) -> House:
    """A house that remembers nothing and tells nobody."""
    return replace(real, authors=_NoAuthors(real.authors), outbox=_NoOutbox(real.outbox))


@dataclass(frozen=True, slots=True)
class _NoAuthors:
    real: Authors

    async def strike(
        self, ref: Ref, author: Author, until: datetime, *, nonce: str, reason: str
    ) -> None:
        """Count nothing."""

    async def struck(self, nonce: str) -> bool:
        return await self.real.struck(nonce)

    async def refund(self, nonce: str, *, reason: str) -> None:
        """Nothing was counted."""

    async def label(
        self, ref: Ref, author: Author, label: str, until: datetime, *, nonce: str, reason: str
    ) -> None:
        """Put nothing on."""

    async def labelled(self, nonce: str) -> bool:
        return await self.real.labelled(nonce)

    async def unlabel(self, nonce: str, *, reason: str) -> None:
        """Nothing was put on."""


@dataclass(frozen=True, slots=True)
class _NoOutbox:
    real: Outbox

    async def put(self, delivery: Delivery) -> None:
        """Tell nobody."""

    async def holds(self, nonce: str) -> bool:
        return await self.real.holds(nonce)
