"""OpenAI's chat completions on loopback, as several servers answer it."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tests.emulators.judged import Asked, Mind, categories_of
from tests.emulators.server import Answer, Emulator, Received

KEY = "sk-canary-key"
BLOCK_WORD = "blockme"

Flavour = Literal["openai", "dashscope", "llamacpp", "plain", "object_only"]
"""``llamacpp`` takes a flat schema with a 200 and constrains nothing; ``object_only`` refuses
json_schema; ``plain`` refuses every response_format."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Text(_Strict):
    type: Literal["text"]
    text: str


class _Url(_Strict):
    url: str
    detail: Literal["auto", "low", "high", "original"] | None = None

    @field_validator("url")
    @classmethod
    def _data_uri(cls, url: str) -> str:
        found = re.fullmatch(r"data:image/(png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})", url)
        if found is None:
            raise ValueError("not a data URI of a picture")
        if not base64.b64decode(found.group(2)).startswith((b"\x89PNG", b"\xff\xd8", b"RIFF")):
            raise ValueError("not a picture")
        return url


class _Image(_Strict):
    type: Literal["image_url"]
    image_url: _Url


class _System(_Strict):
    role: Literal["system"]
    content: str


class _User(_Strict):
    role: Literal["user"]
    content: list[Annotated[_Text | _Image, Field(discriminator="type")]] = Field(min_length=1)


class _Held(_Strict):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    strict: Literal[True]
    schema_: dict[str, Any] = Field(alias="schema")


class _Schema(_Strict):
    type: Literal["json_schema"]
    json_schema: _Held


class _Object(_Strict):
    type: Literal["json_object"]


class _Request(_Strict):
    model: str
    messages: tuple[_System, _User] = Field(strict=False)
    response_format: Annotated[_Schema | _Object, Field(discriminator="type")] | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    reasoning_effort: Literal["none", "low", "medium", "high", "xhigh", "max"] | None = None
    enable_thinking: bool | None = None
    seed: int | None = None


@dataclass
class ChatVendor:
    """``Emulator(ChatVendor().handle)``; what it thinks is ``mind``'s."""

    flavour: Flavour = "openai"
    mind: Mind = field(default_factory=Mind)
    key: str | None = KEY
    models: tuple[str, ...] | None = None
    speak: Callable[[Asked], str] | None = None
    tokens: int = 60
    formats: list[str] = field(default_factory=list)
    """The response_format of each request, in order."""

    def emulator(self) -> Emulator:
        return Emulator(self.handle)

    def handle(self, request: Received) -> Answer:
        if (request.method, request.path) != ("POST", "/v1/chat/completions"):
            return failed(404, "not_found")
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return failed(401, "invalid_api_key")
        body = request.json()
        form = body.get("response_format")
        self.formats.append(form["type"] if form else "none")
        if flat(form) and self.flavour == "llamacpp":
            return answered("Sure! The post looks fine to me.", body["model"])
        try:
            sent = _Request.model_validate(body)
        except ValidationError as exc:
            return failed(400, "invalid_request", message=f"unknown parameter: {exc}")
        return self._refused(sent, request) or self._judged(sent)

    def _refused(self, sent: _Request, request: Received) -> Answer | None:
        if self.models is not None and sent.model not in self.models:
            return failed(404, "model_not_found")
        wrong = sent.max_tokens if self.flavour == "openai" else sent.max_completion_tokens
        if wrong is not None:
            return failed(400, "unsupported_parameter", message="use the other tokens field")
        form = sent.response_format
        if form is not None and self.flavour == "plain":
            return failed(400, "invalid_value", message="response_format is not supported")
        if isinstance(form, _Schema) and self.flavour in ("object_only", "dashscope"):
            return failed(400, "invalid_value", message="json_schema is not supported here")
        if isinstance(form, _Schema):
            assert strictly(form.json_schema.schema_), "strict mode takes this schema"
        if self.flavour == "dashscope" and isinstance(form, _Object):
            return self._dashscope(sent)
        return None

    def _dashscope(self, sent: _Request) -> Answer | None:
        if sent.enable_thinking is not False:
            return failed(400, "invalid_parameter_error", message="thinking must be off")
        words = sent.messages[0].content + json.dumps(sent.messages[1].model_dump())
        if "json" not in words.lower():
            said = "'messages' must contain the word 'json' in some form"
            return failed(400, "invalid_parameter_error", message=said)
        return None

    def _judged(self, sent: _Request) -> Answer:
        asked = read(sent)
        if any(BLOCK_WORD in passage["text"] for passage in asked.post):
            return self._blocked(sent.model)
        allowed = sent.max_tokens or sent.max_completion_tokens
        if allowed is not None and allowed < self.tokens:
            return answered('{"check": "', sent.model, "length")
        said = self.speak(asked) if self.speak else self.mind.answer(asked)
        return answered(said, sent.model)

    def _blocked(self, model: str) -> Answer:
        if self.flavour == "dashscope":
            said = "Input data may contain inappropriate content."
            return failed(400, "data_inspection_failed", message=said)
        return answered(None, model, "content_filter")


def flat(form: object) -> bool:
    """The shape llama.cpp's manual shows and its parser overlooks."""
    return isinstance(form, dict) and "schema" in form and form.get("type") == "json_schema"


def strictly(schema: object) -> bool:
    """Whether OpenAI's strict mode takes a schema: all required, nothing further, at any depth."""
    if not isinstance(schema, dict):
        return True
    if schema["type"] == "object":
        whole = schema["required"] == list(schema["properties"])
        closed = schema["additionalProperties"] is False
        return whole and closed and all(map(strictly, schema["properties"].values()))
    return strictly(schema.get("items"))


def read(sent: _Request) -> Asked:
    system, user = sent.messages
    form = sent.response_format
    if isinstance(form, _Schema):
        schema = form.json_schema.schema_
    else:
        schema = json.loads(system.content[system.content.index('{"type": "object"') :])
    return Asked(
        system=system.content,
        texts=tuple(part.text for part in user.content if isinstance(part, _Text)),
        pictures=tuple(
            base64.b64decode(part.image_url.url.partition(",")[2])
            for part in user.content
            if isinstance(part, _Image)
        ),
        categories=categories_of(schema),
    )


def answered(
    text: str | None, model: str = "m", finish: str = "stop", refusal: str | None = None
) -> Answer:
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return Answer.of(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": f"{model}-2026-11-01",
            "choices": [{"index": 0, "finish_reason": finish, "message": message}],
            "usage": {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940},
        }
    )


def failed(status: int, code: str, message: str = "no", kind: str = "") -> Answer:
    error = {"message": message, "type": kind or code, "param": None, "code": code}
    return Answer.of({"error": error}, status)
