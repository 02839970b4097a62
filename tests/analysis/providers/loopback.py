"""What a provider is given in tests: a real client on loopback, and pictures made by Pillow."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
from PIL import Image as Pillow

from analysis.providers.provider import Fit, Picture, Tools
from analysis.types import Content, Image, Origin, Passage

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CANARY = "canary-7b1e"
"""Stands wherever nothing may leave the machine from."""


def a_photo(*, media: int = 0, frame: int = 0, shade: int = 90) -> Image:
    return Image(
        data=bytes([shade]) * (32 * 24 * 3),
        width=32,
        height=24,
        sha256=f"{CANARY}-sha",
        pdq=f"{CANARY}-pdq",
        quality=100,
        frame_of=media,
        frame=frame,
    )


def a_post(text: str = "hello there", *images: Image) -> Content:
    """Words, a file name with a canary, and pictures."""
    words = (Passage(text, Origin.CAPTION),) if text else ()
    name = Passage(f"{CANARY}.png", Origin.FILENAME, media=0)
    return Content(passages=(*words, name), images=images)


async def prepare(image: Image, fit: Fit) -> Picture:
    written = BytesIO()
    pixels = Pillow.frombytes("RGB", (image.width, image.height), image.data)
    pixels.thumbnail((fit.max_side, fit.max_side))
    pixels.save(written, "JPEG")
    return Picture(written.getvalue(), "image/jpeg")


class Rerouted(httpx.AsyncBaseTransport):
    """Takes hosts that end in these endings to a loopback address, their ``Host`` kept."""

    def __init__(self, to: Mapping[str, str]) -> None:
        self._to = to
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for ending, url in self._to.items():
            if request.url.host.endswith(ending):
                target = httpx.URL(url)
                request.url = request.url.copy_with(
                    scheme=target.scheme, host=target.host, port=target.port
                )
                return await self._inner.handle_async_request(request)
        raise httpx.ConnectError(f"no route to {request.url.host}")

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass
class Time:
    """A clock that stands still unless someone sleeps, and remembers how long they did."""

    at: datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


@asynccontextmanager
async def tools(
    time: Time, *, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Tools]:
    async with httpx.AsyncClient(transport=transport) as client:
        yield Tools(client, prepare, sleep=time.sleep, now=time.now)
