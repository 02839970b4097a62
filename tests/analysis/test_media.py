"""Bytes to bounded pictures: every mode right, every hostile file one clear refusal."""

import hashlib
import random
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from analysis.encode import encode_png, encode_webp
from analysis.errors import UnreadableMedia, UnsupportedMedia
from analysis.media import Decoded, Limits, decode
from analysis.types import Image
from tests import pictures
from tests.pictures import a_picture, an_animation, encoded, text_on

LIMITS = Limits()


def seen(data: bytes, limits: Limits = LIMITS) -> Decoded:
    return decode(data, 0, limits)


def shown(image: Image) -> Pillow.Image:
    return Pillow.frombytes("RGB", (image.width, image.height), image.data)


def reduced(picture: Pillow.Image) -> bytes:
    return picture.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("BMP", "image/bmp"),
    ],
)
def test_the_six_formats_are_decoded(form: str, media_type: str) -> None:
    decoded = seen(encoded(a_picture(), form))

    assert decoded.media.media_type == media_type
    assert (decoded.media.width, decoded.media.height) == (96, 64)
    assert (decoded.images[0].width, decoded.images[0].height) == (96, 64)
    assert len(decoded.images[0].data) == 96 * 64 * 3


@pytest.mark.parametrize("form", ["PNG", "BMP", "WEBP", "AVIF"])
def test_the_digest_is_of_the_pixels_not_of_the_file(form: str) -> None:
    data = encoded(a_picture(), form, lossless=True)
    pixels = Pillow.open(BytesIO(data)).convert("RGB").tobytes()

    digest = seen(data).media.sha256

    assert digest == hashlib.sha256(b"RGB 96x64\n" + pixels).hexdigest()


def test_the_digest_tells_apart_shapes_of_the_same_bytes() -> None:
    wide, tall = Pillow.new("RGB", (40, 20)), Pillow.new("RGB", (20, 40))

    assert seen(encoded(wide)).media.sha256 != seen(encoded(tall)).media.sha256


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_opaque_modes_are_seen_as_their_colours(mode: str) -> None:
    picture = a_picture(mode=mode)

    decoded = seen(encoded(picture))

    assert decoded.images[0].data == picture.convert("RGB").tobytes()
    assert len(decoded.images) == 1


def test_a_palette_gives_the_digest_of_its_colours() -> None:
    palette = a_picture(mode="P")

    assert (
        seen(encoded(palette)).media.sha256
        == seen(encoded(palette.convert("RGB"))).media.sha256
        == seen(encoded(palette.convert("RGBA"))).media.sha256
    )


def test_cmyk_comes_out_in_its_colours() -> None:
    data = encoded(Pillow.new("RGB", (64, 64), (200, 40, 30)).convert("CMYK"), "JPEG", quality=95)

    middle = np.asarray(shown(seen(data).images[0]))[32, 32].astype(int)

    assert np.abs(middle - (200, 40, 30)).max() < 8


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (64, 1))

    image = seen(encoded(Pillow.fromarray(ramp))).images[0]

    assert image.data[: 256 * 3 : 3] == (ramp[0] >> 8).astype(np.uint8).tobytes()


def test_sixteen_bit_grey_may_have_a_transparent_shade() -> None:
    ramp = np.full((32, 32), 4096, np.uint16)
    ramp[8:24, 8:24] = 61440
    picture = Pillow.fromarray(ramp)

    dark, light = seen(encoded(picture, transparency=4096)).images

    assert shown(dark).getpixel((0, 0)) == (0, 0, 0)
    assert shown(light).getpixel((0, 0)) == (255, 255, 255)
    assert shown(light).getpixel((16, 16)) == (240, 240, 240)


