"""Reads what Cloud Vision says of one picture, strictly; nothing of a face but where it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Annotated, Any, Literal

from PIL import Image as Pillow
from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from analysis.errors import ProviderError, ProviderGarbled, ProviderRejected, ProviderUnavailable
from analysis.providers.provider import Picture
from analysis.providers.sending import pointing_at
from analysis.providers.strict import Strict, Unit, read_as
from analysis.taxonomy import Category
from analysis.text import well_formed
from analysis.types import (
    Box,
    Fact,
    FactKind,
    Failure,
    FailureKind,
    Findings,
    Grounds,
    Image,
    Modality,
    Signal,
    Usage,
)

PROVIDER = "google_vision"
VERSION = 1
"""Of the two tables below."""
MODEL = "images:annotate"

SAFE_SEARCH: Mapping[str, tuple[Category, ...]] = {
    "adult": (Category.SEXUAL_EXPLICIT, Category.NUDITY),
    "racy": (Category.SUGGESTIVE,),
    "violence": (Category.VIOLENCE,),
}
"""What is judged by; ``spoof`` is no scam and ``medical`` no harm, so they are labels."""
LIKELIHOOD: Mapping[str, float | None] = {
    "VERY_UNLIKELY": 0.02,
    "UNLIKELY": 0.15,
    "POSSIBLE": 0.5,
    "LIKELY": 0.8,
    "VERY_LIKELY": 0.95,
    "UNKNOWN": None,
}
"""Our choice, to be calibrated."""
_WORTH_TELLING = 0.5
LONGEST_NAME = 80
LONGEST_TEXT = 20_000

_PASSING = frozenset({1, 2, 4, 8, 10, 13, 14})
"""google.rpc codes that another day may not have: cancelled, unknown, deadline, exhausted,
aborted, internal, unavailable."""

Likelihood = Literal["UNKNOWN", "VERY_UNLIKELY", "UNLIKELY", "POSSIBLE", "LIKELY", "VERY_LIKELY"]
Edge = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class _Camel(Strict):
    model_config = ConfigDict(alias_generator=to_camel)


class _Vertex(_Camel):
    # Google leaves out what is 0: a corner of the picture is {}.
    x: Edge = 0.0
    y: Edge = 0.0


class _Poly(_Camel):
    vertices: list[_Vertex] = Field(default_factory=list)
    normalized_vertices: list[_Vertex] = Field(default_factory=list)


class _Face(_Camel):
    bounding_poly: _Poly
    detection_confidence: Unit


class _Label(_Camel):
    description: str
    score: Unit


class _Logo(_Label):
    bounding_poly: _Poly | None = None


class _Text(_Camel):
    description: str
    bounding_poly: _Poly | None = None


class _Object(_Camel):
    name: str
    score: Unit
    bounding_poly: _Poly


class _Safe(_Camel):
    adult: Likelihood
    spoof: Likelihood
    medical: Likelihood
    violence: Likelihood
    racy: Likelihood

    def of(self, name: str) -> float | None:
        said = {"adult": self.adult, "racy": self.racy, "violence": self.violence}
        return LIKELIHOOD[said[name]]


class _Item(_Camel):
    # A list that is empty is left out; SafeSearch is not.
    safe_search_annotation: _Safe
    face_annotations: list[_Face] = Field(default_factory=list)
    label_annotations: list[_Label] = Field(default_factory=list)
    logo_annotations: list[_Logo] = Field(default_factory=list)
    text_annotations: list[_Text] = Field(default_factory=list)
    localized_object_annotations: list[_Object] = Field(default_factory=list)


class _Error(_Camel):
    code: int


class _Failed(_Camel):
    error: _Error


class _Reply(_Camel):
    responses: list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in one picture. A score of None: it could not tell."""

    media: int
    scores: Mapping[str, float | None]
    facts: tuple[Fact, ...]


def responses(value: Any, pictures: int) -> list[dict[str, object]]:
    """One response a picture, in order, each to be read by itself.

    Raises:
        ProviderGarbled: there are more or fewer.
    """
    found = read_as(_Reply, value, PROVIDER).responses
    if len(found) != pictures:
        raise ProviderGarbled(f"{len(found)} responses to {pictures} pictures", provider=PROVIDER)
    return found


