"""Pictures that a bank knows, by equal pixels or by a perceptual hash that is near.

For the policy: a bad match is a fact ``known_bad``, or ``suspected_bad`` while nobody confirmed
the entry; a good one, by equal pixels only, is ``known_good``. Its ``value`` is the bank's name
and its ``score`` holds the distance (``analysis.known.distance_of``). So

- ``image.known_bad`` is whether there is a ``known_bad`` fact,
- ``image.bank`` and ``image.distance`` are the value and distance of the one that scores highest,
- ``image.known_good`` is whether there is a ``known_good`` fact.

A near hash is suspicion, never sameness: it clears nothing, and it is not raised against a
picture whose very pixels a person found harmless, or else that decision would not last.
"""

import asyncio
from collections.abc import Iterable, Iterator
from typing import TypeVar

from analysis.detector import Needs, Tier
from analysis.known import is_known_good, nearness
from analysis.taxonomy import Category
from analysis.types import (
    BankKind,
    BankMatch,
    Content,
    Evidence,
    Fact,
    FactKind,
    Findings,
    Grounds,
    Image,
    Modality,
    Scope,
    Signal,
)

T = TypeVar("T", Fact, Signal)

ACTS_WITHIN = 10
"""Bits up to which a confirmed entry may act by policy (design, section 4)."""

EXACT = 0.97
"""Equal pixels, confirmed by a person: as sure as anything here gets."""
NEAR = 0.9
"""Within 10 bits of a confirmed entry: a re-encoding or a resize, or a small change."""
ALIKE = 0.65
"""Anything else within 31 bits: enough to be looked at, below what a preset acts on alone."""


class KnownImages:
    """Looks every picture up in the banks that the scope's community sees.

    It judges no category: a picture that no bank knows may still be anything.
    """

    name = "known_images"
    needs = Needs.IMAGES
    tier = Tier.INSTANT
    categories: frozenset[Category] = frozenset()

    async def detect(self, content: Content, scope: Scope) -> Findings:
        """A signal and a fact for every bank that knows a picture, the nearest of each."""
        signals: list[Signal] = []
        facts: list[Fact] = []
        for image in content.images:
            matches = tuple(_that_count(scope.banks.match(image)))
            signals += (_signal(m, image) for m in matches if m.kind is BankKind.BAD)
            facts += (_fact(match, image) for match in matches)
            await asyncio.sleep(0)  # the loop breathes between look-ups of about a millisecond
        return Findings(
            _strongest((s, (s.category, _media(s))) for s in signals),
            _strongest((f, (f.kind, f.value, f.media)) for f in facts),
        )


def _that_count(matches: Iterable[BankMatch]) -> Iterator[BankMatch]:
    matches = tuple(matches)
    cleared = is_known_good(matches)
    for match in matches:
        if match.exact or (match.kind is BankKind.BAD and not cleared):
            yield match


def _signal(match: BankMatch, image: Image) -> Signal:
    return Signal(
        category=match.category,
        score=_suspicion(match),
        modality=Modality.IMAGE,
        grounds=Grounds.KNOWN,
        source="known_images@1",
        evidence=Evidence(media=image.frame_of),
    )


def _suspicion(match: BankMatch) -> float:
    if not match.confirmed:
        return ALIKE
    if match.exact:
        return EXACT
    return NEAR if match.distance <= ACTS_WITHIN else ALIKE


def _fact(match: BankMatch, image: Image) -> Fact:
    return Fact(
        kind=_kind(match),
        value=match.bank,
        score=nearness(match.distance),
        modality=Modality.IMAGE,
        media=image.frame_of,
    )


def _kind(match: BankMatch) -> FactKind:
    if match.kind is BankKind.GOOD:
        return FactKind.KNOWN_GOOD
    return FactKind.KNOWN_BAD if match.confirmed else FactKind.SUSPECTED_BAD


def _media(signal: Signal) -> int | None:
    return signal.evidence.media if signal.evidence else None


def _strongest(keyed: Iterable[tuple[T, object]]) -> tuple[T, ...]:
    """One of each key, the highest score; the frames of a file speak for one file."""
    best: dict[object, T] = {}
    for item, key in keyed:
        if key not in best or item.score > best[key].score:
            best[key] = item
    return tuple(best.values())
