"""Any server that speaks OpenAI's chat completions: OpenAI, Alibaba's Qwen-VL, or one of yours.

What is on the wire and in what the servers differ: their manuals, as of 2026-11-22. A server
is held to a JSON schema where it takes one; where it refuses, or plainly does not keep to it, it
is asked for a JSON object, then for plain text. How far down was needed is remembered for as long
as the process lives. The answer is read alike on every rung: strictly, by our own schema.
"""

import base64
import json
import re
from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel, Field, JsonValue, ValidationError, model_validator

from analysis.errors import ProviderError, ProviderGarbled, ProviderRejected
from analysis.http import Refused, Reply
from analysis.providers.answer import is_json, is_refusal
from analysis.providers.findings import Block
from analysis.providers.judgement import Said
from analysis.providers.openai_presets import PRESETS, PresetName, Rung, response_format
from analysis.providers.prompted import Prompted, PromptedOptions
from analysis.providers.provider import Options, Picture, Tools
from analysis.providers.question import Question
from analysis.providers.schema import Json, schema
from analysis.types import Usage

KEY = "BIFOCAL_PROVIDERS__OPENAI_CHAT__API_KEY"

FILTERED = Block(0.9)
"""The vendor's filter withheld the question or the answer. Chosen by eye."""
REFUSED = Block(0.6)
"""The model itself declined, in the field meant for that. Chosen by eye."""
_BLOCKS = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "data_inspection_failed",
        "DataInspectionFailed",
    }
)
_BROKE = frozenset({"insufficient_quota", "credit_balance_exhausted", "Arrearage"})
_ABOUT_FORM = re.compile(
    r"response_format|json_schema|json_object|json mode|json schema|structured|grammar|\bschema\b",
    re.IGNORECASE,
)
_FORM_STATUSES = frozenset({400, 404, 415, 422, 500, 501})
_LABEL = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class OpenAIChatOptions(PromptedOptions):
    """Which server is asked, and how."""

    preset: PresetName = Field("openai", description="Which kind of server answers.")
    organization: str = Field("", description="OpenAI organization the call is billed to.")
    project: str = Field("", description="OpenAI project the call is billed to.")
    detail: str = Field(
        "auto",
        pattern="^(auto|low|high|original)$",
        description="How closely OpenAI looks at a picture.",
    )
    extra_body: dict[str, JsonValue] = Field(
        {}, description="Further fields of the request; null leaves out one the preset sends."
    )

    @property
    def ready(self) -> bool:
        """A server of one's own needs no key; one that serves many models needs a name."""
        return not self.lacks

    @property
    def lacks(self) -> tuple[str, ...]:
        """The key, unless the server is one of one's own."""
        return () if PRESETS[self.preset].local else super().lacks

    @property
    def at_home(self) -> bool:
        """Whether the server is one of one's own, by its address or by its preset."""
        return super().at_home or (PRESETS[self.preset].local and not self.base_url)

    @model_validator(mode="after")
    def _named(self) -> "OpenAIChatOptions":
        if not (self.model or PRESETS[self.preset].model):
            raise ValueError(f"preset {self.preset!r} has no model of its own: set model")
        return self


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str


class _Counts(BaseModel):
    prompt_tokens: int = Field(0, ge=0)
    completion_tokens: int = Field(0, ge=0)


class _Answer(BaseModel):
    choices: tuple[_Choice, ...] = Field(min_length=1)
    model: str | None = None
    usage: _Counts | None = None


