"""Pictures that look like one another, found by counting differing bits of their PDQ hashes."""

from collections.abc import Mapping, Sequence

import numpy as np

from bot.errors import Misconfigured

WITHIN = 31
"""Bits: the distance PDQ's authors recommend for a match (ThreatExchange, hashing.pdf)."""
MOST = 1000
"""Similar posts a question goes on with, the nearest; chosen by eye."""

_DIGITS = 64
_MIRROR = bytes.fromhex("5555" * 16)
"""What mirroring a picture does to its hash, nearly: see ``analysis.bank``."""


def nearest(
    owners: Sequence[int], hashes: Sequence[str], asked: str, within: int
) -> Mapping[int, int]:
    """The owners of hashes within so many bits of the one asked for, with the distance in bits.

    Also finds a mirrored picture. At most ``MOST`` owners, the nearest.

    Raises:
        Misconfigured: what is asked for is no PDQ hash.
    """
    words = _words(asked)
    if not hashes:
        return {}
    known = np.frombuffer(bytes.fromhex("".join(hashes)), dtype=np.uint64).reshape(-1, 4)
    distances = np.minimum(
        *(np.bitwise_count(known ^ one).sum(axis=1, dtype=np.int64) for one in words)
    )
    places = np.flatnonzero(distances <= within)
    found: dict[int, int] = {}
    for place in places[np.argsort(distances[places], kind="stable")]:
        found.setdefault(owners[place], int(distances[place]))
        if len(found) == MOST:
            break
    return found


def _words(asked: str) -> "tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], ...]":
    try:
        plain = bytes.fromhex(asked)
    except ValueError:
        plain = b""
    if len(asked) != _DIGITS or len(plain) * 2 != _DIGITS:
        raise Misconfigured("a picture is asked for by its PDQ hash: 64 hex digits")
    mirrored = bytes(one ^ other for one, other in zip(plain, _MIRROR, strict=True))
    return (np.frombuffer(plain, np.uint64), np.frombuffer(mirrored, np.uint64))
