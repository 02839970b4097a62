"""Alibaba Cloud Content Moderation 2.0 (AI Guardrails): words and pictures, signed by ACS3.

Words go to TextModerationPlus, each picture to MultiModalGuardForBase64 (with the words where a
mixed service is set) or through Alibaba's store to ImageModeration; all at the same time. Where a
part cannot be judged the others are, and the part is a failure.
"""

import asyncio
import base64
import json
from collections.abc import Awaitable
from functools import partial
from typing import ClassVar
from uuid import uuid4

from analysis.detector import Needs, Tier
from analysis.providers.alibaba_gateway import NAME, Gateway
from analysis.providers.alibaba_options import AlibabaOptions
from analysis.providers.alibaba_oss import Store
from analysis.providers.alibaba_parts import Part, attempt, billed, merged
from analysis.providers.alibaba_replies import (
    GuardVerdict,
    PictureVerdict,
    TextVerdict,
    ours,
    read,
)
from analysis.providers.alibaba_verdicts import About, Reader, Words
from analysis.providers.alibaba_words import words
from analysis.providers.provider import Fit, Options, Picture, Tools
from analysis.taxonomy import Category
from analysis.types import (
    Content,
    Findings,
    Image,
    Modality,
    Origin,
    Passage,
    Scope,
    Usage,
)

_GREY = Image(
    data=b"\x80" * (64 * 64 * 3),
    width=64,
    height=64,
    sha256="0" * 64,
    pdq="0" * 64,
    quality=0,
    frame_of=0,
)
_HELLO = Passage("hello", Origin.CAPTION)


class Alibaba:
    """A provider; see ``analysis.providers.provider``."""

    options_type: ClassVar[type[Options]] = AlibabaOptions
    name = NAME
    tier = Tier.REMOTE

    def __init__(self, options: AlibabaOptions, tools: Tools) -> None:
        self._options = options
        self._tools = tools
        self._gateway = Gateway(options, tools)
        self._store = Store(self._gateway, options, tools)
        self._reader = Reader(options)
        self._fit = Fit(options.max_image_bytes, options.max_image_side)

    @property
    def needs(self) -> Needs:
        """Both kinds, or the one that has a service."""
        if not self._options.picture_service:
            return Needs.PASSAGES
        return Needs.EITHER if self._options.text_service else Needs.IMAGES

    @property
    def categories(self) -> frozenset[Category]:
        """Everything its labels speak of."""
        return self._reader.categories

    async def detect(self, content: Content, scope: Scope) -> Findings:  # noqa: ARG002 - the protocol's shape
        """Ask about the words and about each picture, at the same time.

        Raises:
            ProviderError: nothing could be judged.
        """
        pieces = words(content.passages, self._options.max_text)
        gate = asyncio.Semaphore(self._options.at_once)
        parts: list[Awaitable[Part]] = []
        if self._options.text_service:
            parts += [attempt(gate, partial(self._text, piece), None) for piece in pieces]
        if self._options.picture_service:
            beside = pieces[0] if pieces else None
            parts += [
                attempt(gate, partial(self._picture, image, beside), image.frame_of)
                for image in content.images
            ]
        return merged(await asyncio.gather(*parts))

    async def check(self) -> str:
        """Judge one word and one grey square with the services that are set.

        Raises:
            ProviderError: a service does not answer; the message says why.
        """
        asked = []
        if self._options.text_service:
            await self._text(words([_HELLO], 100)[0])
            asked.append(self._options.text_service)
        if self._options.picture_service:
            await self._picture(_GREY, None)
            asked.append(self._options.picture_service)
        return f"alibaba answers at {self._options.endpoint} with {' and '.join(asked)}"

    async def _text(self, piece: Words) -> Findings:
        service, data_id = self._options.text_service, uuid4().hex
        data = await self._gateway.call(
            "TextModerationPlus",
            {
                "Service": service,
                "ServiceParameters": _json({"content": piece.text, "dataId": data_id}),
            },
        )
        verdict = read(TextVerdict, data)
        ours(verdict.data_id, data_id)
        found = self._reader.text(verdict, About(self._source(service), Modality.TEXT, None, piece))
        return billed(found, Usage(service))

    async def _picture(self, image: Image, beside: Words | None) -> Findings:
        picture = await self._tools.prepare(image, self._fit)
        if self._options.image == "oss":
            return await self._stored(picture, image.frame_of)
        return await self._guarded(picture, image.frame_of, beside)

    async def _guarded(self, picture: Picture, media: int, beside: Words | None) -> Findings:
        mixed = beside if self._options.mixed_service else None
        service = self._options.mixed_service if mixed else self._options.guard_service
        data_id = uuid4().hex
        parameters = {self._options.data_id_key: data_id} if self._options.data_id_key else {}
        if mixed:
            parameters[self._options.content_key] = mixed.text
        data = await self._gateway.call(
            "MultiModalGuardForBase64",
            {
                "ImageBase64Str": base64.b64encode(picture.data).decode("ascii"),
                "ServiceParameters": _json({**self._options.guard_parameters, **parameters}),
            },
            query={"Service": service},
        )
        verdict = read(GuardVerdict, data)
        if self._options.data_id_key:
            ours(verdict.data_id, data_id)
        modality = Modality.JOINT if mixed else Modality.IMAGE
        found = self._reader.guard(verdict, About(self._source(service), modality, media, mixed))
        return billed(found, Usage(service, images=1))

    async def _stored(self, picture: Picture, media: int) -> Findings:
        service, data_id = self._options.oss_service, uuid4().hex
        data = await self._gateway.call(
            "ImageModeration",
            {
                "Service": service,
                "ServiceParameters": _json({**await self._store.put(picture), "dataId": data_id}),
            },
        )
        verdict = read(PictureVerdict, data)
        ours(verdict.data_id, data_id)
        found = self._reader.picture(verdict, About(self._source(service), Modality.IMAGE, media))
        return billed(found, Usage(service, images=1))

    def _source(self, service: str) -> str:
        return f"{NAME}/{service}@{self._options.version}"


def _json(parameters: dict[str, str]) -> str:
    return json.dumps(parameters, ensure_ascii=False, separators=(",", ":"))
