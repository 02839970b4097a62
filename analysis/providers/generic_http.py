"""Your own endpoint: a signed POST of words and pictures, and scores back. docs/generic-http.md."""

import asyncio
import base64
import ipaddress
from typing import ClassVar, Self
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from pydantic import Field, SecretStr, model_validator

from analysis.detector import Needs, Tier
from analysis.providers import generic_wire as wire
from analysis.providers.generic_wire import NAME
from analysis.providers.provider import Fit, Options, Tools
from analysis.providers.resending import Resender, settled
from analysis.taxonomy import Category
from analysis.text import well_formed
from analysis.types import (
    Box,
    Content,
    Fact,
    FactKind,
    Findings,
    Grounds,
    Image,
    Modality,
    Origin,
    Scope,
    Signal,
    Usage,
)

_SENT = frozenset(Origin) - {Origin.FILENAME}
_ALL = tuple(c for c in Category if c is not Category.PROVIDER_BLOCK)


class GenericHttpOptions(Options):
    """An endpoint that speaks ``bifocal.request/1``."""

    api_key: SecretStr | None = Field(
        None, description="The secret both sides sign with; 16 characters or more."
    )
    base_url: str = Field("", description="The URL that is posted to; https, unless loopback.")
    allow_http: bool = Field(
        default=False, description="Post over http to another machine, such as inside a cluster."
    )
    categories: tuple[Category, ...] = Field(
        _ALL, min_length=1, description="What it is asked about; it must score each."
    )
    pictures: bool = Field(default=True, description="Whether pictures are sent.")
    max_image_bytes: int = Field(1 << 20, ge=10_000, description="Bytes per picture.")
    max_image_side: int = Field(1024, ge=64, description="Pixels per picture's longer side.")

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.base_url:
            _refuse_unsafe(self.base_url, allow_http=self.allow_http)
        if self.api_key is not None and len(self.api_key.get_secret_value()) < 16:  # noqa: PLR2004
            raise ValueError("api_key must have 16 characters or more")
        if Category.PROVIDER_BLOCK in self.categories:
            raise ValueError("provider_block is not asked about; an answer says blocked")
        return self

    @property
    def ready(self) -> bool:
        """Whether there is an address and a secret."""
        return not self.lacks

    @property
    def lacks(self) -> tuple[str, ...]:
        """Which of the two is not set."""
        return (() if self.base_url else ("base_url",)) + super().lacks


