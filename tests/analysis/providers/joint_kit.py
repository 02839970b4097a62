"""What tests of the prompt-driven providers share: tools on loopback, pictures, bad answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import httpx
import pytest
from PIL import Image as Pillow
from pydantic import SecretStr

from analysis.encode import encode_png
from analysis.providers.gemini import Gemini, GeminiOptions
from analysis.providers.openai_chat import OpenAIChat, OpenAIChatOptions
from analysis.providers.provider import Fit, Picture, Tools
from analysis.types import Content, Image, Origin, Passage
from tests.emulators import gemini, openai_chat
from tests.emulators.at_hand import AtHand
from tests.emulators.server import Answer, Emulator

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def prepare(image: Image, _fit: Fit) -> Picture:
    return Picture(encode_png(image), "image/png")


@dataclass
class Slept:
    """Sleeps no time at all, and remembers how long it was told to."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@asynccontextmanager
async def tools(
    slept: Slept | None = None, vendor: Emulator | AtHand | None = None
) -> AsyncIterator[Tools]:
    transport = vendor.transport if isinstance(vendor, AtHand) else None
    async with httpx.AsyncClient(transport=transport) as client:
        yield Tools(client, prepare, slept or Slept(), lambda: NOW)


@asynccontextmanager
async def a_gemini(
    vendor: Emulator | AtHand, slept: Slept | None = None, **options: object
) -> AsyncIterator[Gemini]:
    given = {"api_key": SecretStr(gemini.KEY), "base_url": vendor.url, "timeout_s": 5.0, **options}
    async with tools(slept, vendor) as held:
        yield Gemini(GeminiOptions.model_validate(given), held)


@asynccontextmanager
async def a_chat(
    vendor: Emulator | AtHand, slept: Slept | None = None, **options: object
) -> AsyncIterator[OpenAIChat]:
    given = {
        "api_key": SecretStr(openai_chat.KEY),
        "base_url": f"{vendor.url}/v1",
        "timeout_s": 5.0,
        **options,
    }
    async with tools(slept, vendor) as held:
        yield OpenAIChat(OpenAIChatOptions.model_validate(given), held)


def drawn(picture: Pillow.Image, *, media: int = 0, frame: int = 0) -> Image:
    """A picture as the core hands it on."""
    pixels = picture.convert("RGB")
    data = pixels.tobytes()
    return Image(
        data, *pixels.size, sha256(data).hexdigest(), "00" * 32, 100, frame_of=media, frame=frame
    )


def a_square(colour: str = "red", *, media: int = 0, frame: int = 0) -> Image:
    return drawn(Pillow.new("RGB", (8, 8), colour), media=media, frame=frame)


def a_caption(text: str = "hello") -> Passage:
    return Passage(text, Origin.CAPTION)


def a_post(text: str = "hello", *images: Image) -> Content:
    return Content((a_caption(text),), images)


WIRE_FAULTS = [
    pytest.param(Answer(200, b""), "garbled", id="empty"),
    pytest.param(Answer(200, b"<html>sign in</html>"), "garbled", id="html"),
    pytest.param(Answer(200, b"{}"), "garbled", id="no-answer"),
    pytest.param(Answer(200, b"[]"), "garbled", id="a-list"),
    pytest.param(Answer(200, b'{"a": NaN}'), "garbled", id="nan"),
    pytest.param(Answer(200, b'{"a": 1e9999}'), "garbled", id="infinite"),
    pytest.param(Answer(200, b'{"a": 1, "a": 2}'), "garbled", id="key-twice"),
    pytest.param(Answer(200, b'{"a": 1'), "garbled", id="truncated-json"),
    pytest.param(Answer(200, b" " * ((10 << 20) + 1)), "garbled", id="ten-megabytes"),
    pytest.param(Answer(429), "unavailable", id="429"),
    pytest.param(Answer(500), "unavailable", id="500"),
    pytest.param(Answer(502, b"<html>"), "unavailable", id="502"),
    pytest.param(Answer(503), "unavailable", id="503"),
    pytest.param(Answer(504), "unavailable", id="504"),
    pytest.param(Answer(200, b'{"a": 1}', cut_at=4), "unavailable", id="reset-in-the-body"),
    pytest.param(Answer(400), "rejected", id="400"),
    pytest.param(Answer(403), "rejected", id="403"),
    pytest.param(Answer(413), "rejected", id="413"),
    pytest.param(Answer(302, headers={"location": "http://127.0.0.1:1/"}), "rejected", id="302"),
]
"""What arrives instead of an answer, and which trouble it is."""


