"""Google's Gemini, asked by ``generateContent`` with a JSON schema: words and pictures jointly.

What is on the wire, its limits and its errors: ai.google.dev/api, as of 2026-11-22. The key goes
in a header only, for an address is logged. No temperature, topP or topK: they are deprecated.
"""

import base64
import re
from collections.abc import Mapping
from datetime import time, timedelta, timezone, tzinfo
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, ValidationError

from analysis.errors import ProviderError, ProviderGarbled, ProviderRejected, ProviderUnavailable
from analysis.http import Refused, Reply
from analysis.providers.findings import Block
from analysis.providers.judgement import Said
from analysis.providers.prompted import Prompted, PromptedOptions
from analysis.providers.provider import Options, Picture, Tools
from analysis.providers.question import Question
from analysis.providers.schema import Json, schema
from analysis.taxonomy import Category
from analysis.types import Usage

BASE_URL = "https://generativelanguage.googleapis.com"
MODEL = "gemini-3.5-flash-lite"
KEY = "BIFOCAL_PROVIDERS__GEMINI__API_KEY"

Thinking = Literal["MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"]
Resolution = Literal["", "MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH"]

LEVELS: dict[str, tuple[Thinking, ...]] = {
    "gemini-3.5-flash-lite": ("MINIMAL", "LOW", "MEDIUM", "HIGH"),
    "gemini-3.8-flash": ("LOW", "MEDIUM", "HIGH"),
    "gemini-4-argon": ("LOW", "MEDIUM", "HIGH"),
}

_GRAVE = Block(0.9)
BLOCKS: Mapping[str, Block] = {
    "SAFETY": _GRAVE,
    "BLOCKLIST": _GRAVE,
    "IMAGE_SAFETY": _GRAVE,
    "MODEL_ARMOR": _GRAVE,
    # Possibly the worst there is; 0.3 keeps it out of the evidence and removes nothing by itself.
    "PROHIBITED_CONTENT": Block(1.0, ((Category.CSAE, 0.3),)),
    "IMAGE_PROHIBITED_CONTENT": Block(1.0, ((Category.CSAE, 0.3),)),
    "SPII": Block(0.9, ((Category.PRIVACY, 0.5),)),
    "JAILBREAK": Block(0.9, ((Category.PROMPT_ATTACK, 0.8),)),
    "OTHER": Block(0.4),
    "RECITATION": Block(0.5, ((Category.IP, 0.3),)),
    "LANGUAGE": Block(0.5),
}
"""Reasons by which a prompt or an answer is withheld. The scores are ours, chosen by eye: a
policy that asks about ``provider_block`` at all sees every one of them."""
_ANY_BLOCK = Block(0.4)
_CUT = frozenset({"MAX_TOKENS", "MALFORMED_RESPONSE"})
_HARMS = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class GeminiOptions(PromptedOptions):
    """How Gemini is asked."""

    api_version: str = Field("v1beta", pattern=r"^v\d+[a-z0-9]*$", description="API version.")
    thinking_level: Thinking | None = Field(
        "MINIMAL", description="Wished for; the lowest the model allows where it does not."
    )
    thinking_levels: dict[str, tuple[Thinking, ...]] = Field(
        LEVELS,
        description="By the beginning of a model's name, the levels it takes, lowest first; a "
        "model not named here is sent none.",
    )
    media_resolution: Resolution = Field(
        "MEDIA_RESOLUTION_MEDIUM", description="Tokens spent on a picture; empty: the default."
    )
    daily_reset: time = Field(
        time(0, 0), description="When the daily quota starts anew, in daily_reset_zone."
    )
    daily_reset_zone: str = Field("America/Los_Angeles", description="Time zone of daily_reset.")


class _Part(BaseModel):
    text: str = ""
    thought: bool = False


class _Content(BaseModel):
    parts: tuple[_Part, ...] = ()


class _Candidate(BaseModel):
    content: _Content = _Content()
    finishReason: str  # noqa: N815 - the vendor's name


class _Feedback(BaseModel):
    blockReason: str = ""  # noqa: N815 - the vendor's name


class _Counts(BaseModel):
    promptTokenCount: int = Field(ge=0)  # noqa: N815 - the vendor's name
    candidatesTokenCount: int = Field(0, ge=0)  # noqa: N815 - absent where nothing was generated
    thoughtsTokenCount: int = Field(0, ge=0)  # noqa: N815 - absent where nothing was thought


class _Answer(BaseModel):
    candidates: tuple[_Candidate, ...] = ()
    promptFeedback: _Feedback = _Feedback()  # noqa: N815 - the vendor's name
    usageMetadata: _Counts  # noqa: N815 - the vendor's name
    modelVersion: str = ""  # noqa: N815 - the vendor's name


