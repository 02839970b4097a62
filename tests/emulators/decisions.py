"""Google's and OpenAI's decision endpoints, as strict as the vendors'."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tests.emulators.encoded import (
    GOOGLE_BAD_KEY,
    Unacceptable,
    addressed,
    google_error,
    openai_error,
    picture,
)
from tests.emulators.server import Answer, Received

KEY = "canary-key"


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Text(_Exact):
    type: Literal["text"]
    text: str


class _Image(_Exact):
    type: Literal["image"]
    mime_type: Literal["image/png", "image/jpeg"]
    data: str
    resolution: Literal["low", "medium", "high", "ultra_high"]


class _Criteria(_Exact):
    true_description: str
    false_description: str


class _Noul(_Exact):
    type: Literal["noul"]
    instructions: str
    criteria: _Criteria


class _Score(_Exact):
    type: Literal["score"]
    instructions: str
    criteria: Annotated[list[str], Field(min_length=2, max_length=255)]


class _Choice(_Exact):
    type: Literal["choice"]
    instructions: str
    criteria: Annotated[dict[str, str], Field(min_length=2, max_length=255)]


_Question = Annotated[_Noul | _Score | _Choice, Field(discriminator="type")]


class GeminiRequest(_Exact):
    model: Literal["gemini-decision-1"]
    input: Annotated[
        list[Annotated[_Text | _Image, Field(discriminator="type")]], Field(min_length=1)
    ]
    questions: Annotated[dict[str, _Question], Field(min_length=1, max_length=1000)]


class _InputText(_Exact):
    type: Literal["input_text"]
    text: str


class _InputImage(_Exact):
    type: Literal["input_image"]
    image_url: str
    detail: Literal["auto", "low", "high", "original"]


class _Message(_Exact):
    type: Literal["message"]
    role: Literal["user"]
    content: list[Annotated[_InputText | _InputImage, Field(discriminator="type")]]


class _Predicate(_Exact):
    type: Literal["predicate"]
    name: str
    instructions: str


class _Level(_Exact):
    label: str


class _Levels(_Exact):
    type: Literal["score"]
    name: str
    instructions: str
    levels: Annotated[list[_Level], Field(min_length=2, max_length=10)]


class _Option(_Exact):
    value: str
    description: str


class _Options(_Exact):
    type: Literal["choice"]
    name: str
    instructions: str
    choices: Annotated[list[_Option], Field(min_length=2, max_length=255)]


class OpenAiRequest(_Exact):
    model: Literal["gpt-6-luna"]
    input: Annotated[list[_Message], Field(min_length=1)]
    questions: Annotated[
        list[Annotated[_Predicate | _Levels | _Options, Field(discriminator="type")]],
        Field(min_length=1, max_length=400),
    ]


@dataclass
class Decider:
    """Answers every question from a script; a marker in the words makes it refuse the post."""

    scores: dict[str, float] = field(default_factory=dict)
    mood: int = 2
    scene: str = "other"
    refuses: frozenset[str] = frozenset()
    blocks: dict[str, str] = field(default_factory=dict)
    """Marker in the words: reason."""
    pictures: list[bytes] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def gemini(self, request: Received) -> Answer:
        if request.headers.get("x-goog-api-key") != KEY or request.query:
            return google_error(400, "API key not valid", "INVALID_ARGUMENT", GOOGLE_BAD_KEY)
        if (request.method, request.path) != ("POST", "/v1beta/decisions"):
            return google_error(404, "not found", "NOT_FOUND")
        try:
            asked = TypeAdapter(GeminiRequest).validate_json(request.body)
            for part in asked.input:
                if isinstance(part, _Image):
                    self.pictures.append(picture(part.data, part.mime_type))
        except (ValidationError, Unacceptable) as exc:
            return google_error(400, str(exc), "INVALID_ARGUMENT")
        text = "".join(part.text for part in asked.input if isinstance(part, _Text))
        self.words.append(text)
        for marker, reason in self.blocks.items():
            if marker in text:
                return Answer.of({"prompt_feedback": {"block_reason": reason}})
        answers = {name: self._gemini(name, each) for name, each in asked.questions.items()}
        usage = {"total_input_tokens": 210, "total_output_tokens": 0, "total_tokens": 210}
        return Answer.of({"answers": answers, "usage": usage})

    def _gemini(self, name: str, question: _Noul | _Score | _Choice) -> dict[str, object]:
        match question:
            case _Noul():
                noul = min(0.99, max(0.01, self.scores.get(name, 0.01)))
                return {"type": "noul", "noul": noul, "confidence": max(noul, 1 - noul)}
            case _Score():
                spread = {str(n): float(n == self.mood) for n in range(len(question.criteria))}
                legend = {str(n): level for n, level in enumerate(question.criteria)}
                answer = {"type": "score", "score": float(self.mood), "confidence": 1.0}
                return {**answer, "probabilities": spread, "legend": legend}
            case _Choice():
                odds = {option: float(option == self.scene) for option in question.criteria}
                answer = {"type": "choice", "choice": self.scene, "confidence": 1.0}
                return {**answer, "probabilities": odds}

    def openai(self, request: Received) -> Answer:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            kind = "invalid_request_error"
            return openai_error(401, "Incorrect API key", kind, "invalid_api_key")
        if (request.method, request.path) != ("POST", "/v1/decisions"):
            return openai_error(404, "not found", "invalid_request_error", None)
        try:
            asked = TypeAdapter(OpenAiRequest).validate_json(request.body)
            parts = [part for message in asked.input for part in message.content]
            for part in parts:
                if isinstance(part, _InputImage):
                    self.pictures.append(addressed(part.image_url))
        except (ValidationError, Unacceptable) as exc:
            return openai_error(400, str(exc), "invalid_request_error", None)
        text = "".join(part.text for part in parts if isinstance(part, _InputText))
        self.words.append(text)
        for marker, reason in self.blocks.items():
            if marker in text:
                return openai_error(400, "refused", "invalid_request_error", reason)
        answers = [self._openai(each) for each in asked.questions]
        return Answer.of({"model": "gpt-6-luna-0911", "answers": answers, "usage": _USAGE})

    def _openai(self, question: _Predicate | _Levels | _Options) -> dict[str, object]:
        if question.name in self.refuses:
            return {"type": "refusal", "name": question.name}
        match question:
            case _Predicate(name=name):
                score = self.scores.get(name, 0.02)
                return {"type": "predicate", "name": name, "probability": score}
            case _Levels(name=name):
                spread = [
                    {"label": level.label, "value": n, "probability": float(n == self.mood)}
                    for n, level in enumerate(question.levels)
                ]
                answer = {"type": "score", "name": name, "score": float(self.mood)}
                return {**answer, "confidence": 1.0, "probabilities": spread}
            case _Options(name=name):
                odds = [
                    {"value": option.value, "probability": float(option.value == self.scene)}
                    for option in question.choices
                ]
                answer = {"type": "choice", "name": name, "choice": self.scene}
                return {**answer, "confidence": 1.0, "probabilities": odds}


_USAGE = {
    "input_tokens": 300,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 0,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 300,
}