@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_orientation_is_applied(turn: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = turn
    data = encoded(a_picture(), "PNG", exif=exif)

    decoded = seen(data)

    upright = ImageOps.exif_transpose(Pillow.open(BytesIO(data)))
    assert decoded.images[0].data == reduced(upright)
    assert (decoded.media.width, decoded.media.height) == upright.size


@pytest.mark.parametrize("turn", range(1, 9))
def test_large_turned_pictures_are_the_same_in_strips(turn: int) -> None:
    picture = a_picture(2600, 1310)
    exif = Pillow.Exif()
    exif[0x0112] = turn

    decoded = seen(encoded(picture, "BMP") if turn == 1 else encoded(picture, exif=exif))

    upright = ImageOps.exif_transpose(Pillow.open(BytesIO(encoded(picture, exif=exif))))
    head = b"RGB %dx%d\n" % upright.size
    assert decoded.media.sha256 == hashlib.sha256(head + upright.tobytes()).hexdigest()
    wanted = np.asarray(upright.resize(shown(decoded.images[0]).size, Pillow.Resampling.BICUBIC))
    found = np.asarray(shown(decoded.images[0]))
    assert np.abs(wanted.astype(int) - found).mean() < 1.5


def test_broken_exif_does_not_hide_the_picture() -> None:
    data = encoded(a_picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")

    assert seen(data).media.width == 96


@pytest.mark.parametrize("ink", ["white", "black"])
def test_text_on_a_transparent_ground_is_seen_on_one_of_two(ink: str) -> None:
    picture = text_on((0, 0, 0, 0), ink)

    decoded = seen(encoded(picture))

    contrasts = [np.ptp(np.asarray(shown(image))) for image in decoded.images]
    assert sorted(contrasts) == [0, 255]
    assert {(image.frame_of, image.frame) for image in decoded.images} == {(0, 0)}
    assert len({image.sha256 for image in decoded.images}) == 2


def test_a_transparent_palette_is_seen_on_two_grounds() -> None:
    picture = Pillow.new("P", (32, 32), 0)
    picture.putpalette([10, 20, 30, 200, 100, 50])
    picture.paste(1, (8, 8, 24, 24))

    decoded = seen(encoded(picture, transparency=0))

    corners = [shown(image).getpixel((0, 0)) for image in decoded.images]
    assert corners == [(0, 0, 0), (255, 255, 255)]
    assert {shown(image).getpixel((16, 16)) for image in decoded.images} == {(200, 100, 50)}


def test_colours_under_full_transparency_do_not_count() -> None:
    one = Pillow.new("RGBA", (32, 32), (255, 0, 0, 0))
    other = Pillow.new("RGBA", (32, 32), (0, 255, 0, 0))

    assert seen(encoded(one)).media.sha256 == seen(encoded(other)).media.sha256


def test_pictures_are_bounded_and_keep_their_shape() -> None:
    decoded = seen(encoded(a_picture(3000, 1500), "JPEG"))

    assert (decoded.images[0].width, decoded.images[0].height) == (1024, 512)
    assert (decoded.media.width, decoded.media.height) == (3000, 1500)


def test_a_sliver_keeps_at_least_one_pixel() -> None:
    decoded = seen(encoded(Pillow.new("RGB", (8000, 1), "red")))

    assert (decoded.images[0].width, decoded.images[0].height) == (1024, 1)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_short_animations_are_seen_whole(form: str) -> None:
    decoded = seen(an_animation(form, 7))

    assert [image.frame for image in decoded.images] == list(range(7))
    assert decoded.media.animated
    assert decoded.media.frames == 7


def test_long_animations_are_sampled_with_both_ends() -> None:
    decoded = seen(an_animation("GIF", 30), replace(LIMITS, frames=6))

    frames = [image.frame for image in decoded.images]
    assert len(frames) == 6
    assert frames == sorted(frames)
    assert {0, 14, 29} <= set(frames)
    assert decoded.media.frames == 30


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_a_picture_that_flashes_up_between_the_samples_is_seen(form: str) -> None:
    calm = [Pillow.new("RGB", (64, 64), (20 + shade, 60, 90)) for shade in range(40)]
    calm[23] = text_on("white", "black", "scam", box=(64, 64)).convert("RGB")
    data = encoded(calm[0], form, save_all=True, append_images=calm[1:], duration=40)

    brightest = [np.asarray(shown(image)).min(axis=2).max() for image in seen(data).images]
    assert max(brightest) > 240


def test_frames_that_look_the_same_are_given_once() -> None:
    still = Pillow.new("RGB", (32, 32), "red")
    other = Pillow.new("RGB", (32, 32), "blue")
    data = encoded(still, "GIF", save_all=True, append_images=[other, still, other, still])

    assert [image.frame for image in seen(data).images] == [0, 1]


def test_a_gif_of_ten_thousand_frames_is_sampled_in_time() -> None:
    decoded = seen(pictures.long_gif(10_000))

    assert decoded.media.frames == 10_000
    assert len(decoded.images) <= LIMITS.frames


def test_an_animation_that_takes_too_long_says_what_was_not_seen() -> None:
    decoded = seen(an_animation("GIF", 30), replace(LIMITS, seconds=0.0))

    assert decoded.unseen == "only the first 1 of 30 frames were seen"
    assert decoded.images[0].frame == 0


def test_a_still_picture_is_never_partly_seen() -> None:
    assert seen(encoded(a_picture()), replace(LIMITS, seconds=0.0)).unseen == ""


def test_a_polyglot_is_what_its_first_bytes_say() -> None:
    plain = an_animation("GIF", 3)
    archive = b"PK\3\4" + bytes(26) + b"evil.sh" + b"PK\5\6" + bytes(18)

    assert seen(plain + archive).media == seen(plain).media


def test_html_behind_a_jpeg_is_not_seen() -> None:
    plain = encoded(a_picture(), "JPEG")

    assert seen(plain + b"<script>alert(1)</script>").media == seen(plain).media


SVG = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
KINDS = [
    pytest.param(SVG, "an SVG drawing", id="svg"),
    pytest.param(SVG[3:].decode().encode("utf-16"), "an SVG drawing", id="svg-utf16"),
    pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript document", id="postscript"),
    pytest.param(b"%PDF-1.7\n", "a PDF document", id="pdf"),
    pytest.param(encoded(a_picture(), "TGA") + bytes(8) + b"TRUEVISION-XFILE.\0", "TGA", id="tga"),
    pytest.param(encoded(a_picture(), "TIFF"), "a TIFF picture", id="tiff"),
    pytest.param(encoded(a_picture(), "JPEG2000"), "a JPEG 2000 picture", id="jp2"),
    pytest.param(encoded(a_picture(), "ICO"), "an icon file", id="ico"),
    pytest.param(b"8BPS\0\1" + bytes(40), "a Photoshop file", id="psd"),
    pytest.param(b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "video", id="mp4"),
    pytest.param(b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video", id="mov"),
    pytest.param(b"\x1a\x45\xdf\xa3" + bytes(40), "WebM video", id="webm"),
    pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture", id="heic"),
    pytest.param(b"ID3\4" + bytes(40), "an MP3 sound", id="mp3"),
    pytest.param(b"\xff\xfb\x90\x64" + bytes(40), "an MP3 or AAC sound", id="mp3-bare"),
    pytest.param(b"RIFF\0\0\0\0WAVEfmt ", "a WAV sound", id="wav"),
    pytest.param(b"OggS" + bytes(40), "Ogg", id="ogg"),
    pytest.param(b'{"v":"5.5.9","fr":60,"ip":0,"op":180,"w":320,', "Lottie", id="lottie"),
    pytest.param(b"PK\3\4" + bytes(40), "ZIP", id="zip"),
    pytest.param(b"<!DOCTYPE html><html>", "an HTML page", id="html"),
]


@pytest.mark.parametrize(("data", "kind"), KINDS)
def test_known_kinds_that_we_do_not_decode_are_named(data: bytes, kind: str) -> None:
    with pytest.raises(UnsupportedMedia, match=kind):
        seen(data)


NOISE = random.Random(7).randbytes(4096)  # noqa: S311 - a fixed test picture, no secret
PNG_DATA = encoded(a_picture())
BROKEN = [
    pytest.param(b"", "the file is empty", id="zero-bytes"),
    pytest.param(NOISE, "not a picture", id="noise"),
    pytest.param(b"BMW is a car maker", "not a picture", id="prose"),
    pytest.param(PNG_DATA[: len(PNG_DATA) // 2], "cannot be decoded", id="truncated-png"),
    pytest.param(encoded(a_picture(640, 480), "JPEG")[:3000], "decoded", id="truncated-jpeg"),
    pytest.param(encoded(a_picture(640, 480), "WEBP")[:600], "decoded", id="truncated-webp"),
    pytest.param(encoded(a_picture(640, 480), "AVIF")[:600], "decoded", id="truncated-avif"),
    pytest.param(encoded(a_picture(640, 480), "BMP")[:6000], "decoded", id="truncated-bmp"),
    pytest.param(encoded(a_picture(640, 480), "GIF")[:3000], "decoded", id="truncated-gif"),
    pytest.param(an_animation("PNG", 5)[:-60], "decoded", id="truncated-apng"),
    pytest.param(b"\x89PNG\r\n\x1a\n", "cannot be decoded", id="only-a-signature"),
    pytest.param(pictures.png_header(50_000, 50_000), "more than 50,000,000 pixels", id="huge"),
    pytest.param(pictures.png_header(9_000, 7_000), "pixels", id="large"),
    pytest.param(pictures.png_header(0, 0), "cannot be decoded", id="no-pixels"),
    pytest.param(pictures.scan_bomb(), "a JPEG of more than 100 scans", id="scan-bomb"),
    pytest.param(pictures.scan_bomb(80, 7000), "a JPEG of 81 scans over", id="large-scan-bomb"),
]


@pytest.mark.parametrize(("data", "reason"), BROKEN)
def test_broken_and_hostile_files_are_refused_in_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableMedia, match=reason):
        seen(data)


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(UnreadableMedia, match="11 bytes, more than 10"):
        seen(b"x" * 11, replace(LIMITS, max_bytes=10))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP"])
def test_a_flipped_byte_is_a_picture_or_one_refusal(form: str) -> None:
    chance = random.Random(form)  # noqa: S311 - repeatable damage, no secret
    whole = encoded(a_picture(), form)
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            decoded = seen(bytes(damaged), replace(LIMITS, max_pixels=1_000_000))
        except (UnreadableMedia, UnsupportedMedia):
            continue
        assert decoded.images


def test_a_progressive_photo_is_no_scan_bomb() -> None:
    data = encoded(a_picture(640, 480), "JPEG", progressive=True)

    assert seen(data).media.width == 640


def test_evidence_as_png_has_the_same_pixels_and_nothing_else() -> None:
    image = seen(encoded(a_picture(), "JPEG", comment=b"canary")).images[0]

    again = Pillow.open(BytesIO(encode_png(image)))

    assert again.tobytes() == image.data
    assert again.info == {}


def test_evidence_as_webp_has_no_metadata() -> None:
    image = seen(encoded(a_picture())).images[0]

    written = encode_webp(image)

    assert Pillow.open(BytesIO(written)).size == (96, 64)
    assert not {b"EXIF", b"XMP ", b"ICCP"} & {written[at : at + 4] for at in range(len(written))}
