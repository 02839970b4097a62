"""What the vendors that are asked by a prompt share: their options, and being a detector."""

from abc import ABC, abstractmethod
from functools import cached_property

import httpx
from pydantic import Field, field_validator

from analysis.detector import Needs, Tier
from analysis.errors import ProviderRejected
from analysis.http import Http
from analysis.providers import markers
from analysis.providers.judgement import Plan, Said, judge
from analysis.providers.provider import Fit, Options, Tools
from analysis.providers.question import MEANINGS, Question
from analysis.taxonomy import Category
from analysis.types import Content, Findings, Origin, Passage, Scope

_TINY = Content(passages=(Passage("Good morning!", Origin.CAPTION),))


class PromptedOptions(Options):
    """What a model that is asked by a prompt can be told."""

    categories: tuple[Category, ...] = Field(
        tuple(MEANINGS), min_length=1, description="The categories it is asked to score."
    )
    max_pictures: int = Field(
        16, ge=1, le=100, description="Pictures and frames shown of one post; beyond it, review."
    )
    max_characters: int = Field(
        40_000, ge=100, le=400_000, description="Characters sent of one post; beyond it, review."
    )
    max_side: int = Field(
        1024, ge=64, le=8192, description="Longest side in pixels a picture is sent with."
    )
    max_image_bytes: int = Field(
        7_000_000, ge=10_000, description="Bytes a picture may have as sent."
    )
    max_output_tokens: int = Field(
        2048,
        ge=256,
        le=65_536,
        description="Tokens of an answer, thinking included; a longer one is asked for once more "
        "with four times as many.",
    )

    @field_validator("categories")
    @classmethod
    def _askable(cls, asked: tuple[Category, ...]) -> tuple[Category, ...]:
        if odd := [category.value for category in asked if category not in MEANINGS]:
            raise ValueError(f"no model can be asked to score {', '.join(odd)}")
        return tuple(dict.fromkeys(asked))


class Prompted(ABC):
    """A provider whose file says only how one question goes over its wire."""

    name: str
    needs = Needs.EITHER
    tier = Tier.REMOTE

    def __init__(self, options: PromptedOptions, tools: Tools) -> None:
        markers.warm()
        self._plan = Plan(
            categories=options.categories,
            fit=Fit(options.max_image_bytes, options.max_side),
            prepare=tools.prepare,
            pictures=options.max_pictures,
            characters=options.max_characters,
            tokens=options.max_output_tokens,
        )
        self._timeout = options.timeout_s
        self._tools = tools

    @property
    def categories(self) -> frozenset[Category]:
        """What it is asked to score, and whether it would look at all."""
        return frozenset({*self._plan.categories, Category.PROVIDER_BLOCK})

    @cached_property
    def _http(self) -> Http:
        tools = self._tools
        return Http(
            tools.client, self.name, timeout_s=self._timeout, sleep=tools.sleep, now=tools.now
        )

    @abstractmethod
    async def say(self, asked: Question, tokens: int) -> Said:
        """Put a question over the vendor's wire."""

    async def detect(self, content: Content, scope: Scope) -> Findings:  # noqa: ARG002 - judged alike for all
        """Judge words and pictures together; see ``analysis.providers.judgement``."""
        return await judge(self, content, self._plan)

    async def check(self) -> str:
        """Have two words judged, and say by which model.

        Raises:
            ProviderError: it does not work; the message says what to mend.
        """
        found = await self.detect(_TINY, Scope())
        model = found.usage[-1].model
        if any(signal.category is Category.PROVIDER_BLOCK for signal in found.signals):
            raise ProviderRejected(
                f"{model} refuses to judge even a greeting: choose another model",
                provider=self.name,
            )
        return f"{self.name} works: {model} judged a greeting."

    def _post(self, url: str, body: object, headers: dict[str, str]) -> httpx.Request:
        return self._tools.client.build_request("POST", url, json=body, headers=headers)
