"""What stands in a SQLite database's write-ahead log, read from its bytes before SQLite opens it.

SQLite takes a log that it cannot read for an empty one, goes on without a word, and deletes it;
when all that was written stands in it, that is an empty start.
https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER = 32
_FRAME_HEADER = 24
_LITTLE, _BIG = b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"
_MASK = 0xFFFF_FFFF

Sums = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wal:
    """A log as it was found."""

    there: bool = False
    """Whether there is one with anything in it."""
    readable: bool = True
    """Whether it begins as a log does."""
    lost: bool = False
    """Whether something was committed in it, and SQLite will read nothing of it."""


def beside(path: Path) -> Path:
    """Where the log of a database stands."""
    return path.with_name(f"{path.name}-wal")


def found(path: Path) -> Wal:
    """Look at the log of a database.

    Raises:
        OSError: it cannot be read.
    """
    if not beside(path).exists() or beside(path).stat().st_size == 0:
        return Wal()
    with beside(path).open("rb") as file:
        header = file.read(_HEADER)
        if len(header) < _HEADER:  # its writer died while making it: nothing ever stood in it
            return Wal(there=True)
        order = {_LITTLE: "<", _BIG: ">"}.get(header[:4])
        if order is None or _sums((0, 0), header[:24], order) != _stored(header, 24):
            return Wal(there=True, readable=False, lost=True)
        return Wal(there=True, lost=_lost(file, header, order))


def _lost(file: BinaryIO, header: bytes, order: str) -> bool:
    """Whether the first frame is spoilt, and a later one of the same writing ended a commit."""
    page = int.from_bytes(header[8:12])
    frame, data = file.read(_FRAME_HEADER), file.read(page)
    if len(data) < page or frame[8:16] != header[16:24]:  # cut off, or left by an older writing
        return False
    sums = _sums(_sums(_stored(header, 24), frame[:8], order), data, order)
    if sums == _stored(frame, 16):
        return False
    while len(frame) == _FRAME_HEADER:
        if frame[8:16] == header[16:24] and frame[4:8] != bytes(4):
            return True
        frame = file.read(_FRAME_HEADER)
        file.seek(page, 1)
    return False


def _sums(start: Sums, data: bytes, order: str) -> Sums:
    one, other = start
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + other) & _MASK
        other = (other + second + one) & _MASK
    return one, other


def _stored(data: bytes, at: int) -> Sums:
    one, other = struct.unpack_from(">2I", data, at)
    return one, other
