"""Banks of known pictures as one immutable index: equal pixels, or PDQ within 31 bits.

The hashes stand transposed, one row of 64 bits after another, so that a look-up is a few passes
of numpy's popcount over contiguous memory: under a millisecond over 100,000 entries (measured by
``bench.bank``), which faiss and usearch did not better.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.taxonomy import Category
from analysis.types import BankKind, BankMatch, Image

WITHIN = 31
"""Bits: the distance PDQ's authors recommend for a match (ThreatExchange, hashing.pdf)."""

GOOD_ENOUGH = 50
"""PDQ's quality below which a hash says little: the same source."""

_MIRROR = bytes.fromhex("5555" * 16)
"""Mirroring a picture left to right turns the sign of every second column of its cosine
transform, and PDQ asks of each coefficient whether it is above their median, which is near 0.
Flipping those bits comes within 10 to 24 bits of the mirrored picture's own hash (measured over
30 drawn pictures against the reference). So a mirrored copy is found, at a distance that flags."""

_Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One known picture."""

    id: str
    bank: str
    kind: BankKind
    category: Category
    confirmed: bool
    sha256: str
    """Digest of the decoded pixels, as ``Image.sha256``."""
    pdq: str
    """64 hex digits."""
    quality: int


class BankIndex:
    """Every entry of the banks one community sees, ready to be matched. Immutable.

    A new index is built when a bank changes, away from the event loop: 100,000 entries take some
    tenths of a second.
    """

    def __init__(self, entries: Iterable[BankEntry]) -> None:
        """Raises ValueError for an entry whose PDQ is not 64 hex digits."""
        self._entries = tuple(entries)
        self._exact: dict[str, list[int]] = {}
        for index, entry in enumerate(self._entries):
            self._exact.setdefault(entry.sha256, []).append(index)
        alike = [i for i, entry in enumerate(self._entries) if entry.quality >= GOOD_ENOUGH]
        self._alike = np.array(alike, dtype=np.int64)
        self._rows = _rows([self._entries[index].pdq for index in alike])

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self._entries)

    def match(self, image: Image) -> Sequence[BankMatch]:
        """Every entry with equal pixels, or within 31 bits also mirrored, nearest first.

        A picture or entry whose hash has a quality below 50 matches by equal pixels only.
        """
        distances = dict.fromkeys(self._exact.get(image.sha256, ()), 0)
        exact = frozenset(distances)
        if image.quality >= GOOD_ENOUGH and self._alike.size:
            for index, distance in self._near(bytes.fromhex(image.pdq)):
                distances[index] = min(distance, distances.get(index, distance))
        found = [self._found(index, bits, index in exact) for index, bits in distances.items()]
        return sorted(found, key=lambda match: (not match.exact, match.distance, match.entry))

    def _near(self, pdq: bytes) -> Iterator[tuple[int, int]]:
        mirrored = bytes(one ^ other for one, other in zip(pdq, _MIRROR, strict=True))
        for asked in (pdq, mirrored):
            for place, distance in _within(self._rows, _words(asked)):
                yield int(self._alike[place]), distance

    def _found(self, index: int, distance: int, exact: bool) -> BankMatch:  # noqa: FBT001 - a field
        entry = self._entries[index]
        return BankMatch(
            bank=entry.bank,
            kind=entry.kind,
            category=entry.category,
            confirmed=entry.confirmed,
            exact=exact,
            distance=distance,
            entry=entry.id,
        )


def _rows(hashes: Sequence[str]) -> _Words:
    """Four rows of 64 bits, one column a hash."""
    wrong = next((pdq for pdq in hashes if len(pdq) != 64), None)  # noqa: PLR2004 - 256 bits in hex
    if wrong is not None:
        raise ValueError(f"a PDQ hash has 64 hex digits, got {wrong!r}")
    packed = np.frombuffer(bytes.fromhex("".join(hashes)), dtype=np.uint64)
    return np.ascontiguousarray(packed.reshape(-1, 4).T)


def _words(pdq: bytes) -> _Words:
    return np.frombuffer(pdq, dtype=np.uint64)


def _within(rows: _Words, asked: _Words) -> Iterator[tuple[int, int]]:
    """Columns within 31 bits and how many bits they differ by.

    Half of the bits settle nearly every column: two unrelated halves differ by 64 bits, give or
    take 6. The other half is counted only for those that are left.
    """
    half = np.bitwise_count(rows[0] ^ asked[0]) + np.bitwise_count(rows[1] ^ asked[1])
    places = np.flatnonzero(half <= WITHIN)
    if places.size:
        rest = np.bitwise_count(rows[2:, places] ^ asked[2:, None]).sum(axis=0)
        whole = half[places] + rest
        for place, distance in zip(places, whole, strict=True):
            if distance <= WITHIN:
                yield int(place), int(distance)