class OpenAIChat(Prompted):
    """Judges words and pictures in one call."""

    name = "openai_chat"
    options_type: ClassVar[type[Options]] = OpenAIChatOptions

    def __init__(self, options: OpenAIChatOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._preset = PRESETS[options.preset]
        self._model = options.model or self._preset.model
        self._url = f"{(options.base_url or self._preset.base_url).rstrip('/')}/chat/completions"
        self._rung = self._preset.first

    async def say(self, asked: Question, tokens: int) -> Said:
        """Put a question, a rung lower each time the server says it knows no such form."""
        while True:
            rung = self._rung
            try:
                reply = await self._sent(asked, tokens, rung)
            except Refused as exc:
                error = _Error.of(exc.reply)
                if error.blocked:
                    usage = Usage(self._model, images=len(asked.brief.pictures))
                    return Said(self._model, usage, block=FILTERED)
                if rung is Rung.TEXT or not error.about_form:
                    raise self._explained(error) from exc
                self._lower(rung)
                continue
            said = self._said(reply, rung, len(asked.brief.pictures))
            if rung is not Rung.TEXT and _unheld(said):
                # A server that constrains gives JSON or nothing; the repair asks a rung lower.
                self._lower(rung)
            return said

    def _lower(self, rung: Rung) -> None:
        # Another call may have found out the same meanwhile.
        self._rung = max(self._rung, Rung(rung + 1))

    async def _sent(self, asked: Question, tokens: int, rung: Rung) -> Reply:
        options = self._options
        headers = {"openai-organization": options.organization, "openai-project": options.project}
        if options.api_key:
            headers["authorization"] = f"Bearer {options.api_key.get_secret_value()}"
        body = self._body(asked, tokens, rung)
        sent = {name: value for name, value in headers.items() if value}
        return await self._http.send(self._post(self._url, body, sent), worth_retrying=_may_pass)

    def _body(self, asked: Question, tokens: int, rung: Rung) -> Json:
        form = schema(asked.brief.categories)
        system = asked.system
        if rung is not Rung.SCHEMA:
            system += f"\nThe JSON object has this JSON schema:\n{json.dumps(form)}"
        body: Json = {
            "model": self._model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": list(self._parts(asked))},
            ],
            self._preset.tokens: tokens,
            **self._preset.extra,
        }
        if held := response_format(rung, form):
            body["response_format"] = held
        body |= self._options.extra_body
        left_out = {name for name, value in self._options.extra_body.items() if value is None}
        return {name: value for name, value in body.items() if name not in left_out}

    def _parts(self, asked: Question) -> Iterator[Json]:
        if not asked.brief.pictures:
            # Servers whose model has no eyes take words in a list too, but as one part.
            yield {"type": "text", "text": "\n".join(str(part) for part in asked.parts)}
            return
        for part in asked.parts:
            if isinstance(part, Picture):
                yield {"type": "image_url", "image_url": self._image(part)}
            else:
                yield {"type": "text", "text": part}

    def _image(self, picture: Picture) -> Json:
        data = base64.b64encode(picture.data).decode("ascii")
        image: Json = {"url": f"data:{picture.media_type};base64,{data}"}
        return image | {"detail": self._options.detail} if self._preset.detail else image

    def _said(self, reply: Reply, rung: Rung, pictures: int) -> Said:
        try:
            answer = _Answer.model_validate(reply.json(self.name))
        except ValidationError as exc:
            place = exc.errors()[0]["loc"]
            raise ProviderGarbled(f"unexpected reply at {place!r}", provider=self.name) from exc
        counts, model = answer.usage or _Counts(), answer.model or self._model
        usage = Usage(model, 1, counts.prompt_tokens, counts.completion_tokens, pictures)
        first = answer.choices[0]
        if first.finish_reason == "content_filter":
            return Said(model, usage, block=FILTERED)
        if first.message.refusal:
            return Said(model, usage, block=REFUSED)
        if first.finish_reason == "length":
            return Said(model, usage, cut=True)
        if first.finish_reason != "stop" or first.message.content is None:
            error = ProviderGarbled("finished without an answer", provider=self.name)
            error.usage = (usage,)
            raise error
        return Said(model, usage, first.message.content, loose=rung is Rung.TEXT)

    def _explained(self, error: "_Error") -> ProviderError:
        known = {
            401: f"the key is not valid: set {KEY} anew",
            402: "the credit is used up: add credit with the vendor",
            403: "the key may not do this: check its rights and region",
            404: f"no model {self._model!r} there: set [providers.openai_chat] model or base_url",
            413: "the post is too large for it: lower max_pictures or max_side",
        }
        said = known.get(error.status, "the request was refused")
        # Of 429s only those come here that no waiting mends.
        broke = error.status == 429 or bool(error.labels & _BROKE)  # noqa: PLR2004 - HTTP's own
        if broke:
            said = known[402]
        labels = " ".join(sorted(error.labels))
        return ProviderRejected(
            f"HTTP {error.status} {labels}: {said}",
            provider=self.name,
            # True of every post: all but 413, which is about this one.
            lasting=broke or error.status in {401, 402, 403, 404},
        )


class _Error:
    """An error body in any of the shapes the servers use."""

    def __init__(self, status: int, labels: frozenset[str], message: str) -> None:
        self.status = status
        self.labels = labels
        """Its code, type and parameter: words, never prose."""
        self._message = message

    @classmethod
    def of(cls, reply: Reply) -> "_Error":
        try:
            body = reply.json("openai_chat")
        except ProviderGarbled:
            body = None
        outer = body if isinstance(body, dict) else {}
        inner = outer.get("error", outer)
        held = inner if isinstance(inner, dict) else {"message": inner}
        labels = (held.get(name) for name in ("code", "type", "param"))
        message = held.get("message")
        return cls(
            reply.status,
            frozenset(w for w in labels if isinstance(w, str) and _LABEL.fullmatch(w)),
            message if isinstance(message, str) else "",
        )

    @property
    def blocked(self) -> bool:
        """Whether the vendor withheld the answer for what the post holds."""
        return bool(self.labels & _BLOCKS)

    @property
    def about_form(self) -> bool:
        """Whether the server says that it does not know the form it was asked to answer in."""
        said = f"{' '.join(self.labels)} {self._message}"
        return self.status in _FORM_STATUSES and _ABOUT_FORM.search(said) is not None


def _may_pass(reply: Reply) -> bool:
    """No waiting mends an empty purse, nor a server that cannot hold to a form."""
    error = _Error.of(reply)
    return not (error.labels & _BROKE or error.about_form)


def _unheld(said: Said) -> bool:
    """Whether the model was evidently not held to JSON; a refusal says nothing of that."""
    answered = said.block is None and not said.cut
    return answered and not is_refusal(said.text) and not is_json(said.text)
