"""QR codes: payload and place, also upside down, inverted, several at once."""

import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from analysis.readers.qr import find_codes
from analysis.types import Origin
from tests.pictures import a_qr, an_image, text_on

LINK = "https://example.com/claim?id=42"


def placed(code: Pillow.Image, at: tuple[int, int], size: tuple[int, int]) -> Pillow.Image:
    picture = Pillow.new("RGB", size, "white")
    picture.paste(code, at)
    return picture


def test_the_payload_is_decoded() -> None:
    (passage,) = find_codes(an_image(a_qr(LINK), media=2))

    assert passage.text == LINK
    assert passage.origin is Origin.QR
    assert passage.media == 2


def test_the_box_is_where_the_code_is() -> None:
    code = a_qr(LINK, scale=4)
    picture = placed(code, (400, 300), (800, 600))

    box = find_codes(an_image(picture))[0].box

    assert box is not None
    assert 0.5 <= box.left < box.right <= (400 + code.width) / 800
    assert 0.5 <= box.top < box.bottom <= (300 + code.height) / 600


@pytest.mark.parametrize("degrees", [90, 180, 270, 30])
def test_turned_codes_are_read(degrees: int) -> None:
    picture = a_qr(LINK).rotate(degrees, expand=True, fillcolor="white")

    assert [passage.text for passage in find_codes(an_image(picture))] == [LINK]


def test_inverted_codes_are_read() -> None:
    picture = ImageOps.invert(a_qr(LINK))

    assert [passage.text for passage in find_codes(an_image(picture))] == [LINK]


def test_several_codes_come_from_the_top_down() -> None:
    picture = Pillow.new("RGB", (400, 500), "white")
    picture.paste(a_qr("second", scale=5), (20, 260))
    picture.paste(a_qr("first", scale=5), (180, 20))

    assert [passage.text for passage in find_codes(an_image(picture))] == ["first", "second"]


def test_other_letters_than_latin_are_kept() -> None:
    text = "Бесплатно 🎁 免费"

    assert find_codes(an_image(a_qr(text)))[0].text == text


def test_a_nul_in_the_payload_becomes_a_replacement_character() -> None:
    assert "\0" not in find_codes(an_image(a_qr("a\0b")))[0].text


def test_plain_text_is_no_code() -> None:
    assert find_codes(an_image(text_on("white", "black"))) == ()
