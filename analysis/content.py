"""Builds the ``Content`` of a post from its words and its files' bytes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, NamedTuple

from analysis.decoded import Recent
from analysis.errors import SandboxBusy, UnreadableMedia, UnsupportedMedia, WorkerLost
from analysis.media import Decoded, Limits, decode
from analysis.sandbox import Sandbox
from analysis.types import (
    Content,
    Fact,
    FactKind,
    Failure,
    FailureKind,
    Image,
    Media,
    Modality,
    Passage,
)

Unsupported = Literal["note", "review"]
"""What a file is that we do not look into: a fact to note, or a failure for a person."""

_DETECTOR = "media"
_BYTES_A_PIXEL = 3


class _Seen(NamedTuple):
    """What became of one file."""

    media: Media | None = None
    images: tuple[Image, ...] = ()
    failures: tuple[Failure, ...] = ()
    facts: tuple[Fact, ...] = ()


async def build(
    passages: Sequence[Passage],
    files: Sequence[bytes | Failure],
    sandbox: Sandbox,
    limits: Limits | None = None,
    *,
    unsupported: Unsupported = "note",
    recent: Recent | None = None,
) -> Content:
    """Decode every file, all at once, and put the words beside them.

    A file is its bytes, or why there are none. One that cannot be decoded is None in
    ``Content.media`` and has a ``Failure``; it never hides the others. ``passages`` are well
    formed already. ``recent`` holds files decoded before.
    """
    bounds = limits or Limits()

    async def decoded(file: bytes) -> Decoded:
        # Numbered 0, so that it is the same wherever in whichever post it stands.
        work = partial(_checked, sandbox, file, bounds)
        return await (work() if recent is None else recent.decoded(file, bounds, work))

    seen = await asyncio.gather(
        *(_look(file, index, decoded, unsupported) for index, file in enumerate(files))
    )
    return Content(
        passages=tuple(passages),
        images=tuple(image for one in seen for image in one.images),
        media=tuple(one.media for one in seen),
        failures=tuple(failure for one in seen for failure in one.failures),
        facts=tuple(fact for one in seen for fact in one.facts),
    )


async def _look(
    file: bytes | Failure,
    index: int,
    decoded: Callable[[bytes], Awaitable[Decoded]],
    unsupported: Unsupported,
) -> _Seen:
    if isinstance(file, Failure):
        return _Seen(failures=(file,))
    try:
        return _placed(await decoded(file), index)
    except UnsupportedMedia as exc:
        return _unsupported(index, str(exc), unsupported)
    except SandboxBusy as exc:
        return _failed(index, FailureKind.UNAVAILABLE, str(exc))
    except (UnreadableMedia, WorkerLost) as exc:
        return _failed(index, FailureKind.UNREADABLE, str(exc))


def _unsupported(index: int, reason: str, unsupported: Unsupported) -> _Seen:
    if unsupported == "review":
        return _failed(index, FailureKind.NOT_SUPPORTED, reason)
    fact = Fact(FactKind.UNSUPPORTED, reason, modality=Modality.IMAGE, media=index)
    return _Seen(facts=(fact,))


async def _checked(sandbox: Sandbox, file: bytes, limits: Limits) -> Decoded:
    """Check what a worker sent before anyone relies on it: it may have been taken over."""
    decoded = await sandbox.decode(decode, file, 0, limits)
    if not _consistent(decoded):
        raise UnreadableMedia("the decoder sent pictures that do not fit together")
    return decoded


def _placed(decoded: Decoded, index: int) -> _Seen:
    partly = _failure(index, FailureKind.UNREADABLE, decoded.unseen) if decoded.unseen else None
    images = tuple(replace(image, frame_of=index) for image in decoded.images)
    return _Seen(decoded.media, images, (partly,) if partly else ())


def _consistent(decoded: object) -> bool:
    match decoded:
        case Decoded(media=Media(), images=(Image(), *_) as images, unseen=str()):
            return all(map(_whole, images))
    return False


def _whole(image: object) -> bool:
    match image:
        case Image(data=bytes() as data, width=int() as width, height=int() as height):
            return image.frame_of == 0 and len(data) == width * height * _BYTES_A_PIXEL
    return False


def _failed(index: int, kind: FailureKind, reason: str) -> _Seen:
    return _Seen(failures=(_failure(index, kind, reason),))


def _failure(index: int, kind: FailureKind, reason: str) -> Failure:
    return Failure(_DETECTOR, kind, reason, media=index)
