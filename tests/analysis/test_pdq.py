"""PDQ agrees with Meta's own, and stays near for pictures that look alike."""

import json
from importlib.util import find_spec
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from analysis import pdq
from tests.pdq_pictures import VECTORS, Colours, pictures, reference

RECORDED: dict[str, tuple[str, int]] = json.loads(VECTORS.read_text(encoding="utf-8"))
PICTURES = dict(pictures())
TELLING = 50
CLOSE = 8


def test_there_are_two_hundred_pictures_that_a_hash_tells_apart() -> None:
    telling = [answer for answer, quality in RECORDED.values() if quality >= TELLING]

    assert RECORDED.keys() == PICTURES.keys()
    assert len(telling) >= 200
    assert len(set(telling)) >= 180


def test_it_agrees_with_the_recorded_reference() -> None:
    far = {
        name: pdq.distance(pdq.compute(PICTURES[name]).hex, answer)
        for name, (answer, quality) in RECORDED.items()
        if quality >= TELLING
    }

    assert max(far.values()) <= CLOSE


def test_its_quality_is_the_recorded_references() -> None:
    found = {name: pdq.compute(rgb).quality for name, rgb in PICTURES.items()}

    assert found == {name: quality for name, (_, quality) in RECORDED.items()}


@pytest.mark.skipif(find_spec("pdqhash") is None, reason="pdqhash is not installed: make reference")
@pytest.mark.parametrize("name", PICTURES)
def test_it_agrees_with_the_reference_installed_here(name: str) -> None:
    answer, quality = reference(PICTURES[name])

    found = pdq.compute(PICTURES[name])

    assert found.quality == quality
    assert pdq.distance(found.hex, answer) <= CLOSE


def a_scene() -> Colours:
    return PICTURES["captioned 512x384"]


def test_a_hash_is_64_hex_digits() -> None:
    found = pdq.compute(a_scene())

    assert len(found.hex) == 64
    assert 0 <= int(found.hex, 16) < 1 << pdq.BITS


def test_distance_counts_bits() -> None:
    assert pdq.distance("0" * 64, "0" * 63 + "7") == 3
    assert pdq.distance("0" * 64, "f" * 64) == 256


def test_a_re_encoding_stays_near() -> None:
    written = BytesIO()
    Pillow.fromarray(a_scene()).save(written, "JPEG", quality=30)

    again = pdq.hash_picture(Pillow.open(written))

    assert pdq.distance(again.hex, pdq.compute(a_scene()).hex) <= 10


def test_a_larger_copy_stays_near() -> None:
    larger = Pillow.fromarray(a_scene()).resize((1500, 1125), Pillow.Resampling.LANCZOS)

    assert pdq.distance(pdq.hash_picture(larger).hex, pdq.compute(a_scene()).hex) <= 10


def test_small_pictures_are_hashed_as_they_are() -> None:
    assert pdq.hash_picture(Pillow.fromarray(a_scene())) == pdq.compute(a_scene())


def test_another_picture_is_far() -> None:
    other = pdq.compute(PICTURES["page 512x384"])

    assert pdq.distance(other.hex, pdq.compute(a_scene()).hex) > 80


def test_a_flat_picture_has_no_quality() -> None:
    assert pdq.compute(np.full((200, 300, 3), 128, np.uint8)).quality == 0


@pytest.mark.parametrize("size", [(1, 1), (4, 400), (400, 4)])
def test_too_small_a_picture_has_the_hash_of_zeros(size: tuple[int, int]) -> None:
    assert pdq.compute(np.zeros((*size, 3), np.uint8)) == pdq.Fingerprint("0" * 64, 0)


@pytest.mark.parametrize("size", [(3000, 1), (2, 2000), (700, 6)])
def test_slivers_are_hashed_without_error(size: tuple[int, int]) -> None:
    picture = Pillow.new("RGB", size)
    ImageDraw.Draw(picture).line((0, 0, *size), fill="white")

    assert len(pdq.hash_picture(picture).hex) == 64
