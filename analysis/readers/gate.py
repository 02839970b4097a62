"""Whether a picture may have text in it: a few milliseconds that save half a second of OCR.

Letters are thin strokes of even contrast, several side by side. So: what stands out from its
surroundings by less than a stroke's width, more than the picture's own grain, in two cells
side by side; looked for at several scales, so that small print and headlines both show.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from analysis.types import Image

Grey = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

_STROKE = 7
"""Strokes up to so many pixels wide are found at each scale."""
_SCALES, _STEP = 3, 3
"""Full size, a third, a ninth: letters of 8 to some 400 pixels."""
_CELL = 8
_CONTRAST = (24, 128)
"""The least difference in grey levels: above JPEG's own ripples, and never so much that grain
laid over letters would hide them from us."""
_GRAIN = 5.0
"""How far above the picture's typical roughness ink must stand."""
_INK = (0.08, 0.85)
"""The share of a cell that letters cover."""


def may_have_text(image: Image) -> bool:
    """Rather yes than no: a wrong yes costs time, a wrong no hides what was written.

    The constants above were chosen on pictures drawn by ``tests/analysis/test_gate.py``,
    which states what is found and what is skipped.
    """
    picture = Pillow.frombytes("RGB", (image.width, image.height), image.data)
    brightness, *colours = picture.convert("YCbCr").split()
    # Letters may be as bright as their ground; JPEG halves colour anyway, so look there at half.
    return _at_some_scale(brightness) or any(_at_some_scale(one.reduce(2)) for one in colours)


def _at_some_scale(plane: Pillow.Image) -> bool:
    grey = np.asarray(plane)
    sharp = np.ones(grey.shape, np.bool_)
    for _ in range(_SCALES):
        if min(grey.shape) < _CELL:
            return False
        if _has_words(grey, sharp):
            return True
        plane, sharp = plane.reduce(_STEP), _sharp(grey)
        grey = np.asarray(plane)
    return False


def _has_words(grey: Grey, sharp: Mask) -> bool:
    sharp_cells = _share(sharp) > _INK[0]
    dark = _closed(grey) - grey
    light = grey - (255 - _closed(255 - grey))
    return any(_side_by_side(_inked(strokes) & sharp_cells) for strokes in (dark, light))


def _sharp(grey: Grey) -> Mask:
    """Where the next scale's pixels hide a step; large soft shapes are no headlines."""
    height, width = (-(-edge // _STEP) * _STEP for edge in grey.shape)
    whole = np.pad(grey, ((0, height - grey.shape[0]), (0, width - grey.shape[1])), mode="edge")
    rows = whole.reshape(-1, _STEP, width)
    highest = rows.max(1).reshape(len(rows), -1, _STEP).max(2)
    lowest = rows.min(1).reshape(len(rows), -1, _STEP).min(2)
    return _stands_out(highest - lowest)


def _closed(grey: Grey) -> Grey:
    """The picture with everything dark and thinner than a stroke filled up."""
    framed = np.pad(grey, _STROKE - 1, mode="edge")
    swollen = _widest(_widest(framed).T)
    closed: Grey = 255 - _widest(_widest(255 - swollen).T)
    return closed


def _widest(grey: Grey) -> Grey:
    """The largest of each ``_STROKE`` neighbours down the columns, in three steps."""
    pairs = np.maximum(grey[1:], grey[:-1])
    fours = np.maximum(pairs[2:], pairs[:-2])
    sevens: Grey = np.maximum(fours[3:], fours[:-3])
    return sevens


def _inked(strokes: Grey) -> Mask:
    """Which cells are inked as letters ink them."""
    share = _share(_stands_out(strokes))
    inked: Mask = (share > _INK[0]) & (share < _INK[1])
    return inked


def _stands_out(values: Grey) -> Mask:
    """More than a little, and more than the picture does everywhere."""
    # The median by counting: ten times as fast as sorting, for bytes.
    counts = np.bincount(values.ravel(), minlength=256).cumsum()
    median = int(np.searchsorted(counts, values.size / 2))
    found: Mask = values >= int(np.clip(_GRAIN * median, *_CONTRAST))
    return found


def _share(mask: Mask) -> npt.NDArray[np.float64]:
    """How much of each cell is set."""
    height, width = (edge // _CELL * _CELL for edge in mask.shape)
    # First down, then across: numpy adds whole rows many times faster than little squares.
    down = mask[:height, :width].view(np.uint8).reshape(-1, _CELL, width).sum(1, dtype=np.uint8)
    share: npt.NDArray[np.float64] = down.reshape(len(down), -1, _CELL).sum(2) / _CELL**2
    return share


def _side_by_side(cells: Mask) -> bool:
    """Whether two such cells touch, across or down; a single one is a speck."""
    return bool((cells[1:] & cells[:-1]).any() or (cells[:, 1:] & cells[:, :-1]).any())
