"""Which frames of an animation to look at, when it has more than can be looked at."""

import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageFile

_SIDE = 24
"""Frames are compared as grey pictures of this many pixels each way; chosen by eye."""

Sketches = npt.NDArray[np.float32]


class Choice(NamedTuple):
    """Frame numbers in order, and how many frames were compared to choose them."""

    frames: list[int]
    compared: int


def choose(file: ImageFile.ImageFile, count: int, at_most: int, end: float) -> Choice:
    """All frames where they are few; else half evenly spaced, half those least like the rest.

    First and last are always among them. Evenly spaced frames alone would miss a picture that
    flashes up between them. Every frame is decoded once to be compared, until ``end`` on the
    monotonic clock: then only the frames up to there are chosen from.
    """
    if count <= at_most:
        return Choice(list(range(count)), count)
    sketches = _sketches(file, count, end)
    last = len(sketches) - 1
    evenly = max(2, at_most // 2)
    chosen = sorted({round(step * last / (evenly - 1)) for step in range(evenly)})[:at_most]
    return Choice(sorted(chosen + _unlike(sketches, chosen, at_most)), len(sketches))


def reach(file: ImageFile.ImageFile, frame: int, end: float) -> int:
    """Go on to a frame, or as near before it as time allows; returns where we are.

    One by one, because most formats decode every frame on the way whatever one asks for.
    """
    if frame < file.tell():
        file.seek(0)
    while file.tell() < frame and time.monotonic() < end:
        file.seek(file.tell() + 1)
    return file.tell()


def _sketches(file: ImageFile.ImageFile, count: int, end: float) -> Sketches:
    drawn = [_sketch(file)]
    while len(drawn) < count and reach(file, len(drawn), end) == len(drawn):
        drawn.append(_sketch(file))
    return np.stack(drawn)


def _sketch(file: ImageFile.ImageFile) -> npt.NDArray[np.float32]:
    small = file.convert("L").resize((_SIDE, _SIDE), Pillow.Resampling.BOX)
    return np.asarray(small, np.float32).ravel()


def _unlike(sketches: Sketches, chosen: list[int], at_most: int) -> list[int]:
    """One after the other, the frame that is farthest from every frame chosen so far."""
    nearest = np.min([_distances(sketches, frame) for frame in chosen], axis=0)
    found: list[int] = []
    while len(chosen) + len(found) < at_most and nearest.max() > 0:
        found.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, _distances(sketches, found[-1]))
    return found


def _distances(sketches: Sketches, frame: int) -> npt.NDArray[np.float32]:
    apart: npt.NDArray[np.float32] = np.abs(sketches - sketches[frame]).mean(axis=1)
    return apart
