"""Asks a decision model: typed questions about words and pictures together, probabilities back.

One set of questions, two vendors. The model writes no text, so nothing in a post can make it say
anything; all it can do is move probabilities.
"""

import asyncio
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from analysis.detector import Needs, Tier
from analysis.errors import ProviderRejected, ProviderUnavailable
from analysis.http import Reply
from analysis.providers.calls import Calls
from analysis.providers.decision import PROVIDER, Answers, Endpoint, Sent
from analysis.providers.decisions_findings import found
from analysis.providers.decisions_gemini import Gemini
from analysis.providers.decisions_openai import OpenAi
from analysis.providers.provider import Fit, Options, Tools
from analysis.providers.questions import CATEGORIES, Questions, code, framed, questions
from analysis.providers.refusals import BLOCKED, Address, Explained, codes
from analysis.providers.sending import modality_of, words_of
from analysis.taxonomy import Category
from analysis.types import Content, Findings, Origin, Passage, Scope

ENDPOINTS: dict[str, Endpoint] = {"gemini": Gemini(), "openai": OpenAi()}
DETAILS = {
    "gemini": ("low", "medium", "high", "ultra_high"),
    "openai": ("auto", "low", "high", "original"),
}


class DecisionsOptions(Options):
    """How the decision endpoints are asked."""

    vendor: Literal["gemini", "openai"] = Field("gemini", description="Whose endpoint is asked.")
    version: str = Field(
        "v1beta",
        pattern=r"^[a-z0-9]{1,20}$",
        description="API version in Google's path; OpenAI's is part of base_url.",
    )
    detail: Literal["low", "medium", "high", "ultra_high", "auto", "original"] = Field(
        "low",
        description="How closely pictures are looked at; Google and OpenAI differ in the words.",
    )
    max_pictures: int = Field(
        128, ge=1, le=3000, description="Most pictures a call takes; OpenAI is said to take 128."
    )
    max_side: int = Field(1024, ge=64, le=8192, description="Longest side sent, in pixels.")
    categories: tuple[Category, ...] = Field(
        tuple(CATEGORIES), min_length=1, description="What is asked; each is one question."
    )

    @model_validator(mode="after")
    def _detail_is_known_there(self) -> Self:
        if self.detail not in DETAILS[self.vendor]:
            known = ", ".join(DETAILS[self.vendor])
            raise ValueError(f"detail at {self.vendor} is one of {known}, got {self.detail}")
        return self

    @field_validator("categories")
    @classmethod
    def _are_questions(cls, categories: tuple[Category, ...]) -> tuple[Category, ...]:
        if Category.PROVIDER_BLOCK in categories:
            raise ValueError("provider_block cannot be asked: it is the lack of an answer")
        return categories


class Decisions:
    """A judge of words and pictures together, with calibrated probabilities."""

    options_type: ClassVar[type[Options]] = DecisionsOptions
    name = PROVIDER
    needs = Needs.EITHER
    tier = Tier.REMOTE

    def __init__(self, options: DecisionsOptions, tools: Tools) -> None:
        self._options = options
        self._endpoint = ENDPOINTS[options.vendor]
        self._model = options.model or self._endpoint.model
        self._prepare = tools.prepare
        self._fit = Fit(max_bytes=4 << 20, max_side=options.max_side)
        self._asked = tuple(c for c in CATEGORIES if c in options.categories)
        address = Address(PROVIDER, self._endpoint.vendor, self._model)
        self._calls = Calls(options, tools, address, base_url=self._endpoint.base_url)

    @property
    def categories(self) -> frozenset[Category]:
        """What is asked, and whether it would look at all."""
        return frozenset({*self._asked, Category.PROVIDER_BLOCK})

    async def detect(self, content: Content, scope: Scope) -> Findings:  # noqa: ARG002 - never sent
        """Ask everything in one call. Refused questions are asked and not judged.

        Raises:
            ProviderError: there is no answer, or none as documented.
        """
        words, images = words_of(content), content.images
        if not words and not images:
            return Findings(asked=frozenset(), judged=frozenset())
        asked = questions(self._asked, words=bool(words), pictures=bool(images))
        self._within_limits(asked, len(images))
        pictures = await asyncio.gather(*(self._prepare(each, self._fit) for each in images))
        answers = await self._ask(asked, Sent(framed(words, code()), tuple(pictures)))
        files = {image.frame_of for image in images}
        return found(
            answers,
            asked,
            model=answers.model or self._model,
            modality=modality_of(words, pictures=bool(images)),
            media=files.pop() if len(files) == 1 else None,
            pictures=len(images),
        )

    async def check(self) -> str:
        """Ask one question about one word.

        Raises:
            ProviderError: see ``Provider``.
        """
        asked = questions(self._asked[:1], words=False, pictures=False)
        hello = framed((Passage("hello", Origin.CAPTION),), code())
        try:
            answers = await self._ask(asked, Sent(hello))
        except ProviderUnavailable as exc:
            raise self._calls.unreached(exc) from exc
        return f"{self._endpoint.vendor} answers with {answers.model or self._model}."

    async def _ask(self, asked: Questions, sent: Sent) -> Answers:
        body = self._endpoint.body(self._model, self._options.detail, asked, sent)
        headers = self._endpoint.headers(self._calls.key)
        try:
            reply = await self._calls.post(
                self._endpoint.path(self._options.version), headers, body
            )
        except Explained as exc:
            return _blocked(exc.reply, exc)
        return self._endpoint.read(reply.json(PROVIDER), asked)

    def _within_limits(self, asked: Questions, pictures: int) -> None:
        """Too much is refused whole: what is left out would pass unseen."""
        most = self._endpoint.most_questions
        if len(asked) > most:
            raise ProviderRejected(f"{len(asked)} questions, {most} at most", provider=PROVIDER)
        if pictures > self._options.max_pictures:
            raise ProviderRejected(
                f"{pictures} pictures, {self._options.max_pictures} at most", provider=PROVIDER
            )


def _blocked(reply: Reply, refused: Explained) -> Answers:
    """A content filter's 400 is an answer of its kind; everything else stays a refusal."""
    reasons = sorted(codes(reply) & BLOCKED)
    if reply.status != 400 or not reasons:  # noqa: PLR2004 - HTTP's own
        raise refused
    return Answers(blocked=reasons[0])
