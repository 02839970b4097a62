"""A model that does whatever the post tells it: the worst reader an injection can hope for.

It knows every injection of the catalogue by heart, in words and in pictures. Told to find nothing,
it answers in perfect form, code and ids included, that there is nothing; told what to say, it says
that. Told nothing, it judges by its honest mind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Protocol

from PIL import Image as Pillow

from tests.emulators.judged import Asked, Mind


class Order(Protocol):
    """What a post can tell a model: where it stands, and what to answer."""

    @property
    def text(self) -> str: ...

    @property
    def says(self) -> str: ...


def pixels(picture: bytes) -> str:
    """The digest by which it knows a picture again, whatever file it comes in."""
    return sha256(
        Pillow.open(BytesIO(picture), formats=["PNG"]).convert("RGB").tobytes()
    ).hexdigest()


@dataclass
class Gullible:
    """Its ``speak`` is what an emulator answers with."""

    orders: Iterable[Order]
    honest: Mind = field(default_factory=Mind)
    drawn: Mapping[str, Order] = field(default_factory=dict)
    """By the digest of a picture's pixels, the order that is written in it."""
    obeyed: list[Order] = field(default_factory=list)

    def speak(self, asked: Asked) -> str:
        order = self._order(asked)
        if order is None:
            return self.honest.answer(asked)
        self.obeyed.append(order)
        return order.says or Mind().answer(asked)

    def _order(self, asked: Asked) -> Order | None:
        """The longest order in the user's part, for one may hold another."""
        words = "\n".join(passage["text"] for passage in asked.post)
        found = [order for order in self.orders if order.text in words]
        seen = (self.drawn.get(pixels(picture)) for picture in asked.pictures)
        found += [order for order in seen if order is not None]
        return max(found, key=lambda order: len(order.text), default=None)
