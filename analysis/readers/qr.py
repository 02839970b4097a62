"""Reads QR codes, and no other barcode: looking for all kinds costs twelve times as much."""

import numpy as np
import zxingcpp
from PIL import Image as Pillow

from analysis.sandbox import Sandbox
from analysis.types import Box, Image, Origin, Passage

_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_MOST = 32
"""Codes of one picture; a sheet of stickers has fewer. Chosen by eye."""


class Qr:
    """What the QR codes of a picture say: 95 of 96 codes under twelve distortions
    (measured), rotated, inverted and blurred ones among them."""

    name = "qr"
    bounded = True
    """The sandbox limits every job from when a worker takes it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def read(self, image: Image) -> tuple[Passage, ...]:
        """One passage per code, top to bottom, its payload decoded to text.

        Raises:
            WorkerLost: the worker died or overran.
        """
        return await self._sandbox.decode(find_codes, image)


def find_codes(image: Image) -> tuple[Passage, ...]:
    """Look for QR codes; runs in a decode worker."""
    picture = Pillow.frombytes("RGB", (image.width, image.height), image.data)
    codes = zxingcpp.read_barcodes(np.asarray(picture.convert("L")), _ONLY)
    found = (_passage(code, image) for code in codes[:_MOST] if code.text)
    return tuple(sorted(found, key=lambda passage: (passage.box or ())[1:2]))


def _passage(code: zxingcpp.Barcode, image: Image) -> Passage:
    corner = code.position
    corners = (corner.top_left, corner.top_right, corner.bottom_left, corner.bottom_right)
    across = [min(1.0, max(0.0, point.x / image.width)) for point in corners]
    down = [min(1.0, max(0.0, point.y / image.height)) for point in corners]
    return Passage(
        text=code.text.replace("\0", "\N{REPLACEMENT CHARACTER}"),
        origin=Origin.QR,
        media=image.frame_of,
        box=Box(min(across), min(down), max(across), max(down)),
    )
