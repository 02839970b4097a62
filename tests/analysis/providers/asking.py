"""What a provider's tests need: tools over a real client, posts, and replies spoilt on purpose."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import httpx
from PIL import Image as Pillow

from analysis.encode import encode_png
from analysis.providers.provider import Fit, Picture, Tools
from analysis.types import Content, Image, Origin, Passage
from tests.emulators.server import Answer, Emulator, Handle, Received

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
FILE_NAME = "canary-file-name.png"
OWN_WORDS = (Origin.CAPTION, Origin.EMBED, Origin.FORWARD, Origin.ALT, Origin.OCR, Origin.QR)


def a_picture(media: int = 0, shade: int = 0, size: tuple[int, int] = (4, 2)) -> Image:
    """A small picture of one colour."""
    width, height = size
    digest = f"{media:02x}{shade:02x}" * 16
    pixels = bytes([shade, 90, 200]) * (width * height)
    return Image(pixels, width, height, digest, digest, 100, media)


def a_post(words: str = "hello", *pictures: Image, origin: Origin = Origin.CAPTION) -> Content:
    passages = (Passage(words, origin),) if words else ()
    return Content(passages, pictures)


def everything() -> Content:
    """A passage of every origin, its text being the origin's name, and two pictures."""
    named = Passage(FILE_NAME, Origin.FILENAME, media=0)
    passages = tuple(Passage(f"words of {each.value}", each, media=0) for each in OWN_WORDS)
    return Content((*passages, named), (a_picture(0), a_picture(1, 9)))


async def as_png(image: Image, fit: Fit) -> Picture:  # noqa: ARG001 - the port's shape
    """Stands in for the sandbox: the same promise, kept in this process."""
    return Picture(encode_png(image), "image/png")


def size_of(data: bytes) -> tuple[int, int]:
    return Pillow.open(BytesIO(data)).size


@dataclass
class Asking:
    """An emulator that serves, and the tools to call it with."""

    vendor: Emulator
    tools: Tools
    slept: list[float] = field(default_factory=list)


@asynccontextmanager
async def asking(handle: Handle, *, loopback: bool = False) -> AsyncIterator[Asking]:
    """Ask the emulator, at once in this process, or over loopback where the wire matters."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    vendor = Emulator(handle, url="http://vendor.test")
    async with AsyncExitStack() as stack:
        transport = None if loopback else _at_once(vendor)
        if loopback:
            await stack.enter_async_context(vendor.serving())
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport))
        yield Asking(vendor, Tools(client, as_png, sleep, lambda: NOW), slept)


def _at_once(vendor: Emulator) -> httpx.MockTransport:
    """The emulator without sockets; faults that need some do not work here."""

    async def answer(request: httpx.Request) -> httpx.Response:
        arrived = Received(
            request.method,
            request.url.path,
            dict(request.url.params),
            dict(request.headers),
            await request.aread(),
        )
        vendor.received.append(arrived)
        given = vendor.faults.popleft() if vendor.faults else vendor.handle(arrived)
        given = given if isinstance(given, Answer) else await given
        wants_a_wire = given.hang or given.silent or given.cut_at
        assert not wants_a_wire, "this needs loopback"
        return httpx.Response(given.status, headers=dict(given.headers), content=given.body)

    return httpx.MockTransport(answer)


Spoil = Callable[[Any], Answer]
Path = tuple[str | int, ...]


def whole(body: bytes) -> Spoil:
    """A body that has nothing of the answer."""
    return lambda _: Answer(200, body)


def raw(path: Path, token: str) -> Spoil:
    """The answer with this JSON text in the place of one value."""

    def spoil(good: Any) -> Answer:
        spoilt = copy.deepcopy(good)
        at = spoilt
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = "@@"
        return Answer(200, json.dumps(spoilt).replace('"@@"', token).encode())

    return spoil


def without(path: Path) -> Spoil:
    """The answer with one key or item missing."""

    def spoil(good: Any) -> Answer:
        spoilt = copy.deepcopy(good)
        at = spoilt
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]
        return Answer.of(spoilt)

    return spoil


def truncated(good: Any) -> Answer:
    """The answer's first half, said to be the whole."""
    body = json.dumps(good).encode()
    return Answer(200, body[: len(body) // 2])


def fenced(good: Any) -> Answer:
    return Answer(200, f"```json\n{json.dumps(good)}\n```".encode())


def twice(good: Any) -> Answer:
    return Answer(200, json.dumps(good).encode() * 2)


def repeated_key(good: Any) -> Answer:
    """The answer with its first key given twice."""
    key = json.dumps(next(iter(good)))
    return Answer(200, f"{{{key}: 0, {json.dumps(good)[1:]}".encode())


UNREADABLE: dict[str, Spoil] = {
    "empty": whole(b""),
    "html": whole(b"<html>login</html>"),
    "null": whole(b"null"),
    "list": whole(b"[]"),
    "object": whole(b"{}"),
    "refusal-prose": whole(b"I'm sorry, I can't help with that."),
    "truncated": truncated,
    "fenced": fenced,
    "two-objects": twice,
    "duplicate-key": repeated_key,
    "ten-megabytes": whole(b'{"a": "' + b"x" * (10 << 20) + b'"}'),
    "deep": whole(b"[" * 100_000),
}
"""Bodies no provider can read, whatever its protocol."""

NUMBERS = {
    "nan": "NaN",
    "infinite": "1e9999",
    "above": "1.01",
    "below": "-0.01",
    "text": '"0.5"',
    "true": "true",
    "null": "null",
    "list": "[0.5]",
    "huge": "9" * 400,
}
"""What no score is."""


def bad_scores(*paths: Path) -> dict[str, Spoil]:
    """Each way a score can be wrong, at each place, and missing."""
    spoilt: dict[str, Spoil] = {}
    for path in paths:
        place = ".".join(map(str, path))
        spoilt[f"{place}-missing"] = without(path)
        for name, token in NUMBERS.items():
            spoilt[f"{place}-{name}"] = raw(path, token)
    return spoilt
