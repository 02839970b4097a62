"""Gemini's ``generateContent`` on loopback: refuses what the real one refuses, as it says it."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tests.emulators.judged import Asked, Mind, categories_of
from tests.emulators.server import Answer, Emulator, Received

KEY = "AIza-canary-key"
BLOCK_WORD = "blocked:"
"""A word such as ``blocked:SAFETY`` in a post has its prompt blocked for that reason."""
_PATH = re.compile(r"/(v1|v1beta)/models/([^/:]+):generateContent")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _InlineData(_Strict):
    mimeType: Literal["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"]  # noqa: N815
    data: str

    @field_validator("data")
    @classmethod
    def _base64(cls, data: str) -> str:
        try:
            decoded = base64.b64decode(data, validate=True)
        except binascii.Error as exc:
            raise ValueError("Base64 decoding failed") from exc
        if not decoded.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF")):
            raise ValueError("Unable to process input image")
        return data


class _Part(_Strict):
    text: str | None = None
    inlineData: _InlineData | None = None  # noqa: N815


class _Turn(_Strict):
    role: Literal["user", "model"]
    parts: list[_Part] = Field(min_length=1)


class _System(_Strict):
    parts: list[_Part]


class _Safety(_Strict):
    category: Literal[
        "HARM_CATEGORY_HARASSMENT",
        "HARM_CATEGORY_HATE_SPEECH",
        "HARM_CATEGORY_SEXUALLY_EXPLICIT",
        "HARM_CATEGORY_DANGEROUS_CONTENT",
    ]
    threshold: Literal[
        "BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"
    ]


class _Thinking(_Strict):
    thinkingLevel: Literal["MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"]  # noqa: N815


class _Config(_Strict):
    """No temperature, topP or topK: deprecated, so sending them is a mistake of ours."""

    maxOutputTokens: int = Field(ge=1)  # noqa: N815
    responseMimeType: Literal["application/json"]  # noqa: N815
    responseJsonSchema: dict[str, Any]  # noqa: N815
    thinkingConfig: _Thinking | None = None  # noqa: N815
    mediaResolution: (  # noqa: N815
        Literal["MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH"] | None
    ) = None


class _Request(_Strict):
    systemInstruction: _System  # noqa: N815
    contents: list[_Turn] = Field(min_length=1)
    safetySettings: list[_Safety]  # noqa: N815
    generationConfig: _Config  # noqa: N815


@dataclass
class GeminiVendor:
    """``Emulator(GeminiVendor().handle)``; what it thinks is ``mind``'s."""

    mind: Mind = field(default_factory=Mind)
    key: str = KEY
    models: tuple[str, ...] = ("gemini-3.5-flash-lite", "gemini-3.8-flash", "gemini-4-argon")
    speak: Callable[[Asked], str] | None = None
    """Says something else than ``mind`` would."""
    tokens: int = 60
    """How long an answer is; with a smaller ``maxOutputTokens`` it is cut off."""

    def emulator(self) -> Emulator:
        return Emulator(self.handle)

    def handle(self, request: Received) -> Answer:
        path = _PATH.fullmatch(request.path)
        if path is None or request.method != "POST":
            return failed(404, "NOT_FOUND")
        if request.query or request.headers.get("x-goog-api-key") != self.key:
            return failed(400, "INVALID_ARGUMENT", {"reason": "API_KEY_INVALID"})
        model = path.group(2)
        if model not in self.models:
            return failed(404, "NOT_FOUND")
        try:
            sent = _Request.model_validate(request.json())
        except ValidationError as exc:
            return failed(400, "INVALID_ARGUMENT", message=str(exc))
        thinking = sent.generationConfig.thinkingConfig
        if thinking and thinking.thinkingLevel == "MINIMAL" and "lite" not in model:
            return failed(400, "INVALID_ARGUMENT", message="thinking level is not supported")
        return self._judged(sent, model)

    def _judged(self, sent: _Request, model: str) -> Answer:
        asked = read(sent)
        words = " ".join(passage["text"] for passage in asked.post)
        if blocked := re.search(BLOCK_WORD + r"(\w+)", words):
            return Answer.of(
                {
                    "promptFeedback": {"blockReason": blocked.group(1), "safetyRatings": []},
                    "usageMetadata": {"promptTokenCount": 12, "totalTokenCount": 12},
                    "modelVersion": model,
                }
            )
        if sent.generationConfig.maxOutputTokens < self.tokens:
            return answered('{"check": "', model, "MAX_TOKENS")
        said = self.speak(asked) if self.speak else self.mind.answer(asked)
        return answered(said, model)


def read(sent: _Request) -> Asked:
    parts = sent.contents[-1].parts
    return Asked(
        system=sent.systemInstruction.parts[0].text or "",
        texts=tuple(part.text for part in parts if part.text is not None),
        pictures=tuple(base64.b64decode(p.inlineData.data) for p in parts if p.inlineData),
        categories=categories_of(sent.generationConfig.responseJsonSchema),
    )


def answered(text: str, model: str = "gemini-3.5-flash-lite", finish: str = "STOP") -> Answer:
    return Answer.of(
        {
            "candidates": [
                {
                    "index": 0,
                    "finishReason": finish,
                    "content": {
                        "role": "model",
                        "parts": [
                            {"text": "Let me see { the post", "thought": True},
                            {"text": text[: len(text) // 2], "thoughtSignature": "c2ln"},
                            {"text": text[len(text) // 2 :]},
                        ],
                    },
                }
            ],
            "usageMetadata": {
                "promptTokenCount": 1402,
                "candidatesTokenCount": 31,
                "thoughtsTokenCount": 9,
                "totalTokenCount": 1442,
            },
            "modelVersion": f"{model}-001",
            "responseId": "r1",
        }
    )


def failed(status: int, word: str, *details: dict[str, object], message: str = "no") -> Answer:
    error = {"code": status, "message": message, "status": word, "details": list(details)}
    return Answer.of({"error": error}, status)


def quota(quota_id: str, delay: str = "34s") -> Answer:
    """A 429 as Google words it."""
    kind = "type.googleapis.com/google.rpc."
    return failed(
        429,
        "RESOURCE_EXHAUSTED",
        {"@type": f"{kind}QuotaFailure", "violations": [{"quotaId": quota_id}]},
        {"@type": f"{kind}RetryInfo", "retryDelay": delay},
    )


def sent_text(request: Received) -> str:
    """Everything of a request that is words, for looking whether a word is in it."""
    body = json.loads(request.body)
    parts = [*body["systemInstruction"]["parts"], *body["contents"][0]["parts"]]
    return "\n".join(part.get("text", "") for part in parts)
