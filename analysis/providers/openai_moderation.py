"""OpenAI's moderation endpoint: free, thirteen categories, one picture a call.

A post of several pictures becomes several calls at once, the words going with the first. Seven of
the categories are judged in words only, so of a picture without words they are not asked.
"""

import asyncio
import base64
from typing import ClassVar

from pydantic import Field

from analysis.detector import Needs, Tier
from analysis.errors import ProviderError, ProviderUnavailable
from analysis.failing import failure_of
from analysis.providers.calls import Calls
from analysis.providers.moderation_reading import (
    LABELS,
    PROVIDER,
    Asked,
    Verdict,
    merged,
    read,
)
from analysis.providers.provider import Fit, Options, Tools
from analysis.providers.refusals import Address
from analysis.providers.sending import OWN, words_of
from analysis.types import Content, Failure, Findings, Image, Scope

_FIT = Fit(max_bytes=4 << 20)
"""The vendor takes 20 MB; none of it helps a model that looks at far fewer pixels."""


class OpenAiModerationOptions(Options):
    """How the moderation endpoint is asked."""

    at_once: int = Field(
        8, ge=1, le=64, description="Calls of one post at the same time; tokens per minute are few."
    )


class OpenAiModeration:
    """Scores words, and pictures for self-harm, sex and violence."""

    options_type: ClassVar[type[Options]] = OpenAiModerationOptions
    name = PROVIDER
    needs = Needs.EITHER
    tier = Tier.REMOTE
    categories = frozenset(category for meant in LABELS.values() for category in meant)

    def __init__(self, options: OpenAiModerationOptions, tools: Tools) -> None:
        # A snapshot, because another one needs other thresholds.
        self._model = options.model or "omni-moderation-2024-09-26"
        self._prepare = tools.prepare
        self._at_once = options.at_once
        address = Address(PROVIDER, "OpenAI", self._model)
        self._calls = Calls(options, tools, address, base_url="https://api.openai.com/v1")

    async def detect(self, content: Content, scope: Scope) -> Findings:  # noqa: ARG002 - never sent
        """Judge words and every picture; a category keeps its highest score.

        A picture whose call failed is a failure of its own while others were judged.

        Raises:
            ProviderError: no call was answered.
        """
        words = words_of(content)
        text = "\n".join(each.text for each in words)
        own = any(each.origin in OWN for each in words)
        pictures: tuple[Image | None, ...] = content.images or (None,)
        gate = asyncio.Semaphore(self._at_once)
        asked = [
            Asked("" if number else text, own, picture) for number, picture in enumerate(pictures)
        ]
        answered = await asyncio.gather(
            *(self._judge(each, gate) for each in asked if each.text or each.picture)
        )
        verdicts = [each for each in answered if isinstance(each, Verdict)]
        errors = [each for each in answered if not isinstance(each, Verdict)]
        if errors and not verdicts:
            raise _worst([exc for _, exc in errors])
        return merged(
            verdicts,
            asked=frozenset(c for each in asked for c in each.categories),
            failures=tuple(_failure(*each) for each in errors),
        )

    async def check(self) -> str:
        """Judge one word.

        Raises:
            ProviderError: see ``Provider``.
        """
        try:
            verdict = await self._ask(Asked("hello", own=True))
        except ProviderUnavailable as exc:
            raise self._calls.unreached(exc) from exc
        return f"OpenAI answers with {verdict.model}."

    async def _judge(
        self, asked: Asked, gate: asyncio.Semaphore
    ) -> Verdict | tuple[Asked, Exception]:
        async with gate:
            try:
                return await self._ask(asked)
            except Exception as exc:  # noqa: BLE001 - one picture's trouble is not the others'
                return asked, exc

    async def _ask(self, asked: Asked) -> Verdict:
        parts: list[dict[str, object]] = []
        if asked.text:
            parts.append({"type": "text", "text": asked.text})
        if asked.picture is not None:
            parts.append(
                {"type": "image_url", "image_url": {"url": await self._url(asked.picture)}}
            )
        headers = {"authorization": f"Bearer {self._calls.key}"}
        body = {"model": self._model, "input": parts}
        reply = await self._calls.post("/moderations", headers, body)
        return read(reply.json(PROVIDER), asked)

    async def _url(self, image: Image) -> str:
        picture = await self._prepare(image, _FIT)
        return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"


def _failure(asked: Asked, exc: Exception) -> Failure:
    return failure_of(exc, PROVIDER, None if asked.picture is None else asked.picture.frame_of)


def _worst(errors: list[Exception]) -> Exception:
    """What may pass comes first: it is worth asking again for."""
    return next(
        (exc for exc in errors if isinstance(exc, ProviderUnavailable)),
        next((exc for exc in errors if isinstance(exc, ProviderError)), errors[0]),
    )
