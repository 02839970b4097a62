"""What every reader keeps to, whatever it reads. Runs over the whole registry."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import cast

import pytest
import pytest_asyncio
from PIL import Image as Pillow

from analysis.reader import Reader
from analysis.readers import READERS
from analysis.registry import load
from analysis.sandbox import Sandbox
from analysis.types import Origin
from tests.pictures import a_photo, a_qr, an_image, text_on

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture(params=sorted(READERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(name: str, sandbox: Sandbox) -> Reader:
    return cast("Callable[[Sandbox], Reader]", load(READERS, name))(sandbox)


def everything_readable() -> Pillow.Image:
    """Words and a code, so that each reader finds what it is for."""
    picture = Pillow.new("RGB", (640, 320), "white")
    picture.paste(
        text_on("white", "black", "Claim your free nitro", size=28, box=(400, 80)), (0, 20)
    )
    picture.paste(a_qr("https://example.com/claim", scale=5), (400, 120))
    return picture


async def test_it_has_the_name_it_is_registered_under(reader: Reader, name: str) -> None:
    assert reader.name == name


async def test_it_finds_what_is_there_and_says_where(reader: Reader) -> None:
    passages = await reader.read(an_image(everything_readable(), media=3))

    assert passages
    for passage in passages:
        assert passage.media == 3
        assert passage.box is not None
        left, top, right, bottom = passage.box
        assert 0.0 <= left < right <= 1.0
        assert 0.0 <= top < bottom <= 1.0


async def test_its_passages_are_well_formed_and_say_their_origin(reader: Reader) -> None:
    passages = await reader.read(an_image(everything_readable()))

    for passage in passages:
        assert passage.origin in {Origin.OCR, Origin.QR}
        assert 0.0 <= passage.score <= 1.0
        assert passage.text.strip()
        assert "\0" not in passage.text
        assert passage.text.encode()


@pytest.mark.parametrize("size", [(1, 1), (1024, 1), (3, 700), (640, 480)])
async def test_it_reads_nothing_where_nothing_is(reader: Reader, size: tuple[int, int]) -> None:
    assert await reader.read(an_image(Pillow.new("RGB", size, "navy"))) == ()


async def test_it_reads_nothing_in_a_photo(reader: Reader) -> None:
    assert await reader.read(an_image(a_photo())) == ()


async def test_the_same_picture_reads_the_same_again(reader: Reader) -> None:
    image = an_image(everything_readable())

    one, other = await asyncio.gather(reader.read(image), reader.read(image))

    assert one == other
