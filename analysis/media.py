"""Bytes in, bounded pictures out. Runs in a sandbox worker: ``sandbox.decode(decode, …)``."""

import time
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from PIL import AvifImagePlugin, ImageFile
from PIL import Image as Pillow

from analysis import pdq
from analysis.errors import AnalysisError, UnreadableMedia
from analysis.frames import choose, reach
from analysis.jpeg import scans
from analysis.pixels import View, orientation, upright_size, views
from analysis.sniff import JPEG, Format, sniff
from analysis.types import Image, Media


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be, and how much of it is looked at."""

    max_bytes: int = 25 * 1024 * 1024
    """Discord's largest attachment without a subscription is 10 MiB; chosen above that."""
    max_pixels: int = 50_000_000
    """Of one frame: today's largest phone pictures. 200 MB once decoded."""
    frames: int = 8
    """How many frames of an animation are looked at; one that has no more is seen whole."""
    side: int = 1024
    """Longest side in pixels of what detectors are given."""
    max_scans: int = 100
    """Of one JPEG. Encoders write about ten."""
    max_scanned: int = 2_000_000_000
    """Scans times pixels of one JPEG: about two seconds (measured)."""
    seconds: float = 6.0
    """After which no further frame is begun; less than the sandbox's wall limit."""


class Decoded(NamedTuple):
    """One file, decoded."""

    media: Media
    images: tuple[Image, ...]
    """Frames in order, without those whose pixels were seen before. A transparent frame is
    here twice, on a dark and on a light ground, where that makes a difference."""
    unseen: str
    """Why part of the animation was not looked at; empty when nothing was left out."""


class _Shown(NamedTuple):
    """A view and the number of the frame it is of."""

    frame: int
    view: View


def decode(data: bytes, index: int, limits: Limits) -> Decoded:
    """Decode a file and measure it. ``index`` is its place in ``Content.media``.

    Raises:
        UnsupportedMedia: a kind that we know and do not decode.
        UnreadableMedia: not a picture, broken, or more than ``limits`` allow.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of broken metadata, mostly
            return _decode(data, index, limits)
    except AnalysisError:
        raise
    except Pillow.DecompressionBombError as exc:
        raise UnreadableMedia(f"more than {limits.max_pixels:,} pixels") from exc
    except MemoryError as exc:
        raise UnreadableMedia("decoding it takes more memory than allowed") from exc
    # Pillow raises at least twelve types for hostile files, and no list of
    # them would be complete; whichever it was, the file cannot be read.
    except Exception as exc:
        raise UnreadableMedia(f"it cannot be decoded ({type(exc).__name__})") from exc


def _decode(data: bytes, index: int, limits: Limits) -> Decoded:
    if len(data) > limits.max_bytes:
        raise UnreadableMedia(f"{len(data):,} bytes, more than {limits.max_bytes:,}")
    kind = sniff(data)
    with _open(data, kind, limits) as file:
        count = getattr(file, "n_frames", 1) if file.format == kind.pillow else 1
        turn = orientation(file)
        size = upright_size(file.size, turn)
        shown, unseen = _look(file, count, turn, limits)
    images = tuple(_image(one, index) for one in shown)
    first = images[0]
    media = Media(
        sha256=first.sha256,
        pdq=first.pdq,
        quality=first.quality,
        media_type=kind.media_type,
        width=size[0],
        height=size[1],
        frames=count,
        animated=count > 1,
    )
    return Decoded(media, images, unseen)


def _open(data: bytes, kind: Format, limits: Limits) -> ImageFile.ImageFile:
    """Read the header with the one decoder that may, and check it against the limits."""
    count = scans(data, limits.max_scans) if kind is JPEG else 0
    if count > limits.max_scans:
        raise UnreadableMedia(f"a JPEG of more than {limits.max_scans} scans")
    # Pillow refuses at twice this, also for a frame that is larger than its animation.
    Pillow.MAX_IMAGE_PIXELS = limits.max_pixels // 2
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    file = Pillow.open(BytesIO(data), formats=[kind.pillow])
    pixels = file.width * file.height
    if pixels > limits.max_pixels:
        raise UnreadableMedia(f"{file.width:,} x {file.height:,} pixels are too many")
    if count * pixels > limits.max_scanned:
        raise UnreadableMedia(f"a JPEG of {count} scans over {pixels:,} pixels")
    return file


def _look(
    file: ImageFile.ImageFile, count: int, turn: int, limits: Limits
) -> tuple[list[_Shown], str]:
    """Views of the chosen frames, no pixels twice, and why some are missing."""
    start = time.monotonic()
    chosen = choose(file, count, limits.frames, start + limits.seconds / 2)
    shown: dict[str, _Shown] = {}
    for frame in chosen.frames:
        reached = reach(file, frame, start + limits.seconds)
        if reached < frame:
            return list(shown.values()), f"only the first {reached + 1} of {count} frames were seen"
        file.load()
        for view in views(file, turn, limits.side):
            shown.setdefault(view.sha256, _Shown(frame, view))
    if chosen.compared < count:
        return list(shown.values()), f"only the first {chosen.compared} of {count} frames were seen"
    return list(shown.values()), ""


def _image(shown: _Shown, index: int) -> Image:
    picture = shown.view.picture
    fingerprint = pdq.hash_picture(picture)
    return Image(
        data=picture.tobytes(),
        width=picture.width,
        height=picture.height,
        sha256=shown.view.sha256,
        pdq=fingerprint.hex,
        quality=fingerprint.quality,
        frame_of=index,
        frame=shown.frame,
    )
