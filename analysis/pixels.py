"""From one decoded frame of any mode to what a viewer sees: upright RGB, digested and bounded.

Works in strips, so that the memory it takes beside the frame itself stays at a few MiB.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow

_ORIENTATION = 0x0112  # Exif 2.32, 4.6.4.A

_TURN = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
_SIDEWAYS = {5, 6, 7, 8}
_FROM_THE_END = {3, 4, 7, 8}
"""Where the picture's first rows stand last in the file, or its last columns."""

_STRIP = 1 << 20
"""Pixels of a strip, about."""

DARK, LIGHT = "#000000", "#ffffff"
"""The grounds under transparency: letters that vanish on one stand out on the other."""


@dataclass(frozen=True, slots=True)
class View:
    """A frame as seen on one ground."""

    picture: Pillow.Image
    """RGB, bounded in size."""
    sha256: str
    """Of the full-size RGB pixels on this ground: see ``views``."""


def orientation(frame: Pillow.Image) -> int:
    """The Exif orientation, 1 to 8; 1 when there is none or it cannot be read.

    XMP's copy is ignored, as browsers do: honouring it would let a post be upright for its
    readers and upside down for us.
    """
    raw = frame.info.get("exif")
    if not isinstance(raw, bytes):
        return 1
    exif = Pillow.Exif()
    try:
        exif.load(raw)
        turn = exif.get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - broken metadata must not hide a picture that shows
        return 1
    return turn if turn in _TURN else 1


def upright_size(size: tuple[int, int], turn: int) -> tuple[int, int]:
    """Width and height after the orientation is applied."""
    return size[::-1] if turn in _SIDEWAYS else size


def views(frame: Pillow.Image, turn: int, side: int) -> tuple[View, ...]:
    """Show a loaded frame: once, or on a dark and a light ground where these differ.

    The digest is SHA-256 over ``RGB <width>x<height>\\n`` and then the upright full-size
    pixels, three bytes each, row by row. So it is the same for the same picture in PNG, BMP,
    lossless WebP, with a palette or without, and for any colours hidden under full
    transparency. The bounded pictures are at most ``side`` pixels long.
    """
    grounds = (DARK, LIGHT) if frame.has_transparency_data else (DARK,)
    shown = [_Shrunk(upright_size(frame.size, turn), side) for _ in grounds]
    for strip in _strips(frame, turn, shown[0].factor):
        for ground, one in zip(grounds, shown, strict=True):
            one.add(_on(ground, strip))
    first, *others = [one.view() for one in shown]
    return (first, *(view for view in others if view.sha256 != first.sha256))


class _Shrunk:
    """Takes full-size strips from the top down; digests them and keeps a smaller picture."""

    def __init__(self, size: tuple[int, int], side: int) -> None:
        self._size = size
        self._scale = max(1.0, max(size) / side)
        # Averaging whole blocks first is five times faster than resizing all the way.
        self.factor = int(self._scale)
        width, height = (-(-edge // self.factor) for edge in size)
        self._small = Pillow.new("RGB", (width, height))
        self._digest = hashlib.sha256(b"RGB %dx%d\n" % size)
        self._row = 0

    def add(self, strip: Pillow.Image) -> None:
        self._digest.update(strip.tobytes())
        self._small.paste(strip.reduce(self.factor), (0, self._row // self.factor))
        self._row += strip.height

    def view(self) -> View:
        width, height = (max(1, round(edge / self._scale)) for edge in self._size)
        exact = (0.0, 0.0, self._size[0] / self.factor, self._size[1] / self.factor)
        if (width, height) != self._small.size:
            resized = self._small.resize((width, height), Pillow.Resampling.BICUBIC, box=exact)
            return View(resized, self._digest.hexdigest())
        return View(self._small, self._digest.hexdigest())


def _strips(frame: Pillow.Image, turn: int, factor: int) -> Iterator[Pillow.Image]:
    """The upright picture as RGB or RGBA strips, each a multiple of ``factor`` rows high."""
    width, height = upright_size(frame.size, turn)
    rows = max(1, _STRIP // width // factor) * factor
    for top in range(0, height, rows):
        cut = frame.crop(_source(frame.size, turn, top, min(top + rows, height)))
        yield _colours(cut.transpose(_TURN[turn]) if turn in _TURN else cut)


def _source(size: tuple[int, int], turn: int, top: int, bottom: int) -> tuple[int, int, int, int]:
    """Where the upright rows from ``top`` to ``bottom`` stand in the file's own frame."""
    width, height = size
    along = width if turn in _SIDEWAYS else height
    if turn in _FROM_THE_END:
        top, bottom = along - bottom, along - top
    return (top, 0, bottom, height) if turn in _SIDEWAYS else (0, top, width, bottom)


def _colours(strip: Pillow.Image) -> Pillow.Image:
    """RGB, or RGBA where the mode may be transparent."""
    if strip.mode.startswith("I") or strip.mode == "F":
        return _from_deep(strip)
    return strip.convert("RGBA" if strip.has_transparency_data else "RGB")


def _from_deep(strip: Pillow.Image) -> Pillow.Image:
    """16-bit grey by its high byte; Pillow's own conversion would clip it to white."""
    values = np.clip(np.asarray(strip).astype(np.int64), 0, 65535)
    grey = Pillow.fromarray((values >> 8).astype(np.uint8))
    clear = strip.info.get("transparency")
    if isinstance(clear, int):
        opaque = np.where(values == clear, 0, 255).astype(np.uint8)
        return Pillow.merge("LA", (grey, Pillow.fromarray(opaque))).convert("RGBA")
    return grey.convert("RGB")


def _on(ground: str, strip: Pillow.Image) -> Pillow.Image:
    if strip.mode == "RGB":
        return strip
    below = Pillow.new("RGB", strip.size, ground)
    below.paste(strip.convert("RGB"), mask=strip.getchannel("A"))
    return below
