"""When a bank's entry matches what it should not: many unlike pictures of many authors. Pure.

A scam campaign posts one picture, re-encoded and resized, from many accounts: its copies are
within 10 bits of one another. An entry that is nearly blank, or that is a common screenshot,
catches pictures that have nothing to do with each other. So pictures are counted that differ by
more than 10 bits from every other counted one, and from different authors each: one author with
many pictures cannot put an entry out of force.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from analysis.bank import WITHIN
from analysis.detectors.known_images import ACTS_WITHIN

WINDOW = timedelta(hours=1)
"""Over which is counted; chosen by eye."""

AT_LEAST = 8
"""Unlike pictures by as many authors that make a flood; chosen by eye: a campaign that draws
eight unlike variants for eight accounts within an hour loses the match by likeness, and the
moderators are told at once."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One picture that was posted."""

    pdq: str
    """64 hex digits."""
    author: str


def distance(one: str, other: str) -> int:
    """How many bits two hashes differ by."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def matched(entry: str, sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Those within 31 bits of the entry's hash."""
    return tuple(one for one in sightings if distance(entry, one.pdq) <= WITHIN)


def unlike(entry: str, sightings: Iterable[Sighting]) -> int:
    """How many pictures the entry matched that are unlike it and each other, one per author."""
    counted: list[str] = [entry]
    authors: set[str] = set()
    for one in matched(entry, sightings):
        if one.author in authors:
            continue
        if all(distance(one.pdq, other) > ACTS_WITHIN for other in counted):
            counted.append(one.pdq)
            authors.add(one.author)
    return len(authors)


def is_flood(entry: str, sightings: Iterable[Sighting]) -> bool:
    """Whether the entry should be put out of force until a person has looked."""
    return unlike(entry, sightings) >= AT_LEAST
