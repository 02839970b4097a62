"""Meta's PDQ perceptual hash, in numpy.

Written from the published algorithm ("The TMK+PDQF Video-Hashing Algorithm and the PDQ
Image-Hashing Algorithm", Facebook 2019): luminance, two passes of a box filter each way, every
64th of the picture sampled, a DCT of which 16 x 16 low frequencies are kept, one bit for each
that is above the median.

The sums are taken in single precision and in the reference's order. Symmetrical pictures have
many frequencies that are nothing but rounding error, and their bits agree only so: with
double precision a drawn circle differs from the reference in dozens of bits.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

BITS = 256
SIDE = 512
"""Larger pictures are scaled down to this first, as the reference's own tools do."""

_BLOCKS = 64
_KEPT = 16
_SMALLEST = 5
"""Below so many pixels either way the reference gives no hash."""

Floats = npt.NDArray[np.float32]


class Fingerprint(NamedTuple):
    """A hash and how much it says."""

    hex: str
    """64 hex digits, the highest frequency's bit first: the order of Meta's hash lists."""
    quality: int
    """0 (flat) to 100; below 50 matches mean little."""


def hash_picture(picture: Pillow.Image) -> Fingerprint:
    """Hash a picture, scaled down to at most ``SIDE`` pixels first."""
    scale = max(picture.size) / SIDE
    if scale > 1:
        size = (max(1, round(edge / scale)) for edge in picture.size)
        bilinear = Pillow.Resampling.BILINEAR
        picture = picture.resize((next(size), next(size)), bilinear, reducing_gap=1.0)
    return compute(np.asarray(picture.convert("RGB")))


def compute(rgb: npt.NDArray[np.uint8]) -> Fingerprint:
    """Hash an array of shape (height, width, 3) as it is; its cost grows with its size.

    A picture of fewer than 5 pixels either way gets the hash of zeros at quality 0.
    """
    red, green, blue = (rgb[:, :, channel] for channel in range(3))
    luma = (red * 0.299 + green * 0.587 + blue * 0.114).astype(np.float32)  # Rec. 601
    if min(luma.shape) < _SMALLEST:
        return Fingerprint("0" * (BITS // 4), 0)
    blocks = luma if luma.shape == (_BLOCKS, _BLOCKS) else _downsample(luma)
    return Fingerprint(_bits(_low_frequencies(blocks)), _quality(blocks))


def distance(a: str, b: str) -> int:
    """How many of 256 bits differ between two hashes of 64 hex digits."""
    return (int(a, 16) ^ int(b, 16)).bit_count()


def _downsample(luma: Floats) -> Floats:
    """Blur with a tent of two box passes each way, then take the middle of each block."""
    height, width = luma.shape
    across = [int((block + 0.5) * width / _BLOCKS) for block in range(_BLOCKS)]
    down = [int((block + 0.5) * height / _BLOCKS) for block in range(_BLOCKS)]
    once = _box(_box(luma.T).T)
    blocks: Floats = _box(_box(once.T)[across].T)[down]
    return blocks


def _box(values: Floats) -> Floats:
    """A running mean down the columns; at the edges over what there is.

    The window is 1/128 of the length, rounded up. One running sum per column, each step an
    addition and then a subtraction.
    """
    rows: Floats = np.ascontiguousarray(values)
    length = len(rows)
    window = -(-length // (2 * _BLOCKS))
    ahead = (window + 2) // 2
    means: Floats = np.empty_like(rows)
    total = np.zeros(rows.shape[1], np.float32)
    for end in range(1, length + ahead):
        if end <= length:
            total += rows[end - 1]
        if end > window:
            total -= rows[end - 1 - window]
        if end >= ahead:
            held = min(end, length) - max(0, end - window)
            np.divide(total, np.float32(held), out=means[end - ahead])
    return means


def _cosines() -> Floats:
    """Rows 1 to 16 of the 64-point DCT; row 0 would be the mean brightness."""
    frequency = np.arange(1, _KEPT + 1)[:, None]
    place = 2 * np.arange(_BLOCKS)[None, :] + 1
    scale = float(np.float32(np.sqrt(2.0 / _BLOCKS)))
    rows: Floats = (scale * np.cos(np.pi / 2 / _BLOCKS * frequency * place)).astype(np.float32)
    return rows


_DCT = _cosines()


def _low_frequencies(blocks: Floats) -> Floats:
    return _product(_product(_DCT, blocks), np.ascontiguousarray(_DCT.T))


def _product(left: Floats, right: Floats) -> Floats:
    """The matrix product, each sum taken term by term from the first to the last."""
    terms = left[:, :, None] * right[None, :, :]
    total: Floats = np.add.accumulate(terms, axis=1)[:, -1, :]
    return total


def _bits(frequencies: Floats) -> str:
    """Above the median or not. Of an even count the lower middle is the median."""
    flat = frequencies.ravel()
    median = np.partition(flat, BITS // 2 - 1)[BITS // 2 - 1]
    return np.packbits((flat > median)[::-1]).tobytes().hex()


def _quality(blocks: Floats) -> int:
    """Steps between neighbours in whole percent of full contrast, summed, over 90, at most 100."""
    hundred, full = np.float32(100), np.float32(255)
    steps = sum(
        int(np.abs(np.trunc(np.diff(blocks, axis=axis) * hundred / full)).sum(dtype=np.float64))
        for axis in (0, 1)
    )
    return min(100, steps // 90)