def seen_in(answer: Mapping[str, object], image: Image, sent: Picture) -> Seen:
    """Read one picture's response.

    Raises:
        ProviderUnavailable, ProviderRejected: it has an error of its own, within HTTP 200.
        ProviderGarbled: it is not as documented.
    """
    if "error" in answer:
        raise _failed(read_as(_Failed, answer, PROVIDER).error.code)
    item = read_as(_Item, answer, PROVIDER)
    scores = {name: item.safe_search_annotation.of(name) for name in SAFE_SEARCH}
    return Seen(image.frame_of, scores, tuple(_facts(item, image.frame_of, sent)))


def merged(seen: Sequence[Seen], failures: tuple[Failure, ...], billed: Sequence[int]) -> Findings:
    """One signal a category, the highest of all pictures; ``billed``: pictures of each call."""
    highest: dict[Category, tuple[float, int]] = {}
    for name, categories in SAFE_SEARCH.items():
        known = [(each.scores[name] or 0.0, each.media) for each in seen if _told(each, name)]
        if known:
            best = max(known, key=lambda pair: pair[0])
            highest.update(dict.fromkeys(categories, best))
    source = f"{PROVIDER}@{VERSION}"
    signals = tuple(
        Signal(category, score, Modality.IMAGE, Grounds.MODEL, source, pointing_at(media))
        for category, (score, media) in highest.items()
    )
    return Findings(
        signals,
        tuple(fact for each in seen for fact in each.facts),
        (*(failure for each in seen for failure in _untold(each)), *failures),
        usage=tuple(Usage(MODEL, images=pictures) for pictures in billed),
        judged=frozenset(highest),
    )


def _told(seen: Seen, name: str) -> bool:
    return seen.scores[name] is not None


def _untold(seen: Seen) -> Iterator[Failure]:
    names = [name for name in SAFE_SEARCH if not _told(seen, name)]
    if names:
        reason = f"Google Cloud Vision could not tell: {', '.join(names)}"
        yield Failure(PROVIDER, FailureKind.UNREADABLE, reason, seen.media)


def _failed(code: int) -> ProviderError:
    """Its message is not repeated: what it quotes is not ours to choose."""
    kind = ProviderUnavailable if code in _PASSING else ProviderRejected
    return kind(f"Google Cloud Vision failed on this picture: code {code}", provider=PROVIDER)


def _facts(item: _Item, media: int, sent: Picture) -> Iterator[Fact]:
    size = _size(sent)
    for name in ("spoof", "medical"):
        likely = LIKELIHOOD[getattr(item.safe_search_annotation, name)] or 0.0
        if likely >= _WORTH_TELLING:
            yield Fact(FactKind.LABEL, name, likely, Modality.IMAGE, media)
    for label in item.label_annotations:
        yield _fact(FactKind.LABEL, label.description, label.score, media, None)
    for logo in item.logo_annotations:
        box = _box(logo.bounding_poly, size)
        yield _fact(FactKind.LOGO, logo.description, logo.score, media, box)
    for thing in item.localized_object_annotations:
        box = _box(thing.bounding_poly, size)
        yield _fact(FactKind.OBJECT, thing.name, thing.score, media, box)
    for number, face in enumerate(item.face_annotations, 1):
        box = _box(face.bounding_poly, size)
        yield _fact(FactKind.FACE, str(number), face.detection_confidence, media, box)
    # The first is the whole text; the others are its words one by one.
    for text in item.text_annotations[:1]:
        words = well_formed(text.description).strip()[:LONGEST_TEXT]
        if words:
            box = _box(text.bounding_poly, size)
            yield Fact(FactKind.OCR, words, 1.0, Modality.IMAGE, media, box)


def _fact(kind: FactKind, value: str, score: float, media: int, box: Box | None) -> Fact:
    named = " ".join(well_formed(value).split())[:LONGEST_NAME]
    return Fact(kind, named, score, Modality.IMAGE, media, box)


def _size(sent: Picture) -> tuple[int, int]:
    """Width and height as sent: some corners come in pixels of that. Ours, so safe to open."""
    with Pillow.open(BytesIO(sent.data), formats=("JPEG", "PNG")) as picture:
        return picture.size


def _box(poly: _Poly | None, size: tuple[int, int]) -> Box | None:
    """The smallest upright box around it, within the picture; None where it encloses nothing."""
    if poly is None:
        return None
    width, height = (1, 1) if poly.normalized_vertices else size
    corners = poly.normalized_vertices or poly.vertices
    if not corners:
        return None
    across = [min(1.0, max(0.0, corner.x / width)) for corner in corners]
    down = [min(1.0, max(0.0, corner.y / height)) for corner in corners]
    box = Box(min(across), min(down), max(across), max(down))
    return box if box.left < box.right and box.top < box.bottom else None
