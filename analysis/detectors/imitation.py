"""Whether a host's name pretends to be a brand's (pure).

Strengths are chosen by eye and held in order by tests: nobody writes a look-alike by accident,
while naming a brand may be a fan's site or a critic's.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from analysis.detectors.link_forms import Link
from analysis.detectors.link_words import Brands, LinkWords
from analysis.text import latin

DRAWN_ALIKE, REAL_NAME_ABOVE, BESIDE_BAIT, NAMED = 0.9, 0.85, 0.85, 0.35
SHORT_NAME = 6
"""Brands shorter than this are ordinary words too often to allow a letter's difference."""
_ALIKE = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("3", "e"))


@dataclass(frozen=True, slots=True)
class _Name:
    """What the judges of a name ask of it, worked out once."""

    link: Link
    label: str
    """The registered label in ASCII where it could be drawn so."""
    pieces: frozenset[str]
    drawn: str
    drawn_together: str
    drawn_pieces: frozenset[str]
    baited: bool
    above: str


def is_honest(link: Link, words: LinkWords, brands: Brands) -> bool:
    """Whether this is a brand's own domain, or somebody's who only sounds like one."""
    return link.registered in brands.legitimate or link.registered in words.honest


def imitation(link: Link, words: LinkWords, brands: Brands) -> float:
    """Return how strongly a link's name pretends to be a brand's, 0.0 where it does not."""
    if is_honest(link, words, brands) or not link.suffix:
        return 0.0
    if _holds_real_name(link, brands):
        return REAL_NAME_ABOVE
    label = latin(link.label).text
    pieces = frozenset(label.split("-"))
    drawn_pieces = frozenset(drawn(piece) for piece in pieces)
    shape = drawn(label)
    name = _Name(
        link,
        label,
        pieces,
        shape,
        shape.replace("-", ""),
        drawn_pieces,
        bool(words.bait & pieces),
        link.above,
    )
    return max(_pretends(name, brand, words) for brand in brands.domains)


def _holds_real_name(link: Link, brands: Brands) -> bool:
    """Whether a brand's whole domain stands before the end: discord.com.evil.tld."""
    labels = link.host.replace("-", ".").split(".")
    starts = range(len(labels) - 1)
    return any(
        ".".join(labels[start : start + length]) in brands.legitimate
        for start in starts
        for length in (2, 3)
        if start + length < len(labels)
    )


def _pretends(name: _Name, brand: str, words: LinkWords) -> float:
    if name.label == brand:
        return _under_another_suffix(name.link, brand, words)
    if _drawn_alike(name, brand):
        return DRAWN_ALIKE
    if drawn(brand) in name.drawn_pieces:
        return BESIDE_BAIT if name.baited else NAMED
    if _glued_to_bait(name.label.replace("-", ""), brand, words):
        return BESIDE_BAIT
    if brand in name.above and _above_beside_bait(name, brand, words):
        return NAMED
    return 0.0


def _under_another_suffix(link: Link, brand: str, words: LinkWords) -> float:
    """A brand's very name under a suffix it is not known to use; most countries' are its own."""
    if not link.written.isascii():
        return DRAWN_ALIKE
    ending = link.suffix.rpartition(".")[2]
    if ending in words.risky and len(brand) >= SHORT_NAME:
        return DRAWN_ALIKE
    national = len(ending) == len("uk")
    return 0.0 if national or len(brand) < SHORT_NAME else NAMED


def _drawn_alike(name: _Name, brand: str) -> bool:
    """Whether the whole label is the brand in other letters, or one slip away from it."""
    target = drawn(brand)
    if target in (name.drawn, name.drawn_together):
        return True
    return len(brand) >= SHORT_NAME and one_slip_apart(name.drawn, target)


def _glued_to_bait(label: str, brand: str, words: LinkWords) -> bool:
    if label.startswith(brand):
        return _all_bait(label[len(brand) :], words)
    return label.endswith(brand) and _all_bait(label[: -len(brand)], words)


def _all_bait(letters: str, words: LinkWords) -> bool:
    """Whether these letters are bait words and nothing else, one after the other."""
    reached = {0}
    for end in range(1, len(letters) + 1):
        if any(letters[start:end] in words.bait for start in tuple(reached)):
            reached.add(end)
    return bool(letters) and len(letters) in reached


def _above_beside_bait(name: _Name, brand: str, words: LinkWords) -> bool:
    above = set(re.split(r"[.\-]", name.above))
    return brand in above and (name.baited or bool(words.bait & above))


@lru_cache(maxsize=4096)
def drawn(label: str) -> str:
    """Return a label with letters that are drawn alike made one."""
    for sign, letter in _ALIKE:
        label = label.replace(sign, letter)
    return label


def one_slip_apart(left: str, right: str) -> bool:
    """Whether one letter added, left out, changed or swapped with its neighbour parts them."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    if len(left) > len(right):
        left, right = right, left
    at = next((i for i, letter in enumerate(left) if letter != right[i]), len(left))
    if len(left) < len(right):
        return left[at:] == right[at + 1 :]
    swapped = left[at : at + 2] == right[at : at + 2][::-1]
    return left[at + 1 :] == right[at + 1 :] or (swapped and left[at + 2 :] == right[at + 2 :])
