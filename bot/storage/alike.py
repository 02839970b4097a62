"""Pictures that look like one another, found by counting differing bits of their PDQ hashes.

Hashes are kept packed in memory, 40 bytes a picture (4 MB at 100,000), because to read 100,000
rows takes a thousand times as long as to compare them. Before each answer the new rows are read,
and what was found is read back from the database, which alone says what is there.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, select

from bot.errors import Misconfigured
from bot.storage.tables import judgements, media

WITHIN = 31
"""Bits: the distance PDQ's authors recommend for a match (ThreatExchange, hashing.pdf)."""
MOST = 1000
"""Similar posts a question goes on with, the nearest; chosen by eye."""
LATE = 1000
"""On PostgreSQL so many of the newest judgements are read again each time: what has the lower
number may be committed later. More than all connections write at once."""

_DIGITS = 64
_MIRROR = bytes.fromhex("5555" * 16)
"""What mirroring a picture does to its hash, nearly: see ``analysis.bank``."""

Hashes = NDArray[np.uint64]
"""Four rows, a column for each hash: comparing whole rows is what is quick."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """What was read so far, in the order of the judgements."""

    owners: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    words: Hashes = field(default_factory=lambda: np.empty((4, 0), np.uint64))
    newest: "Row[int, int, object] | None" = None
    """The newest judgement that was there: its number, its message and its time."""
    at_first: int = 0
    """Pictures when all was read anew for the last time."""

    def until(self, number: int) -> "_Packed":
        """Without what later judgements saw."""
        end = int(np.searchsorted(self.owners, number, side="right"))
        return _Packed(self.owners[:end], self.words[:, :end], self.newest, self.at_first)


class Pictures:
    """The pictures of one database. Any thread may ask; each asks in turn."""

    def __init__(self) -> None:
        self._packed = _Packed()
        self._turn = threading.Lock()

    @property
    def held_bytes(self) -> int:
        """Memory that the hashes take."""
        return self._packed.owners.nbytes + self._packed.words.nbytes

    def near(self, conn: Connection, asked: str, within: int) -> Mapping[int, int]:
        """Judgements that saw a picture within so many bits of the one asked for, or its mirror
        image, each with its distance in bits; at most ``MOST``, the nearest.

        Raises:
            Misconfigured: what is asked for is no PDQ hash.
        """
        wanted = _asked(asked)
        with self._turn:
            self._packed = _followed(conn, self._packed)
            found = nearest(self._packed.owners, self._packed.words, wanted, within)
            there = _there(conn, found)
            if len(there) < len(found):  # some were forgotten since: others may be due their place
                self._packed = _followed(conn, _Packed())
                there = _there(
                    conn, nearest(self._packed.owners, self._packed.words, wanted, within)
                )
        return there


def nearest(
    owners: NDArray[np.int64], known: Hashes, asked: Hashes, within: int
) -> Mapping[int, int]:
    """The owners of hashes within so many bits of one of the two asked for, nearest first, each
    with its distance in bits; at most ``MOST``.
    """
    if not len(owners):
        return {}
    distances = np.minimum(_distances(known, asked[:, 0]), _distances(known, asked[:, 1]))
    places = np.flatnonzero(distances <= within)
    found: dict[int, int] = {}
    for place in places[np.argsort(distances[places], kind="stable")]:
        found.setdefault(int(owners[place]), int(distances[place]))
        if len(found) == MOST:
            break
    return found


def _distances(known: Hashes, one: Hashes) -> NDArray[np.uint16]:
    """Differing bits, at most 256."""
    counted = np.zeros(known.shape[1], np.uint16)
    for row, word in zip(known, one, strict=True):
        counted += np.bitwise_count(row ^ word)
    return counted


def _asked(text: str) -> Hashes:
    """The hash and its mirror image's."""
    try:
        plain = bytes.fromhex(text)
    except ValueError:
        plain = b""
    if len(text) != _DIGITS or len(plain) * 2 != _DIGITS:
        raise Misconfigured("a picture is asked for by its PDQ hash: 64 hex digits")
    mirrored = bytes(one ^ other for one, other in zip(plain, _MIRROR, strict=True))
    return _packed((plain + mirrored).hex())


def _followed(conn: Connection, before: _Packed) -> _Packed:
    """With what was judged since; all anew where that cannot be told.

    SQLite gives the number of the newest row again once that row is deleted: as long as the one
    we know is there, nothing below it is new. What was forgotten is still held here, so all is
    read anew before it is more than half of what is held.
    """
    newest = conn.execute(_NEWEST).first()
    known = before.newest
    alive = known is not None and (
        conn.execute(_IDENTITY.where(judgements.c.id == known.id)).first() == known
    )
    if known is None or not alive or len(before.owners) > 2 * before.at_first + MOST:
        owners, words = _read(conn, 0)
        return _Packed(owners, words, newest, len(owners))
    late = LATE if conn.dialect.name == "postgresql" else 0
    kept = before.until(known.id - late) if late else before
    owners, words = _read(conn, known.id - late)
    return _Packed(
        np.concatenate((kept.owners, owners)),
        np.concatenate((kept.words, words), axis=1),
        newest,
        before.at_first,
    )


_IDENTITY = select(judgements.c.id, judgements.c.message, judgements.c.judged_at)
_NEWEST = _IDENTITY.order_by(judgements.c.id.desc()).limit(1)


def _read(conn: Connection, after: int) -> tuple[NDArray[np.int64], Hashes]:
    """The pictures of all judgements after that number, in their order."""
    columns = (media.c.judgement, media.c.pdq)
    query = select(*columns).where(media.c.quality > 0, media.c.judgement > after)
    found = conn.execute(query.order_by(media.c.judgement)).all()
    owners = np.fromiter((row[0] for row in found), np.int64, len(found))
    return owners, _packed("".join(row[1] for row in found))


def _packed(digits: str) -> Hashes:
    rows = np.frombuffer(bytes.fromhex(digits), np.uint64).reshape(-1, 4)
    return np.ascontiguousarray(rows.T)


def _there(conn: Connection, found: Mapping[int, int]) -> Mapping[int, int]:
    """Those that still stand in the database."""
    query = select(media.c.judgement).where(media.c.judgement.in_(list(found)))
    there = set(conn.execute(query).scalars())
    return {owner: distance for owner, distance in found.items() if owner in there}
