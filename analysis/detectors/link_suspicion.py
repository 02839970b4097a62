"""How suspect one link is by its form alone: its name, where it hides, what it opens (pure)."""

import re
import unicodedata
from collections.abc import Iterator
from ipaddress import ip_address
from math import prod

from analysis.detectors.imitation import imitation, is_honest
from analysis.detectors.link_forms import Link
from analysis.detectors.link_words import Brands, LinkWords

# Strengths, chosen by eye: a shortener or an invite is ordinary, a login code is not.
MANY_BAITS, MIXED_SCRIPT, RAW_HOST, USERINFO, FALSE_USERINFO = 0.6, 0.6, 0.5, 0.45, 0.85
SHORTENER, INVITE, PROGRAM, LOGIN_CODE, COIN_ADDRESS, RISKY = 0.3, 0.2, 0.35, 0.85, 0.35, 0.2
_DRAWN_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
# Opening one signs somebody else in to the reader's account.
_LOGIN = re.compile(r"(?:tg:/{0,2}login|discord(?:app)?\.com/ra/|s\.team/q/)")
_COIN = re.compile(r"(?:bitcoin|ethereum|litecoin|solana|monero):")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}")


def suspicion(link: Link, words: LinkWords, brands: Brands) -> float:
    """Return the chance in [0, 1) that this link means harm."""
    if _LOGIN.match(link.host + link.tail):
        return LOGIN_CODE
    if not link.host:
        return COIN_ADDRESS if _COIN.match(link.tail) else 0.0
    found = [weight for weight in _weights(link, words, brands) if weight]
    burnable = link.suffix.rpartition(".")[2] in words.risky
    if found and burnable and link.domain not in words.shorteners:
        found.append(RISKY)
    return 1 - prod(1 - weight for weight in found)


def _weights(link: Link, words: LinkWords, brands: Brands) -> Iterator[float]:
    honest = is_honest(link, words, brands)
    yield imitation(link, words, brands)
    yield MANY_BAITS if not honest and _baits(link, words) > 1 else 0.0
    yield MIXED_SCRIPT if _mixes_scripts(link.written) else 0.0
    yield RAW_HOST if _is_raw(link.host) else 0.0
    if link.userinfo and not honest:
        yield FALSE_USERINFO if "." in link.userinfo else USERINFO
    yield SHORTENER if words.shorteners & {link.domain, link.host} else 0.0
    yield INVITE if _invites(link, words) else 0.0
    yield PROGRAM if re.split("[?#]", link.tail)[0].endswith(words.programs) else 0.0


def _baits(link: Link, words: LinkWords) -> int:
    return len(words.bait & set(re.split(r"[.\-]", f"{link.above}.{link.label}")))


def _mixes_scripts(host: str) -> bool:
    """Whether any one label is written in two scripts that can be taken for each other."""
    if host.isascii():
        return False
    scripts = [
        {unicodedata.name(sign, "").partition(" ")[0] for sign in label if sign.isalpha()}
        for label in host.split(".")
    ]
    return any(len(used & _DRAWN_ALIKE) > 1 for used in scripts)


def _is_raw(host: str) -> bool:
    """Whether the host is a public address, in any of the spellings that browsers take."""
    bare = host.strip("[]")
    try:
        return not ip_address(bare).is_private
    except ValueError:
        return bool(_NUMERIC.fullmatch(bare))


def _invites(link: Link, words: LinkWords) -> bool:
    place = link.host.removeprefix("www.") + link.tail
    return any(place.startswith(f"{invite}/") for invite in words.invites)
