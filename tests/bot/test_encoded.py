"""Pictures that were encoded a moment ago: who shares, what is kept, and how much."""

import asyncio
from dataclasses import dataclass, field

import pytest

from analysis.errors import WorkerLost
from analysis.types import Image
from bot.journey.encoded import Encodings


@dataclass
class Encoder:
    """Makes so many bytes of every picture, once it may, and counts how often it was asked."""

    size: int = 10
    asked: int = 0
    error: Exception | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    async def __call__(self, image: Image) -> bytes:
        self.asked += 1
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return bytes(self.size)


def an_image(digest: str = "aa", width: int = 4, height: int = 2) -> Image:
    return Image(bytes(3 * width * height), width, height, digest, "bb", 100, 0)


async def test_the_same_pixels_are_encoded_once() -> None:
    encoder = Encoder()
    encodings = Encodings(encoder)
    first, again = [await encodings.of(an_image()) for _ in range(2)]

    assert encoder.asked == 1
    assert first is again


@pytest.mark.parametrize("other", [an_image("ab"), an_image(width=2, height=4)])
async def test_other_pixels_and_other_shapes_are_encoded_anew(other: Image) -> None:
    encoder = Encoder()
    encodings = Encodings(encoder)
    await encodings.of(an_image())
    await encodings.of(other)

    assert encoder.asked == 2


async def test_what_is_being_encoded_is_waited_for() -> None:
    encoder = Encoder()
    encodings = Encodings(encoder)
    encoder.open.clear()
    waiting = [asyncio.create_task(encodings.of(an_image())) for _ in range(3)]
    await asyncio.sleep(0)
    encoder.open.set()
    made = await asyncio.gather(*waiting)

    assert encoder.asked == 1
    assert len(made) == 3


async def test_a_failure_is_not_kept() -> None:
    encoder = Encoder(error=WorkerLost("gone"))
    encodings = Encodings(encoder)
    with pytest.raises(WorkerLost):
        await encodings.of(an_image())
    encoder.error = None

    assert await encodings.of(an_image())


async def test_the_least_recently_used_leave_when_the_memory_is_full() -> None:
    encoder = Encoder(size=10)
    encodings = Encodings(encoder, most_bytes=40)
    for digest in ("a", "b", "c", "d", "a", "e", "a"):
        await encodings.of(an_image(digest))
    asked = encoder.asked
    await encodings.of(an_image("b"))

    assert asked == 5
    assert encoder.asked == 6
    assert encodings.size == 40


async def test_one_that_is_too_large_is_not_kept() -> None:
    encoder = Encoder(size=11)
    encodings = Encodings(encoder, most_bytes=40)
    await encodings.of(an_image())
    await encodings.of(an_image())

    assert encoder.asked == 2
    assert encodings.size == 0
