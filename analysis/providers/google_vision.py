"""Google Cloud Vision: SafeSearch, labels, logos, objects, text, and faces counted.

Pictures only. Faces are counted and boxed; what else the reply says of them is not read.
"""

import asyncio
import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from analysis.detector import Needs, Tier
from analysis.encode import encode_png
from analysis.errors import ProviderError, ProviderUnavailable
from analysis.failing import failure_of
from analysis.providers.calls import Calls
from analysis.providers.provider import Fit, Options, Picture, Tools
from analysis.providers.refusals import Address
from analysis.providers.vision_reading import (
    PROVIDER,
    SAFE_SEARCH,
    Seen,
    merged,
    responses,
    seen_in,
)
from analysis.types import Content, Findings, Image, Scope

_OVERHEAD = 1024
"""Bytes of JSON around one picture, on the high side."""
_MOST_BYTES = 4 << 20


class GoogleVisionOptions(Options):
    """How Cloud Vision is asked."""

    version: str = Field("v1", pattern=r"^[a-z0-9]{1,20}$", description="API version in the path.")
    max_results: int = Field(
        10, ge=1, le=100, description="Most faces, labels, logos and objects of a picture."
    )
    pictures_per_call: int = Field(16, ge=1, le=16, description="Pictures in one request.")
    max_json_bytes: int = Field(
        10_000_000, ge=100_000, description="Longest request; documented for a sister API only."
    )
    max_side: int = Field(1024, ge=64, le=8192, description="Longest side sent, in pixels.")


@dataclass(frozen=True, slots=True)
class _Ready:
    """A picture of the post, and how it is sent."""

    image: Image
    picture: Picture
    encoded: str


class GoogleVision:
    """Scores sexual and violent pictures, and says what else is in them."""

    options_type: ClassVar[type[Options]] = GoogleVisionOptions
    name = PROVIDER
    needs = Needs.IMAGES
    tier = Tier.REMOTE
    categories = frozenset(category for meant in SAFE_SEARCH.values() for category in meant)

    def __init__(self, options: GoogleVisionOptions, tools: Tools) -> None:
        self._options = options
        self._prepare = tools.prepare
        fitting = (options.max_json_bytes - 2 * _OVERHEAD) * 3 // 4
        self._fit = Fit(min(_MOST_BYTES, fitting), options.max_side)
        address = Address(PROVIDER, "Google Cloud Vision")
        self._calls = Calls(options, tools, address, base_url="https://vision.googleapis.com")

    async def detect(self, content: Content, scope: Scope) -> Findings:  # noqa: ARG002 - never sent
        """Look at every picture, as many in a call as go; a category keeps its highest score.

        A picture that could not be judged is a failure of its own while others were.

        Raises:
            ProviderError: none was judged.
        """
        if not content.images:
            return Findings(asked=frozenset(), judged=frozenset())
        ready = await asyncio.gather(*(self._ready(image) for image in content.images))
        batches = list(self._batches(ready))
        answered = await asyncio.gather(*(self._look(batch) for batch in batches))
        looked = [each for batch in answered for each in batch]
        seen = [each for each in looked if isinstance(each, Seen)]
        errors = [each for each in looked if not isinstance(each, Seen)]
        if not seen:
            raise _worst([exc for _, exc in errors])
        failures = tuple(failure_of(exc, PROVIDER, image.frame_of) for image, exc in errors)
        return merged(seen, failures, billed=[len(batch) for batch in batches])

    async def check(self) -> str:
        """Look at one pixel.

        Raises:
            ProviderError: see ``Provider``.
        """
        pixel = Image(bytes(3), 1, 1, "", "", 0, 0)
        data = encode_png(pixel)
        ready = _Ready(pixel, Picture(data, "image/png"), base64.b64encode(data).decode())
        try:
            (answer,) = await self._ask([ready])
        except ProviderUnavailable as exc:
            raise self._calls.unreached(exc) from exc
        seen_in(answer, pixel, ready.picture)
        return f"Google Cloud Vision answers with {self._options.version}."

    async def _ready(self, image: Image) -> _Ready:
        picture = await self._prepare(image, self._fit)
        return _Ready(image, picture, base64.b64encode(picture.data).decode())

    def _batches(self, ready: Sequence[_Ready]) -> Iterator[list[_Ready]]:
        """As many pictures in a request as their number and their bytes allow, in order."""
        batch: list[_Ready] = []
        size = _OVERHEAD
        for each in ready:
            own = len(each.encoded) + _OVERHEAD
            full = len(batch) == self._options.pictures_per_call
            if batch and (full or size + own > self._options.max_json_bytes):
                yield batch
                batch, size = [], _OVERHEAD
            batch.append(each)
            size += own
        yield batch

    async def _look(self, batch: Sequence[_Ready]) -> list[Seen | tuple[Image, Exception]]:
        try:
            answers = await self._ask(batch)
        except Exception as exc:  # noqa: BLE001 - one call's trouble is not the others'
            return [(each.image, exc) for each in batch]
        return [_read(answer, each) for answer, each in zip(answers, batch, strict=True)]

    async def _ask(self, batch: Sequence[_Ready]) -> list[dict[str, object]]:
        headers = {"x-goog-api-key": self._calls.key}
        requests = [
            {"image": {"content": each.encoded}, "features": self._features()} for each in batch
        ]
        path = f"/{self._options.version}/images:annotate"
        reply = await self._calls.post(path, headers, {"requests": requests})
        return responses(reply.json(PROVIDER), len(batch))

    def _features(self) -> list[dict[str, object]]:
        counted = ("FACE_DETECTION", "LABEL_DETECTION", "LOGO_DETECTION", "OBJECT_LOCALIZATION")
        most = self._options.max_results
        return [
            {"type": "SAFE_SEARCH_DETECTION"},
            {"type": "TEXT_DETECTION"},
            *({"type": name, "maxResults": most} for name in counted),
        ]


def _read(answer: dict[str, object], asked: _Ready) -> Seen | tuple[Image, Exception]:
    try:
        return seen_in(answer, asked.image, asked.picture)
    except ProviderError as exc:
        return asked.image, exc


def _worst(errors: Sequence[Exception]) -> Exception:
    """What may pass comes first: it is worth asking again for."""
    later = (exc for exc in errors if isinstance(exc, ProviderUnavailable))
    return next(later, errors[0])