def _changed(**fields: object) -> Callable[[dict[str, object]], dict[str, object]]:
    return lambda judgement: judgement | fields


def _lacking(field: str) -> Callable[[dict[str, object]], dict[str, object]]:
    return lambda judgement: {k: v for k, v in judgement.items() if k != field}


def _scored(value: object) -> Callable[[dict[str, object]], dict[str, object]]:
    def change(judgement: dict[str, object]) -> dict[str, object]:
        scores = judgement["scores"]
        assert isinstance(scores, dict)
        return judgement | {"scores": scores | {"scam": value}}

    return change


def _unscored(judgement: dict[str, object]) -> dict[str, object]:
    scores = judgement["scores"]
    assert isinstance(scores, dict)
    return judgement | {"scores": {k: v for k, v in scores.items() if k != "scam"}}


def _placed(**place: object) -> Callable[[dict[str, object]], dict[str, object]]:
    return _changed(objects=[{"name": "cat", "score": 0.9, "picture": "p1", "box": [], **place}])


BAD_JUDGEMENTS = [
    pytest.param(_scored(1.01), id="score-above-1"),
    pytest.param(_scored(-0.01), id="score-below-0"),
    pytest.param(_scored("0.9"), id="score-as-a-word"),
    pytest.param(_scored(value=True), id="score-as-yes"),
    pytest.param(_scored(None), id="score-null"),
    pytest.param(_scored(float("nan")), id="score-nan"),
    pytest.param(_scored(float("inf")), id="score-infinite"),
    pytest.param(_unscored, id="score-missing"),
    pytest.param(_changed(scores=[]), id="scores-a-list"),
    *(
        pytest.param(_lacking(name), id=f"no-{name}")
        for name in ("check", "items", "scores", "labels", "faces", "sentiment", "explanation")
    ),
    pytest.param(_changed(check="0" * 32), id="another-check"),
    pytest.param(_changed(items=["t1"]), id="an-item-unjudged"),
    pytest.param(_changed(items=["t1", "p1", "p2"]), id="an-item-invented"),
    pytest.param(_changed(items=["t1", "t1", "p1"]), id="an-item-twice"),
    pytest.param(_changed(sentiment=-1.2), id="sentiment-out-of-range"),
    pytest.param(_placed(box=[1, 2, 3]), id="three-edges"),
    pytest.param(_placed(box=[0, 0, 1001, 10]), id="box-beyond-the-picture"),
    pytest.param(_placed(box=[-1, 0, 10, 10]), id="box-before-the-picture"),
    pytest.param(_placed(box=[0.1, 0.1, 0.5, 0.5]), id="box-in-fractions"),
    pytest.param(_placed(picture="p9"), id="object-in-no-picture"),
    pytest.param(_changed(labels=[{"name": "x", "score": 2}]), id="label-out-of-range"),
    pytest.param(_changed(labels=["x"]), id="label-without-score"),
    pytest.param(_changed(topics=[1]), id="topic-a-number"),
]
"""Answers in JSON that are no judgement, made from one that is; the post is t1 and p1."""

BAD_TEXTS = [
    pytest.param(lambda _: "", id="empty"),
    pytest.param(lambda _: "   ", id="blank"),
    pytest.param(lambda _: "null", id="null"),
    pytest.param(lambda _: "[]", id="a-list"),
    pytest.param(lambda _: '"clean"', id="a-word"),
    pytest.param(lambda good: good[:-20], id="truncated"),
    pytest.param(lambda good: good + good, id="two-objects"),
    pytest.param(lambda good: good.replace('"scene"', '"check"'), id="key-twice"),
    pytest.param(lambda good: good.replace("0.0", "1e9999", 1), id="beyond-all-floats"),
    pytest.param(lambda good: good + " " * 200_001, id="endless"),
    pytest.param(lambda _: "[" * 100_000, id="deep"),
    pytest.param(lambda _: "The post is clean, score 0.", id="prose"),
]
"""Answers that no rung of structured output takes."""

FENCED = [
    pytest.param(lambda good: f"```json\n{good}\n```", id="fenced"),
    pytest.param(lambda good: f"Here you are:\n{good}\nAnything else?", id="prose-around"),
]
"""Answers that only the lowest rung takes."""
