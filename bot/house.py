"""What of our own an action may use, beside the platform's client."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.model import Author, Message, Outcome, Record, Ref


class Authors(Protocol):
    """Our own book of what authors did: strikes, and labels put on them by rules.

    Every entry is known by the nonce of the action that made it: the same nonce, the same entry.
    Every method is safe to repeat.
    """

    async def strike(
        self, ref: Ref, author: Author, until: datetime, *, nonce: str, reason: str
    ) -> None:
        """Count one strike against an author, which no longer counts after ``until``."""
        ...

    async def struck(self, nonce: str) -> bool:
        """Whether the strike of this nonce stands; one that ran out does."""
        ...

    async def refund(self, nonce: str, *, reason: str) -> None:
        """Take a strike back as if it had never been."""
        ...

    async def label(
        self, ref: Ref, author: Author, label: str, until: datetime, *, nonce: str, reason: str
    ) -> None:
        """Put a label on an author until then."""
        ...

    async def labelled(self, nonce: str) -> bool:
        """Whether the label of this nonce stands; one that ran out does."""
        ...

    async def unlabel(self, nonce: str, *, reason: str) -> None:
        """Take a label away that this nonce put on; others' stay."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a webhook is to be told."""

    webhook: str
    """Its name in the settings."""
    nonce: str
    """Derived from the judgement and the action: the same nonce, the same delivery."""
    event: str
    """``acted`` or ``overturned``."""
    message: Message
    record: Record | None
    """The judgement; None where it is taken back."""
    done: tuple[Outcome, ...]


class Outbox(Protocol):
    """Durable post to webhooks. Every method is safe to repeat."""

    async def put(self, delivery: Delivery) -> None:
        """Commit it to be delivered.

        Raises:
            NotPermitted: no webhook of that name is set up.
        """
        ...

    async def holds(self, nonce: str) -> bool:
        """Whether a delivery of this nonce was ever committed."""
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """How authors are spoken to."""

    language: str = "en"
    appeal: str = ""
    """How to appeal, in a sentence of the operator's own; empty: the catalogue's."""


@dataclass(frozen=True, slots=True)
class House:
    """What of our own an action may use, beside the platform's client."""

    authors: Authors
    outbox: Outbox
    voice: Voice = Voice()
    language_of: Callable[[str], str] = lambda _: ""
    """Which language a community chose for notes to its authors; empty: the voice's."""

    def voice_in(self, community_id: str) -> Voice:
        """How authors are spoken to in a community."""
        return replace(self.voice, language=self.language_of(community_id) or self.voice.language)
