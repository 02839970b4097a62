"""How suspect one link is, and why: look-alike names, bait words, hidden or raw hosts (pure)."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from math import prod

from analysis.detectors.link_forms import Link
from analysis.detectors.link_words import Brands, LinkWords
from analysis.text import latin

# Strengths, chosen by eye and held in order by tests: nobody writes a look-alike by accident,
# while a shortener or an invite is ordinary.
IMPERSONATES, BESIDE_BAIT, BRAND_ABOVE, NAMES_BRAND = 0.9, 0.85, 0.85, 0.35
MANY_BAITS, MIXED_SCRIPT, RAW_HOST, USERINFO, FALSE_USERINFO = 0.6, 0.6, 0.5, 0.45, 0.85
SHORTENER, INVITE, PROGRAM, LOGIN_CODE, COIN_ADDRESS, RISKY = 0.3, 0.2, 0.35, 0.85, 0.35, 0.2
SHORT_NAME = 6
"""Brands shorter than this are ordinary words too often to allow a letter's difference."""
_DRAWN = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("3", "e"))
_LOGIN = re.compile(r"(?:tg:/{0,2}login|discord(?:app)?\.com/ra/|steam:/{0,2}openurl|s\.team/q/)")
_COIN = re.compile(r"(?:bitcoin|ethereum|litecoin|solana|monero):")
_DRAWN_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
_NUMERIC = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}")


def suspicion(link: Link, words: LinkWords, brands: Brands) -> float:
    """Return the chance in [0, 1) that this link means harm, by its form alone."""
    if not link.host:
        return _of_app(link.tail)
    if _LOGIN.match(link.host + link.tail):
        return LOGIN_CODE
    found = [weight for judge in _JUDGES for weight in judge(link, words, brands)]
    if (
        found
        and link.suffix.rpartition(".")[2] in words.risky
        and link.domain not in words.shorteners
    ):
        found.append(RISKY)
    return 1 - prod(1 - weight for weight in found)


def _of_app(url: str) -> float:
    if _LOGIN.match(url):
        return LOGIN_CODE
    return COIN_ADDRESS if _COIN.match(url) else 0.0


def _legitimate(link: Link, words: LinkWords, brands: Brands) -> bool:
    return link.registered in brands.legitimate or link.registered in words.honest


def _imitation(link: Link, words: LinkWords, brands: Brands) -> Iterator[float]:
    """The strongest way in which the name pretends to be a brand, if any."""
    if _legitimate(link, words, brands) or not link.suffix:
        return
    weights = [_pretends(link, brand, words, brands) for brand in brands.domains]
    if (strongest := max(weights)) > 0:
        yield strongest


def _pretends(link: Link, brand: str, words: LinkWords, brands: Brands) -> float:
    pieces = link.label.split("-")
    if _is_drawn_like(link, brand):
        return IMPERSONATES
    if any(f".{real}{edge}" in f".{link.host}." for real in brands.domains[brand] for edge in ".-"):
        return BRAND_ABOVE
    if link.label == brand and link.written.isascii():
        return _elsewhere_registered(link, brand, words)
    if any(_same(piece, brand) for piece in pieces):
        return BESIDE_BAIT if words.bait & set(pieces) else NAMES_BRAND
    glued = link.label.replace("-", "")
    if glued.startswith(brand) and glued[len(brand) :] in words.bait:
        return BESIDE_BAIT
    if glued.endswith(brand) and glued[: -len(brand)] in words.bait:
        return BESIDE_BAIT
    if brand in (above := set(re.split(r"[.\-]", link.above))) and words.bait & (
        above | set(pieces)
    ):
        return NAMES_BRAND
    return 0.0


def _elsewhere_registered(link: Link, brand: str, words: LinkWords) -> float:
    """A brand's very name under a suffix it is not known to use; most countries' are its own."""
    ending = link.suffix.rpartition(".")[2]
    if ending in words.risky:
        return IMPERSONATES if len(brand) >= SHORT_NAME else NAMES_BRAND
    national = len(ending) == len("uk")
    return 0.0 if national or len(brand) < SHORT_NAME else NAMES_BRAND


def _is_drawn_like(link: Link, brand: str) -> bool:
    """Whether the whole label is the brand in other letters, or one slip away from it."""
    label = latin(link.label).text
    if label == brand:
        return not link.written.isascii()
    if _same(label, brand) or _same(label.replace("-", ""), brand):
        return True
    return len(brand) >= SHORT_NAME and one_slip_apart(drawn(label), drawn(brand))


def _same(label: str, brand: str) -> bool:
    return label == brand or drawn(label) == drawn(brand)


def drawn(label: str) -> str:
    """Return a label with letters that are drawn alike made one."""
    for sign, letter in _DRAWN:
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


def _baits(link: Link, words: LinkWords, brands: Brands) -> Iterator[float]:
    pieces = set(re.split(r"[.\-]", f"{link.above}.{link.label}"))
    if not _legitimate(link, words, brands) and len(words.bait & pieces) > 1:
        yield MANY_BAITS


def _script(link: Link, words: LinkWords, brands: Brands) -> Iterator[float]:  # noqa: ARG001 - one shape for all
    for label in link.written.split("."):
        scripts = {unicodedata.name(c, "").partition(" ")[0] for c in label if c.isalpha()}
        if len(scripts & _DRAWN_ALIKE) > 1:
            yield MIXED_SCRIPT
            return


def _host(link: Link, words: LinkWords, brands: Brands) -> Iterator[float]:  # noqa: ARG001 - one shape for all
    bare = link.host.strip("[]")
    try:
        if not ip_address(bare).is_private:
            yield RAW_HOST
    except ValueError:
        if _NUMERIC.fullmatch(bare):
            yield RAW_HOST


def _userinfo(link: Link, words: LinkWords, brands: Brands) -> Iterator[float]:
    if link.userinfo and not _legitimate(link, words, brands):
        yield FALSE_USERINFO if "." in link.userinfo else USERINFO


def _elsewhere(link: Link, words: LinkWords, brands: Brands) -> Iterator[float]:  # noqa: ARG001 - one shape for all
    if link.domain in words.shorteners or link.host in words.shorteners:
        yield SHORTENER
    place = link.host.removeprefix("www.") + link.tail
    if any(place.startswith(f"{invite}/") for invite in words.invites):
        yield INVITE
    if re.split("[?#]", link.tail)[0].endswith(words.programs):
        yield PROGRAM


_JUDGES: tuple[Callable[[Link, LinkWords, Brands], Iterator[float]], ...] = (
    _imitation,
    _baits,
    _script,
    _host,
    _userinfo,
    _elsewhere,
)
