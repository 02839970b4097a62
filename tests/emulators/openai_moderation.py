"""OpenAI's moderation endpoint, as strict as the vendor's: one picture a call, thirteen scores."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tests.emulators.encoded import Unacceptable, addressed, openai_error
from tests.emulators.server import Answer, Received

KEY = "canary-key"
BOTH = ("self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "violence")
PICTURES = (*BOTH, "violence/graphic")
WORDS = (
    *("harassment", "harassment/threatening", "hate", "hate/threatening"),
    *("illicit", "illicit/violent", "sexual/minors"),
)
LABELS = (*PICTURES, *WORDS)


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Text(_Exact):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]


class _Url(_Exact):
    url: str


class _Image(_Exact):
    type: Literal["image_url"]
    image_url: _Url


class ModerationRequest(_Exact):
    model: Literal["omni-moderation-latest", "omni-moderation-2024-09-26"]
    input: Annotated[
        list[Annotated[_Text | _Image, Field(discriminator="type")]], Field(min_length=1)
    ]


@dataclass
class Moderator:
    """Scores words by marker and pictures by their bytes."""

    words: dict[str, dict[str, float]] = field(default_factory=dict)
    """Marker in the words: scores."""
    pictures: dict[bytes, dict[str, float]] = field(default_factory=dict)
    refuses: frozenset[bytes] = frozenset()
    """Pictures it cannot take."""
    leaves_out: frozenset[str] = frozenset()
    """Labels it judges in nothing."""
    more: dict[str, float] = field(default_factory=dict)
    """Labels added since, judged in words."""
    heard: list[str] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)

    def handle(self, request: Received) -> Answer:
        wrong = "invalid_request_error"
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return openai_error(401, "Incorrect API key", wrong, "invalid_api_key")
        if (request.method, request.path) != ("POST", "/v1/moderations"):
            return openai_error(404, "not found", wrong, None)
        try:
            asked = TypeAdapter(ModerationRequest).validate_json(request.body)
            images = [addressed(p.image_url.url) for p in asked.input if isinstance(p, _Image)]
        except (ValidationError, Unacceptable) as exc:
            return openai_error(400, str(exc), wrong, None)
        if len(images) > 1:
            message = f"Number of images ({len(images)}) exceeds maximum of 1"
            return openai_error(400, message, wrong, "too_many_images")
        if self.refuses.intersection(images):
            return openai_error(400, "Failed to read image", wrong, "image_parse_error")
        text = "".join(part.text for part in asked.input if isinstance(part, _Text))
        self.heard += [text] if text else []
        self.seen += images
        return Answer.of(self._answer(asked.model, text, images))

    def _answer(self, model: str, text: str, images: list[bytes]) -> dict[str, object]:
        scores = dict.fromkeys(LABELS, 0.001) | (self.more if text else {})
        given = [self.pictures.get(image, {}) for image in images]
        given += [marked for marker, marked in self.words.items() if marker in text]
        for one in given:
            scores |= {label: max(score, scores[label]) for label, score in one.items()}
        applied = {label: _applied(label, text, images) for label in scores}
        applied |= {label: [] for label in self.leaves_out}
        flags: dict[str, bool | None] = {label: score > 0.5 for label, score in scores.items()}
        result = {
            "flagged": any(flags.values()),
            "categories": flags | {"illicit": None, "illicit/violent": None},
            "category_scores": scores,
            "category_applied_input_types": applied,
        }
        return {"id": "modr-1", "model": model, "results": [result]}


def _applied(label: str, text: str, images: list[bytes]) -> list[str]:
    seen = bool(images) and label in PICTURES
    return [*(["text"] if text else []), *(["image"] if seen else [])]
