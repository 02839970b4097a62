"""Pictures as vendors take them: re-encoded from decoded pixels, so nothing else is left of a file.

Made once for each need, however many providers and posts ask, and kept within a bounded memory.
Drawings and screenshots of few colours stay PNG, whose edges a reader of text needs; everything
else is JPEG, first of a high quality and then smaller and coarser until it fits.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from io import BytesIO

from PIL import Image as Pillow

from analysis.errors import UnreadableMedia
from analysis.flight import SingleFlight
from analysis.providers.provider import Fit, Picture
from analysis.types import Image

MIB = 1 << 20
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_FEW_COLOURS = 256
_QUALITIES = (90, 75, 60, 45)
"""Chosen by eye: below 45 small print is no longer read."""
_SMALLEST = 64
"""Pixels of the longer side below which a picture is given up."""

Encode = Callable[[Image, Fit], Awaitable[tuple[str, bytes]]]
"""Runs ``encoded`` somewhere: in a sandbox's worker, or in a thread."""
_Key = tuple[str, int, int, Fit]


async def in_a_thread(image: Image, fit: Fit) -> tuple[str, bytes]:
    """Encode beside the event loop; the pixels were decoded in a sandbox already."""
    return await asyncio.to_thread(encoded, image, fit)


class Pictures:
    """Prepares pictures; give it to providers as ``Tools.prepare``."""

    def __init__(self, encode: Encode = in_a_thread, *, most_bytes: int = 64 * MIB) -> None:
        self._encode = encode
        self._most = most_bytes
        self._kept: OrderedDict[_Key, Picture] = OrderedDict()
        self._size = 0
        self._flights: SingleFlight[_Key, Picture, None] = SingleFlight()

    @property
    def size(self) -> int:
        """Bytes of all the pictures that are kept."""
        return self._size

    async def __call__(self, image: Image, fit: Fit) -> Picture:
        """The picture within these limits.

        Raises:
            UnreadableMedia: no encoding of it is small enough.
            WorkerLost: the sandbox could not do it.
        """
        key = (image.sha256, image.width, image.height, fit)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        return await self._flights.join(key, lambda _: self._made(key, image, fit))

    async def _made(self, key: _Key, image: Image, fit: Fit) -> Picture:
        media_type, data = await self._encode(image, fit)
        picture = Picture(data, media_type)
        self._kept[key] = picture
        self._size += len(data)
        while self._size > self._most:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped.data)
        return picture


def encoded(image: Image, fit: Fit) -> tuple[str, bytes]:
    """Media type and bytes of the picture within these limits.

    Raises:
        UnreadableMedia: no encoding of it is small enough.
    """
    pixels = Pillow.frombytes("RGB", (image.width, image.height), image.data)
    pixels.thumbnail((fit.max_side, fit.max_side), Pillow.Resampling.LANCZOS)
    for media_type, data in _tries(pixels, fit.media_types):
        if len(data) <= fit.max_bytes:
            return media_type, data
    raise UnreadableMedia(f"no encoding of it fits into {fit.max_bytes} bytes")


def _tries(pixels: Pillow.Image, media_types: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Encodings, the best first."""
    if "image/png" in media_types and pixels.getcolors(_FEW_COLOURS) is not None:
        yield "image/png", _written(pixels, "PNG", optimize=True)
    lossy = next((t for t in ("image/jpeg", "image/webp") if t in media_types), None)
    while True:
        if lossy is None:
            yield "image/png", _written(pixels, "PNG", optimize=True)
        else:
            for quality in _QUALITIES:
                yield lossy, _written(pixels, FORMATS[lossy], quality=quality)
        if max(pixels.size) <= _SMALLEST:
            return
        pixels = pixels.resize((max(1, pixels.width // 2), max(1, pixels.height // 2)))


def _written(pixels: Pillow.Image, form: str, **options: int) -> bytes:
    out = BytesIO()
    pixels.save(out, form, **options)
    return out.getvalue()
