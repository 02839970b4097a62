"""What crosses from a worker, and what a worker that was taken over cannot make us build."""

import json

import pytest

from analysis.media import Decoded
from analysis.sandbox.wire import HEADER, LONGEST, Garbled, pack, sizes, unpack
from analysis.types import Box, Image, Media, Origin, Passage


def crossed(value: object) -> object:
    header, text, *blobs = pack(value)
    length, rest = sizes(header)
    assert (length, rest) == (len(text), sum(map(len, blobs)))
    return unpack(text, memoryview(b"".join(blobs)))


IMAGE = Image(b"\1\2\3", 1, 1, "ab", "cd", 50, frame_of=2, frame=7)
MEDIA = Media("ab", "cd", 50, "image/png", 1, 1, 1, animated=False)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="nothing"),
        pytest.param((1, -2.5, True, "ü\ud800\0"), id="plain"),
        pytest.param([b"one", b"", b"\xff" * 1000], id="bytes"),
        pytest.param((), id="empty"),
        pytest.param(Decoded(MEDIA, (IMAGE, IMAGE), ""), id="decoded"),
        pytest.param((Passage("a", Origin.QR, 0, Box(0.1, 0.2, 0.3, 0.4), 0.5),), id="passages"),
    ],
)
def test_values_arrive_as_they_were_sent(value: object) -> None:
    again = crossed(value)

    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    "value", [{1: 2}, {1, 2}, pytest, object(), HEADER], ids=lambda value: type(value).__name__
)
def test_other_types_are_not_sent(value: object) -> None:
    with pytest.raises(TypeError, match="does not cross"):
        pack(value)


def record(name: object, *fields: object) -> bytes:
    return json.dumps({"kind": "record", "name": name, "of": fields}).encode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(record("os:system", "true"), id="foreign-function"),
        pytest.param(record("subprocess:Popen", ["true"]), id="foreign-class"),
        pytest.param(record("analysis.media:decode", "x", 0, 0), id="our-function"),
        pytest.param(record("analysis.media:BytesIO"), id="imported-into-ours"),
        pytest.param(record("analysis.media:nothing"), id="no-such-name"),
        pytest.param(record("analysis.types:Box", 1), id="too-few-fields"),
        pytest.param(record(7), id="a-number-for-a-name"),
        pytest.param(b'{"kind": "enum", "name": "analysis.types:Origin", "of": "x"}', id="enum"),
        pytest.param(b'{"kind": "bytes", "of": 9}', id="more-bytes-than-came"),
        pytest.param(b'{"kind": "bytes", "of": -1}', id="fewer-than-none"),
        pytest.param(b'{"kind": "bytes"}', id="no-length"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"\xff", id="not-text"),
    ],
)
def test_forged_answers_are_garbled(text: bytes) -> None:
    with pytest.raises(Garbled):
        unpack(text, memoryview(b"12345678"))


def test_an_endless_answer_is_not_awaited() -> None:
    with pytest.raises(Garbled, match="more than"):
        sizes(HEADER.pack(10, LONGEST))