class Gemini(Prompted):
    """Judges words and pictures in one call."""

    name = "gemini"
    options_type: ClassVar[type[Options]] = GeminiOptions

    def __init__(self, options: GeminiOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._model = options.model or MODEL
        base = (options.base_url or BASE_URL).rstrip("/")
        self._url = f"{base}/{options.api_version}/models/{self._model}:generateContent"

    async def say(self, asked: Question, tokens: int) -> Said:
        """Put a question to ``generateContent``."""
        key = self._options.api_key
        headers = {"x-goog-api-key": key.get_secret_value()} if key else {}
        request = self._post(self._url, self._body(asked, tokens), headers)
        try:
            reply = await self._http.send(request, worth_retrying=_may_pass)
        except Refused as exc:
            raise self._explained(exc.reply) from exc
        return self._said(reply, len(asked.brief.pictures))

    def _body(self, asked: Question, tokens: int) -> Json:
        config: Json = {
            "maxOutputTokens": tokens,
            "responseMimeType": "application/json",
            "responseJsonSchema": schema(asked.brief.categories),
        }
        if level := self._level():
            config["thinkingConfig"] = {"thinkingLevel": level}
        if self._options.media_resolution and asked.brief.pictures:
            config["mediaResolution"] = self._options.media_resolution
        return {
            "systemInstruction": {"parts": [{"text": asked.system}]},
            "contents": [{"role": "user", "parts": [_part(part) for part in asked.parts]}],
            "safetySettings": [
                {"category": f"HARM_CATEGORY_{harm}", "threshold": "OFF"} for harm in _HARMS
            ],
            "generationConfig": config,
        }

    def _level(self) -> Thinking | None:
        wished, levels = self._options.thinking_level, self._options.thinking_levels
        known = [name for name in levels if self._model.startswith(name)]
        if wished is None or not known:
            return None
        allowed = levels[max(known, key=len)]
        return wished if wished in allowed else next(iter(allowed), None)

    def _said(self, reply: Reply, pictures: int) -> Said:
        try:
            answer = _Answer.model_validate(reply.json(self.name))
        except ValidationError as exc:
            place = exc.errors()[0]["loc"]
            raise ProviderGarbled(f"unexpected reply at {place!r}", provider=self.name) from exc
        counts, model = answer.usageMetadata, answer.modelVersion or self._model
        output = counts.candidatesTokenCount + counts.thoughtsTokenCount
        usage = Usage(model, 1, counts.promptTokenCount, output, pictures)
        if reason := answer.promptFeedback.blockReason:
            return Said(model, usage, block=BLOCKS.get(reason, _ANY_BLOCK))
        if not answer.candidates:
            raise self._garbled("neither an answer nor a reason", usage)
        first = answer.candidates[0]
        if first.finishReason in BLOCKS:
            return Said(model, usage, block=BLOCKS[first.finishReason])
        if first.finishReason in _CUT:
            return Said(model, usage, cut=True)
        if first.finishReason != "STOP":
            raise self._garbled(f"finished by {_named(first.finishReason)}", usage)
        text = "".join(part.text for part in first.content.parts if not part.thought)
        return Said(model, usage, text)

    def _garbled(self, message: str, usage: Usage) -> ProviderGarbled:
        error = ProviderGarbled(message, provider=self.name)
        error.usage = (usage,)
        return error

    def _explained(self, reply: Reply) -> ProviderError:
        words = _words(reply)
        if reply.status == 429:  # noqa: PLR2004 - HTTP's own: only a day's quota comes here
            return ProviderUnavailable(
                "the day's quota is used up", provider=self.name, retry_after=self._until_reset()
            )
        known = {
            402: "the prepaid credit is used up: add credit at Google",
            403: f"the key may not do this: check its restrictions, or set {KEY} anew",
            404: f"no model {self._model!r} at {self._options.api_version}: set "
            "[providers.gemini] model or api_version",
        }
        said = known.get(reply.status, "the request was refused")
        lasting = reply.status in {401, *known} or "API_KEY_INVALID" in words
        if "API_KEY_INVALID" in words or reply.status == 401:  # noqa: PLR2004 - HTTP's own
            said = f"the key is not valid: set {KEY} anew"
        elif "FAILED_PRECONDITION" in words:
            said = "the free tier is not offered where this runs: enable billing at Google"
        labels = " ".join(words[:3])
        return ProviderRejected(
            f"HTTP {reply.status} {labels}: {said}", provider=self.name, lasting=lasting
        )

    def _until_reset(self) -> float:
        """Seconds until the daily quota starts anew."""
        now = self._tools.now().astimezone(_zone(self._options.daily_reset_zone))
        reset = now.replace(
            hour=self._options.daily_reset.hour,
            minute=self._options.daily_reset.minute,
            second=0,
            microsecond=0,
        )
        return ((reset if reset > now else reset + timedelta(days=1)) - now).total_seconds()


def _part(part: str | Picture) -> Json:
    if isinstance(part, str):
        return {"text": part}
    data = base64.b64encode(part.data).decode("ascii")
    return {"inlineData": {"mimeType": part.media_type, "data": data}}


def _may_pass(reply: Reply) -> bool:
    """A day's quota does not come back by waiting for seconds."""
    return not any("PerDay" in word for word in _words(reply))


def _words(reply: Reply) -> list[str]:
    """Status, reasons and quota ids of an error: the vendor's labels, none of its prose."""
    try:
        body = reply.json("gemini")
        error = (body[0] if isinstance(body, list) else body)["error"]
        details = [d for d in error.get("details", []) if isinstance(d, dict)]
        quotas = [v.get("quotaId") for d in details for v in d.get("violations", [])]
        found = [error.get("status"), *(d.get("reason") for d in details), *quotas]
    except (ProviderGarbled, KeyError, TypeError, IndexError, AttributeError):
        return []
    return [word for word in found if isinstance(word, str) and _WORD.fullmatch(word)]


def _named(word: str) -> str:
    return word if _WORD.fullmatch(word) else "a reason we cannot name"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        # A machine without a time zone database: Pacific standard time is an hour off at most.
        return timezone(timedelta(hours=-8))
