"""What the examples' pictures are drawn with: text, chat bubbles, QR codes, a landscape."""

from math import cos, pi

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Spot = tuple[int, int]

INK: Colour = (32, 34, 37)
PAPER: Colour = (250, 249, 246)
NIGHT: Colour = (49, 51, 56)


def blank(size: tuple[int, int], colour: Colour) -> Image.Image:
    """An empty picture."""
    return Image.new("RGB", size, colour)


def write(
    picture: Image.Image,
    at: Spot,
    text: str,
    size: int,
    colour: Colour,
    *,
    bold: bool = False,
    anchor: str = "la",
) -> None:
    """Write lines of text in Pillow's own font; sizes in pixels."""
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(picture)
    for n, line in enumerate(text.split("\n")):
        spot = (at[0], at[1] + n * round(size * 1.35))
        stroke = max(1, size // 24) if bold else 0
        draw.text(spot, line, colour, font, anchor=anchor, stroke_width=stroke)


def bubble(
    picture: Image.Image, top: int, said: tuple[str, str], face: Colour, ink: Colour
) -> None:
    """One message of a chat that was photographed: a face, who said what."""
    name, text = said
    draw = ImageDraw.Draw(picture)
    draw.ellipse((24, top, 72, top + 48), face)
    write(picture, (48, top + 24), name[0], 24, PAPER, bold=True, anchor="mm")
    write(picture, (88, top - 2), name, 20, face, bold=True)
    write(picture, (88, top + 26), text, 20, ink)


def button(picture: Image.Image, box: tuple[int, int, int, int], text: str, fill: Colour) -> None:
    """Something that asks to be pressed."""
    ImageDraw.Draw(picture).rounded_rectangle(box, 8, fill)
    middle = ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)
    write(picture, middle, text, 22, PAPER, bold=True, anchor="mm")


def qr(text: str, module: int) -> Image.Image:
    """A QR code with its quiet zone; ``module`` is the width of one square in pixels."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    pixels = np.array(code.to_image(scale=module), np.uint8)
    return Image.fromarray(pixels).convert("RGB")


def cat(picture: Image.Image, at: Spot, size: int, fur: Colour) -> None:
    """A cat's face, ``size`` pixels wide, its middle at the spot."""
    draw, (x, y), unit = ImageDraw.Draw(picture), at, size / 10

    def around(left: float, top: float, right: float, bottom: float) -> list[float]:
        return [x + left * unit, y + top * unit, x + right * unit, y + bottom * unit]

    for side in (-1, 1):
        tip = (x + side * 4.6 * unit, y - 6 * unit)
        draw.polygon([tip, (x + side * 1.2 * unit, y - 3 * unit), (x + side * 4.6 * unit, y)], fur)
    draw.ellipse(around(-5, -4, 5, 4.5), fur)
    for side in (-2, 2):
        draw.ellipse(around(side - 1, -1.6, side + 1, 0.6), PAPER)
        draw.ellipse(around(side - 0.45, -1.3, side + 0.45, 0.4), INK)
        for slope in (-0.5, 0.2, 0.9):
            nose = (x + side * 0.8 * unit, y + 1.9 * unit)
            draw.line(
                [nose, (x + side * 3.2 * unit, y + (1.9 + slope) * unit)], PAPER, max(2, size // 90)
            )
    draw.polygon(
        [(x - 0.6 * unit, y + 1.2 * unit), (x + 0.6 * unit, y + 1.2 * unit), (x, y + 1.9 * unit)],
        (226, 130, 140),
    )


def landscape(width: int, height: int) -> Image.Image:
    """An evening over hills that could be a photograph: soft light, grain, no hard edges."""
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    sky = _blend((64, 84, 140), (252, 184, 120), down * 1.7)
    sun = np.exp(-(((across - 0.68) * 1.6) ** 2 + (down - 0.46) ** 2) * 90)
    scene = sky + sun[..., None] * np.array([70, 60, 30])
    hills = [(0.52, (124, 104, 132), 2.0), (0.62, (78, 76, 102), 3.1), (0.76, (36, 44, 58), 1.4)]
    for level, colour, waves in hills:
        ridge = level + 0.045 * np.cos(across * waves * 2 * pi + level * 9) + _rough(across) * 0.02
        cover = np.clip((down - ridge) * height / 2, 0, 1)[..., None]
        scene = scene * (1 - cover) + np.array(colour) * cover
    grain = np.random.default_rng(7).normal(0, 3.5, (height, width, 1))
    return Image.fromarray(np.clip(scene + grain, 0, 255).astype(np.uint8))


def _blend(top: Colour, bottom: Colour, share: NDArray[np.float64]) -> NDArray[np.float64]:
    part = np.clip(share, 0, 1)[..., None]
    return np.array(top) * (1 - part) + np.array(bottom) * part


def _rough(across: NDArray[np.float64]) -> NDArray[np.float64]:
    waves = (13, 29, 61)
    return np.asarray(
        sum(np.cos(across * wave * cos(wave) * 6) / n for n, wave in enumerate(waves, 1))
    )