def _refuse_unsafe(url: str, *, allow_http: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("base_url must be an http(s) URL")
    if parts.username is not None or parts.fragment:
        raise ValueError("base_url must not carry a user name or a fragment")
    if parts.scheme == "http" and not (allow_http or _loopback(parts.hostname)):
        raise ValueError("base_url must be https; set allow_http for a network you trust")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class GenericHttp:
    """A provider; see ``analysis.providers.provider``."""

    options_type: ClassVar[type[Options]] = GenericHttpOptions
    name = NAME
    tier = Tier.REMOTE

    def __init__(self, options: GenericHttpOptions, tools: Tools) -> None:
        self._options = options
        self._tools = tools
        self._resender = Resender(tools, NAME, options, paid=False)
        self._fit = Fit(options.max_image_bytes, options.max_image_side)

    @property
    def needs(self) -> Needs:
        """Words, pictures, or both, judged together."""
        return Needs.EITHER if self._options.pictures else Needs.PASSAGES

    @property
    def categories(self) -> frozenset[Category]:
        """What it is asked about, and whether it would look at all."""
        return frozenset({*self._options.categories, Category.PROVIDER_BLOCK})

    async def detect(self, content: Content, scope: Scope) -> Findings:  # noqa: ARG002 - the protocol's shape
        """Ask about all words and pictures in one call.

        Raises:
            ProviderError: it did not answer as documented.
        """
        request = await self._request(content)
        if not (request.passages or request.pictures):
            return Findings()
        answer = await self._ask(request)
        return _findings(answer, self.categories, answer.modality or _modality(request))

    async def check(self) -> str:
        """Ask about one word.

        Raises:
            ProviderError: it does not answer as documented; the message says why.
        """
        passages = (wire.SentPassage(text="hello", origin=Origin.CAPTION, file=None),)
        answer = await self._ask(self._with(passages, ()))
        return (
            f"generic_http answers at {urlsplit(self._options.base_url).netloc} as {answer.model}"
        )

    async def _ask(self, request: wire.Request) -> wire.Answer:
        body = request.model_dump_json(by_alias=True).encode()
        reply = await self._resender.send(
            lambda: self._signed(body), lambda reply: settled(reply, NAME, self._tools.now())
        )
        files = {passage.file for passage in request.passages if passage.file is not None}
        return wire.read(
            reply,
            sent=request.id,
            asked=request.categories,
            files=files | {picture.file for picture in request.pictures},
        )

    def _signed(self, body: bytes) -> httpx.Request:
        timestamp, nonce = str(int(self._tools.now().timestamp())), uuid4().hex
        secret = self._options.api_key.get_secret_value() if self._options.api_key else ""
        return self._tools.client.build_request(
            "POST",
            self._options.base_url,
            content=body,
            headers={
                "content-type": "application/json",
                "x-bifocal-timestamp": timestamp,
                "x-bifocal-nonce": nonce,
                "x-bifocal-signature": wire.signature(
                    secret, timestamp=timestamp, nonce=nonce, body=body
                ),
            },
        )

    async def _request(self, content: Content) -> wire.Request:
        passages = tuple(
            wire.SentPassage(text=well_formed(p.text), origin=p.origin, file=p.media)
            for p in content.passages
            if p.origin in _SENT
        )
        images = content.images if self._options.pictures else ()
        pictures = await asyncio.gather(*map(self._picture, images))
        return self._with(passages, tuple(pictures))

    def _with(
        self, passages: tuple[wire.SentPassage, ...], pictures: tuple[wire.SentPicture, ...]
    ) -> wire.Request:
        return wire.Request(
            schema="bifocal.request/1",
            id=uuid4().hex,
            categories=self._options.categories,
            passages=passages,
            pictures=pictures,
        )

    async def _picture(self, image: Image) -> wire.SentPicture:
        picture = await self._tools.prepare(image, self._fit)
        return wire.SentPicture(
            file=image.frame_of,
            frame=image.frame,
            media_type=picture.media_type,
            data=base64.b64encode(picture.data).decode("ascii"),
        )


def _modality(request: wire.Request) -> Modality:
    if request.passages and request.pictures:
        return Modality.JOINT
    return Modality.IMAGE if request.pictures else Modality.TEXT


def _findings(answer: wire.Answer, asked: frozenset[Category], modality: Modality) -> Findings:
    source = f"{NAME}/{answer.model}"
    scores = dict(answer.scores) | ({Category.PROVIDER_BLOCK: 1.0} if answer.blocked else {})
    spent = answer.usage or wire.Spent()
    judged = frozenset({*answer.scores, Category.PROVIDER_BLOCK}) if answer.blocked else None
    return Findings(
        signals=tuple(
            Signal(category, score, modality, Grounds.MODEL, source)
            for category, score in scores.items()
            if score > 0
        ),
        facts=tuple(_facts(answer, modality)),
        usage=(
            Usage(
                answer.model,
                input_tokens=spent.input_tokens,
                output_tokens=spent.output_tokens,
                images=spent.images,
            ),
        ),
        # Where it would not look, what it did not score stays open instead of 0.
        asked=asked,
        judged=judged,
    )


def _facts(answer: wire.Answer, modality: Modality) -> list[Fact]:
    labels = [
        Fact(FactKind.LABEL, well_formed(one.label), one.score, modality, one.file)
        for one in answer.labels
    ]
    told = well_formed(answer.explanation)
    return [
        *labels,
        *map(_seen, answer.facts),
        *([Fact(FactKind.EXPLANATION, told, 1.0, modality)] if told else []),
    ]


def _seen(one: wire.Seen) -> Fact:
    # Faces are counted and boxed, never named, whatever an endpoint says of them.
    value = "face" if one.kind is FactKind.FACE else well_formed(one.value)
    box = Box(*one.box) if one.box is not None else None
    return Fact(FactKind(one.kind), value, one.score, one.modality, one.file, box)
