"""Which part of a text a remark speaks about: its own sentence, and not the whole text."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from analysis.detectors.passages import Reading
from analysis.detectors.phrases import Hit
from analysis.types import Modality

# A line read from a picture often ends in mid-sentence; a line that was typed seldom does.
_END_IN_PICTURE = re.compile(r"[.!?…。]+(?=\s|$)|\n\s*\n")
_END = re.compile(r"[.!?…。]+(?=\s|$)|\n")


def covered(reading: Reading, spans: Iterable[tuple[int, int]]) -> bytearray:
    """Return one byte for each character of the text: 1 inside any of the spans, else 0."""
    marks = bytearray(len(reading.text))
    for start, end in spans:
        marks[start:end] = b"\x01" * (end - start)
    return marks


def sentences(reading: Reading, hits: Iterable[Hit], *, reach: int) -> Iterator[tuple[int, int]]:
    """Yield the sentence around each hit, no more than ``reach`` characters to either side."""
    ends = _END_IN_PICTURE if reading.modality is Modality.IMAGE else _END
    borders = [0, *(end.end() for end in ends.finditer(reading.text)), len(reading.text)]
    for hit in hits:
        after = min(bisect_right(borders, hit.start), len(borders) - 1)
        start = max(borders[after - 1], hit.start - reach)
        yield start, max(start, min(borders[after], hit.end + reach))
