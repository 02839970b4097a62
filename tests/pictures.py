"""Pictures and hostile files, drawn here: builders for tests of the picture side."""

import struct
import zlib
from io import BytesIO

import numpy as np
import segno
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from analysis.types import Image


def encoded(picture: Pillow.Image, form: str = "PNG", **options: object) -> bytes:
    written = BytesIO()
    picture.save(written, form, **options)
    return written.getvalue()


def a_picture(width: int = 96, height: int = 64, mode: str = "RGB") -> Pillow.Image:
    """Colours that differ in every corner, so that turning it shows."""
    across = Pillow.linear_gradient("L").rotate(90).resize((width, height))
    down = Pillow.linear_gradient("L").resize((width, height))
    picture = Pillow.merge("RGB", (across, down, Pillow.new("L", (width, height), 90)))
    ImageDraw.Draw(picture).rectangle((4, 4, width // 3, height // 4), fill="white")
    return picture.convert(mode)


def text_on(
    ground: str | tuple[int, int, int, int],
    ink: str,
    words: str = "Claim your free nitro",
    *,
    size: int = 24,
    box: tuple[int, int] = (480, 80),
) -> Pillow.Image:
    picture = Pillow.new("RGBA", box, ground)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text((16, 20), words, fill=ink, font=font)
    return picture


def an_animation(form: str, count: int = 3, *, side: int = 32) -> bytes:
    """Frames of clearly different colours, lossless where the format can be."""
    frames = [
        Pillow.new("RGB", (side, side), (40 * (n % 6), 30, 250 - 40 * (n % 5)))
        for n in range(count)
    ]
    for number, frame in enumerate(frames):
        ImageDraw.Draw(frame).rectangle((number % side, 2, number % side + 3, 9), fill="white")
    options: dict[str, object] = {"save_all": True, "append_images": frames[1:], "duration": 40}
    if form == "WEBP":
        options["lossless"] = True
    return encoded(frames[0], form, **options)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b"")]
    body = b"".join(
        struct.pack("!I", len(held)) + kind + held + struct.pack("!I", zlib.crc32(kind + held))
        for kind, held in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def scan_bomb(scans: int = 2000, side: int = 4000) -> bytes:
    """A progressive JPEG that makes the decoder pass over the whole picture ``scans`` times.

    Built by hand: one grey component, a Huffman table of one code, and refinement scans that
    say "end of band" for every block.
    """
    quantise = b"\xff\xdb\0\x43\0" + b"\1" * 64
    frame = b"\xff\xc2\0\x0b\x08" + struct.pack("!HH", side, side) + b"\1\1\x11\0"
    # A DC code 0 (no difference), an AC code 0xE0 (end of band, run of 2^14 and 14 more bits).
    direct = b"\xff\xc4\0\x14\0\1" + b"\0" * 15 + b"\0"
    alternate = b"\xff\xc4\0\x14\x10\1" + b"\0" * 15 + b"\xe0"
    blocks = (side + 7) // 8
    first = b"\xff\xda\0\x08\1\1\0\0\0\1" + b"\0" * (blocks * blocks // 8 + 1)
    band = b"\xff\xda\0\x08\1\1\0\1\x3f\0" + b"\0" * 32
    return b"\xff\xd8" + quantise + frame + direct + alternate + first + band * scans + b"\xff\xd9"


def long_gif(count: int = 10_000) -> bytes:
    """A GIF of so many frames of one pixel each, on a canvas of 64 x 64."""
    header = b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    control = b"\x21\xf9\x04\0\1\0\0\0"
    pixel = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\0"
    return header + (control + pixel) * count + b"\x3b"


def a_large_png(width: int, height: int, mode: str = "RGB") -> bytes:
    """Flat and half transparent: small as a file, large once decoded."""
    colour = (200, 30, 40, 128)[: len(mode)]
    return encoded(Pillow.new(mode, (width, height), colour), compress_level=1)


def an_image(picture: Pillow.Image, *, media: int = 0, frame: int = 0) -> Image:
    """A drawn picture as the core's own ``Image``, with a digest of its name only."""
    rgb = picture.convert("RGB")
    return Image(
        data=rgb.tobytes(),
        width=rgb.width,
        height=rgb.height,
        sha256="0" * 64,
        pdq="0" * 64,
        quality=0,
        frame_of=media,
        frame=frame,
    )


def a_qr(payload: str, *, scale: int = 6) -> Pillow.Image:
    written = BytesIO()
    segno.make_qr(payload).save(written, kind="png", scale=scale)
    return Pillow.open(written).convert("RGB")


def a_photo(seed: int = 0, width: int = 800, height: int = 600, grain: float = 6.0) -> Pillow.Image:
    """Soft colours with a sensor's grain: what a photograph without letters looks like."""
    chance = np.random.default_rng(seed)
    patches = Pillow.fromarray(chance.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    soft = np.asarray(patches.resize((width, height), Pillow.Resampling.BICUBIC))
    noisy = soft + chance.normal(0, grain, (height, width, 1))
    return Pillow.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
