"""Pictures as vendors take them."""

import asyncio
import random
from io import BytesIO

import pytest
from PIL import Image as Pillow

from analysis.errors import UnreadableMedia
from analysis.providers.provider import Fit
from analysis.remote.prepare import Pictures, encoded
from analysis.types import Image

MIB = 1 << 20


def a_picture(width: int = 64, height: int = 48, *, noise: bool = False, seed: int = 1) -> Image:
    count = width * height * 3
    data = random.Random(seed).randbytes(count) if noise else bytes([seed]) * count  # noqa: S311 - pixels
    return Image(data, width, height, f"{seed:064x}", "0" * 64, 100, 0)


def shown(data: bytes) -> Pillow.Image:
    return Pillow.open(BytesIO(data))


class CountingEncoder:
    """Encodes here and now, and counts."""

    def __init__(self) -> None:
        self.calls = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, image: Image, fit: Fit) -> tuple[str, bytes]:
        self.calls += 1
        await self.may_end.wait()
        return encoded(image, fit)


def test_few_colours_stay_png_pixel_for_pixel() -> None:
    picture = a_picture()
    media_type, data = encoded(picture, Fit(MIB))

    assert media_type == "image/png"
    assert shown(data).convert("RGB").tobytes() == picture.data


def test_many_colours_become_jpeg() -> None:
    media_type, data = encoded(a_picture(noise=True), Fit(MIB))

    assert (media_type, shown(data).format) == ("image/jpeg", "JPEG")


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
def test_only_what_the_vendor_takes_is_made(media_type: str) -> None:
    assert encoded(a_picture(noise=True), Fit(MIB, 64, (media_type,)))[0] == media_type


def test_the_longer_side_is_bounded_and_the_shape_kept() -> None:
    _, data = encoded(a_picture(400, 200, noise=True), Fit(MIB, max_side=100))

    assert shown(data).size == (100, 50)


def test_a_small_picture_is_not_blown_up() -> None:
    _, data = encoded(a_picture(20, 10), Fit(MIB, max_side=100))

    assert shown(data).size == (20, 10)


@pytest.mark.parametrize("types", [("image/jpeg",), ("image/png",)])
def test_it_gets_coarser_and_smaller_until_it_fits(types: tuple[str, ...]) -> None:
    _, data = encoded(a_picture(300, 300, noise=True), Fit(20_000, 1024, types))

    assert len(data) <= 20_000


def test_what_cannot_be_made_to_fit_is_said() -> None:
    with pytest.raises(UnreadableMedia, match="fits into 10 bytes"):
        encoded(a_picture(300, 300, noise=True), Fit(10))


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
def test_there_is_no_metadata(media_type: str) -> None:
    _, data = encoded(a_picture(noise=True), Fit(MIB, 64, (media_type,)))
    picture = shown(data)

    assert not picture.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(picture.info)


async def test_it_is_made_once_however_many_ask() -> None:
    encoder = CountingEncoder()
    pictures = Pictures(encoder)
    encoder.may_end.clear()
    asking = [asyncio.create_task(pictures(a_picture(), Fit(MIB))) for _ in range(3)]
    await asyncio.sleep(0)
    encoder.may_end.set()
    made = await asyncio.gather(*asking)
    again = await pictures(a_picture(), Fit(MIB))

    assert encoder.calls == 1
    assert {id(each) for each in made} == {id(again)}


async def test_another_need_is_another_picture() -> None:
    pictures = Pictures()
    small = await pictures(a_picture(noise=True), Fit(MIB, max_side=16))
    large = await pictures(a_picture(noise=True), Fit(MIB, max_side=64))

    assert (shown(small.data).width, shown(large.data).width) == (16, 64)


async def test_memory_is_bounded() -> None:
    pictures = Pictures(most_bytes=20_000)
    for seed in range(20):
        await pictures(a_picture(noise=True, seed=seed), Fit(MIB))

    assert 0 < pictures.size <= 20_000


async def test_what_was_used_last_stays() -> None:
    encoder = CountingEncoder()
    pictures = Pictures(encoder, most_bytes=30_000)
    first = a_picture(noise=True, seed=0)
    for seed in range(1, 10):
        await pictures(first, Fit(MIB))
        await pictures(a_picture(noise=True, seed=seed), Fit(MIB))

    assert encoder.calls == 10
