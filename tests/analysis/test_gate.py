"""The gate before OCR: small print passes in every colouring, pictures without letters do not."""

from io import BytesIO
from itertools import product

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from analysis.readers.gate import may_have_text
from tests.pictures import a_photo, an_image

INKS = {
    "black on white": ("white", "black"),
    "white on black": ("black", "white"),
    "pale on white": ("white", "#b0b0b0"),
    "dark theme": ("#313338", "#dbdee1"),
    "dim on dark": ("#313338", "#6a6d73"),
    "red on blue": ("#2040c0", "#e04030"),
}


def words(text: str, size: int, ground: str, ink: str) -> Pillow.Image:
    picture = Pillow.new("RGB", (800, 600), ground)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text((37, 61), text, fill=ink, font=font)
    return picture


def grey(level: int) -> str:
    return f"#{level:02x}{level:02x}{level:02x}"


def as_jpeg(picture: Pillow.Image) -> Pillow.Image:
    written = BytesIO()
    picture.save(written, "JPEG", quality=60)
    return Pillow.open(written).convert("RGB")


@pytest.mark.parametrize("size", [10, 12, 14, 20, 32, 60, 120, 200])
@pytest.mark.parametrize("colouring", INKS)
def test_words_of_every_size_and_colouring_pass(size: int, colouring: str) -> None:
    picture = words("free gift", size, *INKS[colouring])

    assert may_have_text(an_image(picture))
    assert may_have_text(an_image(as_jpeg(picture)))


@pytest.mark.parametrize("size", [10, 14, 30, 48])
@pytest.mark.parametrize("contrast", [14, 18, 22])
@pytest.mark.parametrize("ground", [40, 118, 200])
def test_words_that_hardly_differ_from_their_ground_pass(
    size: int, contrast: int, ground: int
) -> None:
    ink = ground + contrast if ground < 150 else ground - contrast
    picture = words("claim your free gift", size, grey(ground), grey(ink))

    assert may_have_text(an_image(picture))


@pytest.mark.parametrize("size", [16, 24, 48])
def test_dim_words_on_a_plain_panel_pass_beside_a_grainy_photo(size: int) -> None:
    picture = a_photo(2, grain=8.0)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 480, 800, 600), grey(118))
    draw.text((40, 510), "free gift for you", grey(145), ImageFont.load_default(size))

    assert may_have_text(an_image(picture))


@pytest.mark.parametrize("size", [14, 20, 32])
def test_words_as_bright_as_their_ground_pass(size: int) -> None:
    picture = words("claim your free gift", size, "#8a3fd0", "#00805a")

    assert may_have_text(an_image(picture))


@pytest.mark.parametrize(("size", "grain"), list(product([12, 20, 48], [4.0, 10.0])))
def test_a_caption_on_a_photo_passes(size: int, grain: float) -> None:
    picture = a_photo(1, grain=grain)
    ImageDraw.Draw(picture).text(
        (40, 500), "free gift", "white", ImageFont.load_default(size), stroke_width=1, stroke_fill=0
    )

    assert may_have_text(an_image(picture))


def test_noise_does_not_hide_words() -> None:
    picture = words("claim your free gift", 20, "white", "black")
    noise = np.random.default_rng(5).normal(0, 60, (600, 800, 3))
    grainy = np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8)

    assert may_have_text(an_image(Pillow.fromarray(grainy)))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_words_pass(turn: int) -> None:
    picture = words("free gift", 14, "white", "black").rotate(turn, expand=True)

    assert may_have_text(an_image(picture))


@pytest.mark.parametrize("colour", ["white", "black", "#7f7f7f", "#d02040"])
def test_a_blank_picture_is_skipped(colour: str) -> None:
    assert not may_have_text(an_image(Pillow.new("RGB", (800, 600), colour)))


@pytest.mark.parametrize("grain", [0.0, 4.0, 8.0, 15.0, 25.0])
def test_most_photo_like_pictures_are_skipped(grain: float) -> None:
    photos = [a_photo(seed, grain=grain) for seed in range(10)]

    passed = [photo for photo in photos if may_have_text(an_image(photo))]

    assert len(passed) <= 2


@pytest.mark.parametrize("size", [(1, 1), (7, 900), (1024, 2)])
def test_a_sliver_has_no_room_for_words(size: tuple[int, int]) -> None:
    assert not may_have_text(an_image(Pillow.new("RGB", size, "white")))
