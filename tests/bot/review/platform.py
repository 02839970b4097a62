"""A platform that remembers what was undone, and can refuse or be away."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import PlatformError
from bot.model import Author, Message, Ref
from bot.review.card import Card
from tests import fakes


@dataclass
class FakeClient(fakes.FakeClient):
    """Implements ``bot.ports.Client``; ``trouble`` is raised by whatever takes things back."""

    stands: set[str] = field(default_factory=set)
    """Names of the annotations that stand."""
    restored: list[Message] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    """What was taken back, in order."""
    trouble: PlatformError | None = None
    cannot_restore: str | None = None

    async def revision(self, ref: Ref) -> str | None:
        return "0"

    async def delete(self, ref: Ref, *, reason: str) -> None:
        self.done.append("deleted")

    async def restore(self, message: Message, *, reason: str) -> str | None:
        self._trouble()
        if self.cannot_restore is None:
            self.restored.append(message)
            self.done.append("restored")
        return self.cannot_restore

    async def annotate(self, ref: Ref, text: str, *, nonce: str) -> str:
        self.stands.add(nonce)
        return nonce

    async def annotation(self, ref: Ref, nonce: str) -> str | None:
        self._trouble()
        return nonce if nonce in self.stands else None

    async def unannotate(self, ref: Ref, annotation: str) -> None:
        self._trouble()
        self.stands.discard(annotation)
        self.done.append(annotation)

    async def time_out(self, ref: Ref, author: Author, until: datetime, *, reason: str) -> None:
        self.done.append("timed out")

    async def timed_out_until(self, ref: Ref, author: Author) -> datetime | None:
        return None

    async def lift_timeout(self, ref: Ref, author: Author, *, reason: str) -> None:
        self.done.append("lifted")

    async def post_card(self, card: Card, *, nonce: str) -> str:
        return nonce

    async def redraw_card(self, card_id: str, card: Card) -> None:
        self.done.append("redrawn")

    async def card(self, nonce: str) -> str | None:
        return None

    async def remove_card(self, card: str) -> None:
        self.done.append("removed")

    def _trouble(self) -> None:
        if self.trouble is not None:
            raise self.trouble
