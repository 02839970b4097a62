"""Two hundred and more varied pictures, drawn with whole numbers so that every machine draws
the same, and what Meta's own PDQ says of them.

Record anew, where the reference is installed: ``python -m tests.pdq_pictures``.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

VECTORS = Path(__file__).parent / "payloads" / "pdq_vectors.json"
SIZES = (
    (512, 512),
    (512, 384),
    (288, 512),
    (200, 131),
    (64, 64),
    (65, 63),
    (40, 300),
    (511, 127),
    (128, 129),
    (17, 23),
    (5, 5),
    (333, 500),
    (480, 270),
    (100, 512),
    (300, 300),
    (257, 399),
)

Colours = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.int64]
Drawing = Callable[[int, int, np.random.RandomState], Colours]


def pictures() -> Iterator[tuple[str, Colours]]:
    """Every kind of drawing at every size: a name, and RGB of shape (height, width, 3)."""
    for kind, draw in sorted(DRAWINGS.items()):
        for number, (width, height) in enumerate(SIZES):
            # The legacy generator's stream is frozen; the newer ones' may change.
            chance = np.random.RandomState(number)
            yield f"{kind} {width}x{height}", draw(width, height, chance)


def _grid(width: int, height: int) -> tuple[Plane, Plane]:
    y, x = np.mgrid[:height, :width]
    return x, y


def _grey(plane: Plane) -> Colours:
    return np.repeat(plane.astype(np.uint8)[:, :, None], 3, axis=2)


def _noise(width: int, height: int, chance: np.random.RandomState) -> Colours:
    return np.frombuffer(chance.bytes(width * height * 3), np.uint8).reshape(height, width, 3)


def _soft(width: int, height: int, chance: np.random.RandomState, cells: int) -> Colours:
    """Coarse noise, blended in whole numbers between its cells."""
    corners = _noise(cells + 1, cells + 1, chance).astype(np.int64)
    x, y = _grid(width, height)
    across, down = x * cells * 256 // width, y * cells * 256 // height
    left, top = across // 256, down // 256
    fx, fy = (across % 256)[:, :, None], (down % 256)[:, :, None]
    upper = corners[top, left] * (256 - fx) + corners[top, left + 1] * fx
    lower = corners[top + 1, left] * (256 - fx) + corners[top + 1, left + 1] * fx
    return ((upper * (256 - fy) + lower * fy) // 65536).astype(np.uint8)


def _photo(width: int, height: int, chance: np.random.RandomState) -> Colours:
    layers = [_soft(width, height, chance, cells).astype(np.int64) for cells in (3, 9, 27)]
    grain = _noise(width, height, chance).astype(np.int64)
    return ((layers[0] * 9 + layers[1] * 4 + layers[2] * 2 + grain) // 16).astype(np.uint8)


def _slope(width: int, height: int, _: np.random.RandomState) -> Colours:
    x, y = _grid(width, height)
    return _grey((x * 255 // max(1, width - 1) + y * 255 // max(1, height - 1)) // 2)


def _checks(width: int, height: int, chance: np.random.RandomState) -> Colours:
    x, y = _grid(width, height)
    side = chance.randint(3, 40)
    return _grey((x // side + y // side) % 2 * 255)


def _rings(width: int, height: int, chance: np.random.RandomState) -> Colours:
    x, y = _grid(width, height)
    squared = (2 * x - width) ** 2 + (2 * y - height) ** 2
    return _grey(squared * chance.randint(3, 12) // max(1, width * height // 255) % 256)


def _weave(width: int, height: int, chance: np.random.RandomState) -> Colours:
    x, y = _grid(width, height)
    return _grey(((x * chance.randint(1, 5)) ^ (y * chance.randint(1, 5))) % 256)


def _bars(width: int, height: int, chance: np.random.RandomState) -> Colours:
    row = _noise(max(1, width // 16) + 1, 1, chance)
    return np.repeat(np.repeat(row, 16, axis=1)[:, :width], height, axis=0)


def _drawn(width: int, height: int, ground: str) -> tuple[Pillow.Image, ImageDraw.ImageDraw]:
    picture = Pillow.new("RGB", (width, height), ground)
    return picture, ImageDraw.Draw(picture)


def _shapes(width: int, height: int, chance: np.random.RandomState) -> Colours:
    picture, draw = _drawn(width, height, "white")
    for number in range(14):
        x, y = chance.randint(0, width), chance.randint(0, height)
        box = (x, y, x + chance.randint(2, width), y + chance.randint(2, height))
        fill = tuple(int(part) for part in chance.randint(0, 256, 3))
        (draw.ellipse if number % 2 else draw.rectangle)(box, fill=fill)
    return np.asarray(picture)


def _circle(width: int, height: int, _: np.random.RandomState) -> Colours:
    """As symmetrical as a drawing gets: half of its frequencies are rounding error."""
    picture, draw = _drawn(width, height, "white")
    draw.ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=(20, 40, 200))
    return np.asarray(picture)


def _page(ground: str, ink: str) -> Drawing:
    def draw_page(width: int, height: int, chance: np.random.RandomState) -> Colours:
        picture, draw = _drawn(width, height, ground)
        words = ["claim", "your", "free", "nitro", "gift", "now", "wallet", "airdrop"]
        for top in range(4, height, 14):
            line = " ".join(words[chance.randint(0, len(words))] for _ in range(12))
            draw.text((4, top), line, fill=ink, font=ImageFont.load_default_imagefont())
        return np.asarray(picture)

    return draw_page


def _captioned(width: int, height: int, chance: np.random.RandomState) -> Colours:
    picture = Pillow.fromarray(_photo(width, height, chance))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 3 // 4, width, height), fill="black")
    font = ImageFont.load_default_imagefont()
    draw.text((6, height * 3 // 4 + 4), "when you claim the gift", "white", font)
    return np.asarray(picture)


DRAWINGS: dict[str, Drawing] = {
    "bars": _bars,
    "blocks": lambda width, height, chance: np.repeat(
        np.repeat(_noise(width // 9 + 1, height // 9 + 1, chance), 9, axis=0), 9, axis=1
    )[:height, :width],
    "captioned": _captioned,
    "checks": _checks,
    "circle": _circle,
    "clouds": lambda width, height, chance: _soft(width, height, chance, 5),
    "dark page": _page("#313338", "#dbdee1"),
    "fine clouds": lambda width, height, chance: _soft(width, height, chance, 21),
    "flat": lambda width, height, _: np.full((height, width, 3), 90, np.uint8),
    "noise": _noise,
    "page": _page("white", "black"),
    "photo": _photo,
    "rings": _rings,
    "shapes": _shapes,
    "slope": _slope,
    "weave": _weave,
}


def reference(rgb: Colours) -> tuple[str, int]:
    """What Meta's own code says: the hash as 64 hex digits, and its quality."""
    import pdqhash  # noqa: PLC0415 - compiled from source, so not everywhere

    bits, quality = pdqhash.compute(np.ascontiguousarray(rgb))
    return np.packbits(bits.astype(np.uint8)).tobytes().hex(), int(quality)


def record() -> None:
    """Write ``VECTORS`` from the reference."""
    found = {name: reference(rgb) for name, rgb in pictures()}
    lines = (f"  {json.dumps(name)}: {json.dumps(answer)}" for name, answer in found.items())
    VECTORS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    record()
