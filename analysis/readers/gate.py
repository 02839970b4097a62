"""Whether a picture may have text in it: a few milliseconds that save half a second of OCR.

Letters are thin strokes of even contrast, several side by side. So: what stands out from its
surroundings by less than a stroke's width, more than the grain thereabouts, in two cells side
by side; looked for at several scales, so that small print and headlines both show. Grain is
measured patch by patch: grey words on a plain panel need little contrast, whatever photograph
is beside it.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from analysis.types import Image

Grey = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_STROKE = 7
"""Strokes up to so many pixels wide are found at each scale."""
_SCALES, _STEP = 3, 3
"""Full size, a third, a ninth: letters of 8 to some 400 pixels."""
_CELL = 8
_FAINT, _FAINT_COLOUR, _ENOUGH = 12, 24, 128
"""The least difference in levels: what eyes still read, in brightness and, above the tinted
grain of overexposed skies, in colour; and never so much that grain laid over letters would hide
them from us."""
_GRAIN = 5.0
"""How far above a patch's typical roughness ink must stand."""
_PLAIN = 2.0
"""A part is plain where its grain is less than the picture's by this factor."""
_PATCH, _SAMPLE = 32, 2
"""Pixels of a patch's side, and of how many one is looked at to tell its grain."""
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
    return _at_some_scale(brightness, _FAINT) or any(
        _at_some_scale(one.reduce(2), _FAINT_COLOUR) for one in colours
    )


def _at_some_scale(plane: Pillow.Image, faintest: int) -> bool:
    grey = np.asarray(plane)
    sharp = np.ones(grey.shape, np.bool_)
    for _ in range(_SCALES):
        if min(grey.shape) < _CELL:
            return False
        if _has_words(grey, sharp, faintest):
            return True
        plane, sharp = plane.reduce(_STEP), _sharp(grey, faintest)
        grey = np.asarray(plane)
    return False


def _has_words(grey: Grey, sharp: Mask, faintest: int) -> bool:
    sharp_cells = _share(sharp) > _INK[0]
    dark = _closed(grey) - grey
    light = grey - (255 - _closed(255 - grey))
    return any(_side_by_side(_inked(strokes, faintest) & sharp_cells) for strokes in (dark, light))


def _sharp(grey: Grey, faintest: int) -> Mask:
    """Where the next scale's pixels hide a step; large soft shapes are no headlines."""
    height, width = (-(-edge // _STEP) * _STEP for edge in grey.shape)
    whole = np.pad(grey, ((0, height - grey.shape[0]), (0, width - grey.shape[1])), mode="edge")
    rows = [whole[step::_STEP] for step in range(_STEP)]
    high, low = np.maximum.reduce(rows), np.minimum.reduce(rows)
    highest = np.maximum.reduce([high[:, step::_STEP] for step in range(_STEP)])
    lowest = np.minimum.reduce([low[:, step::_STEP] for step in range(_STEP)])
    return _stands_out(highest - lowest, faintest)


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


def _inked(strokes: Grey, faintest: int) -> Mask:
    """Which cells are inked as letters ink them."""
    share = _share(_stands_out(strokes, faintest))
    inked: Mask = (share > _INK[0]) & (share < _INK[1])
    return inked


def _stands_out(values: Grey, faintest: int) -> Mask:
    """More than a little, and more than the grain of the picture, or of a plain part of it."""
    sampled = values[::_SAMPLE, ::_SAMPLE]
    overall, nearby = float(np.median(sampled)), _around(_grain(sampled))
    grain = np.where(nearby * _PLAIN < overall, nearby, overall)
    least = np.clip(_GRAIN * grain, faintest, _ENOUGH)
    found: Mask = np.empty(values.shape, np.bool_)
    for patch, bounds in enumerate(least):
        rows = slice(patch * _PATCH, (patch + 1) * _PATCH)
        across = np.repeat(bounds, _PATCH)[: values.shape[1]]
        np.greater_equal(values[rows], across, out=found[rows])
    return found


def _grain(sampled: Grey) -> Floats:
    """The typical roughness of each patch."""
    edge = _PATCH // _SAMPLE
    height, width = sampled.shape
    whole = np.pad(sampled, ((0, -height % edge), (0, -width % edge)), mode="edge")
    patches = whole.reshape(whole.shape[0] // edge, edge, whole.shape[1] // edge, edge)
    grain: Floats = np.median(patches, axis=(1, 3))
    return grain


def _around(patches: Floats) -> Floats:
    """The largest of each patch and its neighbours: one patch alone is soon smoother by chance."""
    for _ in range(2):
        framed = np.pad(patches, ((1, 1), (0, 0)), mode="edge")
        patches = np.maximum(np.maximum(framed[:-2], framed[1:-1]), framed[2:]).T
    return patches


def _share(mask: Mask) -> Floats:
    """How much of each cell is set."""
    height, width = (edge // _CELL * _CELL for edge in mask.shape)
    rows = mask[:height, :width].view(np.uint8).reshape(height // _CELL, _CELL, width)
    # Whole rows first: numpy adds them up many bytes at a time. 64 marks fit into a byte.
    columns = rows.sum(axis=1, dtype=np.uint8).reshape(height // _CELL, width // _CELL, _CELL)
    share: Floats = columns.sum(axis=2, dtype=np.uint8) / (_CELL * _CELL)
    return share


def _side_by_side(cells: Mask) -> bool:
    """Whether two such cells touch, across or down; a single one is a speck."""
    return bool((cells[1:] & cells[:-1]).any() or (cells[:, 1:] & cells[:, :-1]).any())
