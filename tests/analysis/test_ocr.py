"""OCR with the real models, in the real sandbox: few pictures, because each takes half a second."""

import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image as Pillow

from analysis.readers.ocr import Ocr, read_lines
from analysis.sandbox import Sandbox
from analysis.types import Image, Passage
from tests.pictures import an_image, text_on

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
]

LINES = ("Claim your free nitro", "before it is gone")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ocr() -> AsyncIterator[Ocr]:
    async with Sandbox() as sandbox:
        yield Ocr(sandbox)


def two_lines(size: int = 22) -> Pillow.Image:
    picture = Pillow.new("RGB", (480, 200), "white")
    for row, line in enumerate(LINES):
        picture.paste(text_on("white", "black", line, size=size), (0, 20 + 80 * row))
    return picture


def letters(passages: tuple[Passage, ...]) -> set[str]:
    """Without blanks: the model sets some where there are none."""
    return {passage.text.replace(" ", "").lower() for passage in passages}


WANTED = {line.replace(" ", "").lower() for line in LINES}


@pytest.mark.parametrize("size", [14, 22, 30])
async def test_lines_are_read_word_for_word(ocr: Ocr, size: int) -> None:
    assert letters(await ocr.read(an_image(two_lines(size)))) == WANTED


@pytest.mark.parametrize("degrees", [90, 180, 270])
async def test_a_turned_picture_is_read_all_the_same(ocr: Ocr, degrees: int) -> None:
    picture = two_lines().rotate(degrees, expand=True)

    assert letters(await ocr.read(an_image(picture))) == WANTED


def read_without_sockets(image: Image) -> tuple[Passage, ...]:
    """In a worker of its own: any use of a socket or of a name lookup ends it."""
    sys.addaudithook(refuse_sockets)
    return read_lines(image)


def refuse_sockets(event: str, _: object) -> None:
    if event.startswith("socket."):
        raise PermissionError(event)


async def test_nothing_is_fetched() -> None:
    async with Sandbox() as sandbox:
        passages = await sandbox.model(read_without_sockets, an_image(two_lines()))

    assert letters(passages) == WANTED


async def test_boxes_stand_where_the_lines_stand(ocr: Ocr) -> None:
    upper, lower = (passage.box for passage in await ocr.read(an_image(two_lines())))

    assert upper is not None
    assert lower is not None
    assert upper.bottom < 0.5 < lower.top
    assert upper.left < 0.1
    assert 0.4 < upper.right < 0.8


async def test_upright_lines_are_read_with_confidence(ocr: Ocr) -> None:
    passages = await ocr.read(an_image(two_lines()))

    assert min(passage.score for passage in passages) > 0.9
