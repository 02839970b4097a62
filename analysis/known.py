"""Which pictures of a post a bank knows, looked up once for all who ask."""

import asyncio
from collections.abc import Iterable, Sequence

from analysis.types import BankKind, BankMatch, Banks, Image

_BITS = 256


def nearness(distance: int) -> float:
    """A PDQ distance in bits as a fact's score: 0 bits is 1.0, and ``distance_of`` undoes it."""
    return (_BITS - distance) / _BITS


def distance_of(score: float) -> int:
    """The PDQ distance in bits that ``nearness`` wrote into a fact's score."""
    return round((1.0 - score) * _BITS)


class Remembered:
    """A view of banks that looks each picture up once per analysis."""

    def __init__(self, banks: Banks) -> None:
        self._banks = banks
        self._found: dict[tuple[str, str, int], Sequence[BankMatch]] = {}

    def match(self, image: Image) -> Sequence[BankMatch]:
        """As the banks themselves answer."""
        key = (image.sha256, image.pdq, image.quality)
        if key not in self._found:
            self._found[key] = self._banks.match(image)
        return self._found[key]


def is_known_good(matches: Iterable[BankMatch]) -> bool:
    """Whether exactly these pixels are known to be harmless, and nobody says the contrary.

    Only equal pixels count: one changed line in a screenshot moves the perceptual hash less
    than a re-encoding does (design, section 4).
    """
    exact = [match for match in matches if match.exact]
    return any(match.kind is BankKind.GOOD for match in exact) and not any(
        match.kind is BankKind.BAD for match in exact
    )


async def known_good(images: Iterable[Image], banks: Banks) -> frozenset[str]:
    """Digests of the pictures that are known to be harmless.

    The event loop breathes between two pictures: a look-up takes about a millisecond.
    """
    good: set[str] = set()
    for image in images:
        if is_known_good(banks.match(image)):
            good.add(image.sha256)
        await asyncio.sleep(0)
    return frozenset(good)
