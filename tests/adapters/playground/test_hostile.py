"""Files, names and words made to do harm are kept as what they are and shown as nothing more."""

from pathlib import Path

import pytest

from adapters.playground.uploads import Uploads, sniff
from tests.adapters.playground.kit import API, Started, a_png

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
POSTSCRIPT = b"%!PS-Adobe-3.0\n"
SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "</textarea><svg onload=alert(1)>",
]


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (a_png(), "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"\0\0\0\x1cftypavis", "image/avif"),
        (b"BM\x10\0\0\0\0\0\0\0", "image/bmp"),
        (SVG, ""),
        (HTML, ""),
        (POSTSCRIPT, ""),
        (b"RIFF\x10\0\0\0WAVE", ""),
        (b"\0\0\0\x1cftypmp42", ""),
        (b"BM<script>alert(1)</script>", ""),
        (b"", ""),
        (b"\xff\xd8", ""),
    ],
)
def test_a_file_is_what_its_bytes_begin_like(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


@pytest.mark.parametrize("data", [SVG, HTML, POSTSCRIPT, b"", b"MZ\x90"])
async def test_what_is_no_picture_is_only_offered_to_download(
    started: Started, data: bytes
) -> None:
    post = await started.post("x", images=[("picture.png", data)])

    served = await started.http.get(post["images"][0]["url"])

    assert served.content == data
    assert served.headers["content-type"] == "application/octet-stream"
    assert served.headers["content-disposition"].startswith("attachment")
    assert post["images"][0]["shown"] is False


@pytest.mark.parametrize("data", [a_png(), SVG])
async def test_a_browser_may_do_nothing_with_a_file(started: Started, data: bytes) -> None:
    post = await started.post("x", images=[("a.png", data)])

    headers = (await started.http.get(post["images"][0]["url"])).headers

    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_polyglot_is_served_as_the_picture_it_begins_like(started: Started) -> None:
    post = await started.post("x", images=[("a.html", a_png() + HTML)])

    served = await started.http.get(post["images"][0]["url"])

    assert served.headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\boot.ini",
        "/etc/passwd",
        "C:\\con",
        ".",
        "..",
        "a" * 1000 + ".png",
        "new\nline.png",
        'quote";filename="evil.html',
        "\u202egnp.exe",
        "\x00.png",
        "%2e%2e%2f",
        "<script>alert(1)</script>.png",
        "名前 😀.png",
        "....//....//a.png",
        "file:///etc/passwd",
        "../" * 500 + "a.png",
        "a.png\r\nSet-Cookie: a=b",
        "-rf .png",
        "$(id) `id`.png",
    ],
)
async def test_a_hostile_name_is_never_a_path(started: Started, tmp_path: Path, name: str) -> None:
    before = files(tmp_path)

    post = await started.post("x", images=[(name, a_png())])

    (new,) = files(tmp_path) - before
    assert new.parent.parent == tmp_path / "playground"
    shown = post["images"][0]["name"]
    assert "/" not in shown
    assert shown.isprintable()
    served = await started.http.get(post["images"][0]["url"])
    assert "\n" not in served.headers["content-disposition"]


@pytest.mark.parametrize("text", SCRIPTS)
async def test_markup_is_kept_as_the_words_it_is(started: Started, text: str) -> None:
    await started.post(text)

    reply = await started.http.get(f"{API}/messages")

    assert reply.json()[0]["text"] == text
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize("n", ["-1", "1", "x", "99999999999999999999"])
async def test_an_image_that_never_was_is_refused(started: Started, n: str) -> None:
    post = await started.post("x", images=[("a.png", a_png())])

    reply = await started.http.get(f"{API}/messages/{post['ref']}/images/{n}")

    assert reply.status_code in {404, 422}
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_file_is_kept_under_its_digest_alone(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)

    digest = uploads.keep(b"bytes")

    assert uploads.path(digest).read_bytes() == b"bytes"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [digest]
