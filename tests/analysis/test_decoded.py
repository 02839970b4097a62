"""Files that were decoded a moment ago: who shares, what is kept, and how much."""

import asyncio
from dataclasses import replace

import pytest

from analysis.content import build
from analysis.decoded import Recent
from analysis.errors import WorkerLost
from analysis.media import Decoded, Limits
from analysis.sandbox import Sandbox
from analysis.types import Image, Media
from tests.pictures import a_picture, an_animation, encoded

LIMITS = Limits()
MEDIA = Media("aa", "bb", 100, "image/png", 10, 10, 1, animated=False)


class Decoder:
    """Makes as many bytes of pixels as it is told, and counts how often it was asked."""

    def __init__(self, size: int = 300, *, unseen: str = "") -> None:
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()
        self.error: Exception | None = None
        image = Image(bytes(size), size // 3, 1, "aa", "bb", 100, 0)
        self._decoded = Decoded(MEDIA, (image,), unseen)

    async def __call__(self) -> Decoded:
        self.asked += 1
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return self._decoded


async def test_the_same_bytes_are_decoded_once() -> None:
    recent, work = Recent(), Decoder()
    first = await recent.decoded(b"a", LIMITS, work)
    again = await recent.decoded(b"a", LIMITS, work)

    assert work.asked == 1
    assert first is again


async def test_other_bytes_and_other_limits_are_decoded_anew() -> None:
    recent, work = Recent(), Decoder()
    await recent.decoded(b"a", LIMITS, work)
    await recent.decoded(b"b", LIMITS, work)
    await recent.decoded(b"a", replace(LIMITS, frames=1), work)

    assert work.asked == 3


@pytest.mark.parametrize("size", [1, 1 << 20], ids=["small", "large"])
async def test_what_is_being_decoded_is_waited_for(size: int) -> None:
    recent, work = Recent(), Decoder()
    work.open.clear()
    asking = [asyncio.create_task(recent.decoded(bytes(size), LIMITS, work)) for _ in range(20)]
    await asyncio.wait(asking, timeout=0.05)
    work.open.set()
    await asyncio.gather(*asking)

    assert work.asked == 1


async def test_a_failure_is_not_kept() -> None:
    recent, work = Recent(), Decoder()
    work.error = WorkerLost("killed")
    with pytest.raises(WorkerLost):
        await recent.decoded(b"a", LIMITS, work)
    work.error = None
    await recent.decoded(b"a", LIMITS, work)

    assert work.asked == 2


async def test_what_was_seen_in_part_is_looked_at_again() -> None:
    """There was too little time for the rest; there may be more now."""
    recent, work = Recent(), Decoder(unseen="only the first 3 of 9 frames were seen")
    for _ in range(2):
        await recent.decoded(b"a", LIMITS, work)

    assert work.asked == 2


async def test_memory_is_bounded_and_the_least_recently_used_leave() -> None:
    recent, work = Recent(most_bytes=1200), Decoder(size=300)
    for name in b"abcd":
        await recent.decoded(bytes([name]), LIMITS, work)
    await recent.decoded(b"a", LIMITS, work)
    await recent.decoded(b"e", LIMITS, work)
    await recent.decoded(b"a", LIMITS, work)
    asked = work.asked
    await recent.decoded(b"b", LIMITS, work)

    assert (asked, work.asked) == (5, 6)
    assert recent.size <= 1200


async def test_one_that_would_push_out_most_others_is_not_kept() -> None:
    recent, work = Recent(most_bytes=1200), Decoder(size=303)
    await recent.decoded(b"a", LIMITS, work)

    assert recent.size == 0


@pytest.mark.slow
async def test_what_comes_again_is_content_as_before_wherever_it_stands() -> None:
    still, moving = encoded(a_picture()), an_animation("GIF", 3)
    async with Sandbox() as sandbox:
        recent = Recent()
        first = await build([], [still, moving], sandbox, recent=recent)
        again = await build([], [moving, still], sandbox, recent=recent)
        bare = await build([], [moving, still], sandbox)

    assert again == bare
    assert first.media == again.media[::-1]
    assert recent.size == sum(len(image.data) for image in first.images)
