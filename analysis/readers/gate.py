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

_STROKE = 7
"""Strokes up to so many pixels wide are found at each scale."""
_SCALES = {"Y": (1, 3, 9), "Cb": (2, 6), "Cr": (2, 6)}
"""Brightness and colour: letters may be as bright as their ground. JPEG halves colour anyway."""
_CELL = 8
_CONTRAST = 24
"""The least difference in grey levels; JPEG's own ripples stay below."""
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
    planes = dict(zip(("Y", "Cb", "Cr"), picture.convert("YCbCr").split(), strict=True))
    return any(
        _has_words(np.asarray(planes[name].reduce(scale)))
        for name, scales in _SCALES.items()
        for scale in scales
    )


def _has_words(grey: Grey) -> bool:
    if min(grey.shape) < _CELL:
        return False
    dark = _closed(grey) - grey
    light = grey - (255 - _closed(255 - grey))
    return any(_side_by_side(_cells(strokes)) for strokes in (dark, light))


def _closed(grey: Grey) -> Grey:
    """The picture with everything dark and thinner than a stroke filled up."""
    framed = np.pad(grey, _STROKE - 1, mode="edge")
    swollen = _widest(_widest(framed).T)
    return 255 - _widest(_widest(255 - swollen).T).astype(np.uint8)


def _widest(grey: Grey) -> Grey:
    """The largest of each ``_STROKE`` neighbours down the columns, in three steps."""
    pairs = np.maximum(grey[1:], grey[:-1])
    fours = np.maximum(pairs[2:], pairs[:-2])
    sevens: Grey = np.maximum(fours[3:], fours[:-3])
    return sevens


def _cells(strokes: Grey) -> npt.NDArray[np.bool_]:
    """Which cells are inked as letters ink them."""
    least = max(_CONTRAST, _GRAIN * float(np.median(strokes)))
    ink = strokes >= least
    height, width = (edge // _CELL * _CELL for edge in ink.shape)
    blocks = ink[:height, :width].reshape(height // _CELL, _CELL, width // _CELL, _CELL)
    share = blocks.mean(axis=(1, 3))
    inked: npt.NDArray[np.bool_] = (share > _INK[0]) & (share < _INK[1])
    return inked


def _side_by_side(cells: npt.NDArray[np.bool_]) -> bool:
    """Whether two such cells touch, across or down; a single one is a speck."""
    return bool((cells[1:] & cells[:-1]).any() or (cells[:, 1:] & cells[:, :-1]).any())
