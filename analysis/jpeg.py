"""Counts a JPEG's scans before it is decoded: each is a pass over the whole picture."""

import re

_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_AFTER_SCAN = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""The next real marker in coded data, where FF 00 is a byte and FF D0..D7 are restarts."""

_EOI, _SOS = 0xD9, 0xDA
_BARE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length: TEM, the restarts, SOI. ITU-T T.81, table B.1."""


def scans(data: bytes, at_most: int) -> int:
    """Count start-of-scan markers up to the end of the first picture.

    Only real markers count: thumbnails in metadata and bytes after the end do not. Counting
    stops at ``at_most + 1``; a file that breaks off is counted as far as it goes.
    """
    count, at, pattern = 0, 2, _MARKER
    while count <= at_most and (found := pattern.search(data, at)):
        marker, at, pattern = found[1][0], found.end(), _MARKER
        if marker == _EOI:
            break
        if marker in _BARE:
            continue
        at += int.from_bytes(data[at : at + 2], "big")
        if marker == _SOS:
            count, pattern = count + 1, _AFTER_SCAN
    return count
