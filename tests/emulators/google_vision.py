"""Cloud Vision's ``images:annotate``, as strict as the vendor's."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tests.emulators.encoded import GOOGLE_BAD_KEY, Unacceptable, google_error, picture
from tests.emulators.server import Answer, Received

KEY = "canary-key"
MOST_JSON = 10_000_000
_COUNTED = Literal["FACE_DETECTION", "LABEL_DETECTION", "LOGO_DETECTION", "OBJECT_LOCALIZATION"]


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Image(_Exact):
    content: str


class _Plain(_Exact):
    type: Literal["SAFE_SEARCH_DETECTION", "TEXT_DETECTION"]


class _Counted(_Exact):
    type: _COUNTED
    maxResults: Annotated[int, Field(ge=1)]  # noqa: N815 - the vendor's name


class _Request(_Exact):
    image: _Image
    features: Annotated[list[_Plain | _Counted], Field(min_length=1)]


class AnnotateRequest(_Exact):
    requests: Annotated[list[_Request], Field(min_length=1)]


def nothing() -> dict[str, Any]:
    """What is said of a picture with nothing in it: SafeSearch, and no lists at all."""
    kinds = ("adult", "spoof", "medical", "violence", "racy")
    return {"safeSearchAnnotation": dict.fromkeys(kinds, "VERY_UNLIKELY")}


def safe_search(**said: str) -> dict[str, Any]:
    return {"safeSearchAnnotation": nothing()["safeSearchAnnotation"] | said}


@dataclass
class Viewer:
    """Says of each picture what the script has for its bytes."""

    sees: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    most: int = 16
    seen: list[list[bytes]] = field(default_factory=list)
    """Pictures, by call."""
    features: set[str] = field(default_factory=set)

    def handle(self, request: Received) -> Answer:
        if request.headers.get("x-goog-api-key") != KEY or request.query:
            return google_error(400, "API key not valid", "INVALID_ARGUMENT", GOOGLE_BAD_KEY)
        if (request.method, request.path) != ("POST", "/v1/images:annotate"):
            return google_error(404, "not found", "NOT_FOUND")
        if len(request.body) > MOST_JSON:
            return google_error(400, "Request payload size exceeds", "INVALID_ARGUMENT")
        try:
            asked = TypeAdapter(AnnotateRequest).validate_json(request.body)
            pictures = [picture(each.image.content, "image/png") for each in asked.requests]
        except (ValidationError, Unacceptable) as exc:
            return google_error(400, str(exc), "INVALID_ARGUMENT")
        if len(pictures) > self.most:
            return google_error(400, "Too many images per request", "INVALID_ARGUMENT")
        self.seen.append(pictures)
        self.features |= {feature.type for each in asked.requests for feature in each.features}
        return Answer.of({"responses": [self.sees.get(each, nothing()) for each in pictures]})
