"""``bifocal.request/1`` and ``bifocal.answer/1``: what your own endpoint is sent, and must say.

Described for whoever writes the other side in docs/generic-http.md. Both are read strictly: an
unknown key is a misspelt one.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analysis.errors import ProviderGarbled
from analysis.http import Reply
from analysis.taxonomy import Category
from analysis.types import FactKind, Modality, Origin

NAME = "generic_http"
ANSWER = "bifocal.answer/1"

Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Words = Annotated[str, Field(max_length=2_000)]
Count = Annotated[int, Field(ge=0, le=1 << 40)]

SeenKind = Literal[
    FactKind.OBJECT,
    FactKind.LOGO,
    FactKind.FACE,
    FactKind.SCENE,
    FactKind.LANGUAGE,
    FactKind.SENTIMENT,
    FactKind.ENTITY,
    FactKind.TOPIC,
    FactKind.URL,
    FactKind.DOMAIN,
]
"""Kinds an endpoint may state: not passages, which we read, and not banks, which people fill."""


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SentPassage(_Wire):
    """Some words. ``file`` is the index of the file they belong to, if any."""

    text: str
    origin: Origin
    file: int | None


class SentPicture(_Wire):
    """One picture, or one frame of an animation; ``data`` is base64."""

    file: int
    frame: int
    media_type: str
    data: str = Field(repr=False)


class Request(_Wire):
    """The body of a POST."""

    schema_: Literal["bifocal.request/1"] = Field("bifocal.request/1", alias="schema")
    id: str
    """Random; the same when one request is sent again."""
    categories: tuple[Category, ...]
    passages: tuple[SentPassage, ...]
    pictures: tuple[SentPicture, ...]


class Label(_Wire):
    """What a picture shows or a text is about, in your own words."""

    label: Annotated[str, Field(min_length=1, max_length=200)]
    score: Score = 1.0
    file: Count | None = None


class Seen(_Wire):
    """Something seen or read that is not a judgement."""

    kind: SeenKind
    value: Words
    score: Score = 1.0
    modality: Modality = Modality.IMAGE
    file: Count | None = None
    box: tuple[Score, Score, Score, Score] | None = None
    """Left, top, right, bottom, as fractions of the picture's width and height."""

    @model_validator(mode="after")
    def _upright(self) -> Self:
        if self.box is not None and not (self.box[0] < self.box[2] and self.box[1] < self.box[3]):
            raise ValueError("a box goes from left to right and from top to bottom")
        return self


class Spent(_Wire):
    """What answering took."""

    input_tokens: Count = 0
    output_tokens: Count = 0
    images: Count = 0


class Answer(_Wire):
    """The body of the answer."""

    schema_: Literal["bifocal.answer/1"] = Field(alias="schema")
    id: str
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,60}(@[A-Za-z0-9._:-]{1,30})?$")]
    blocked: bool
    scores: dict[Category, Score]
    modality: Modality | None = None
    explanation: Words = ""
    labels: Annotated[tuple[Label, ...], Field(max_length=200)] = ()
    facts: Annotated[tuple[Seen, ...], Field(max_length=200)] = ()
    usage: Spent | None = None


def read(reply: Reply, *, sent: str, asked: Sequence[Category], files: Collection[int]) -> Answer:
    """The answer, if it is one to what was asked.

    Raises:
        ProviderGarbled: it is not; the message names the places, not the values.
    """
    reply.json(NAME)  # refuses what pydantic would let pass: NaN, and a key that stands twice
    try:
        answer = Answer.model_validate_json(reply.body, strict=True)
    except ValidationError as exc:
        places = sorted({".".join(str(part) for part in e["loc"][:4]) for e in exc.errors()})
        raise _garbled(f"not {ANSWER} at {', '.join(places[:5]) or 'its root'}") from exc
    if answer.id != sent:
        raise _garbled("an answer to another request")
    if surplus := set(answer.scores) - set(asked):
        raise _garbled(f"scores nobody asked for: {', '.join(sorted(surplus))}")
    if not answer.blocked and (missing := set(asked) - set(answer.scores)):
        raise _garbled(f"no score for {', '.join(sorted(missing))}")
    if not _files(answer) <= set(files):
        raise _garbled("a file that was not sent")
    return answer


def _files(answer: Answer) -> set[int]:
    each: Iterable[Label | Seen] = (*answer.labels, *answer.facts)
    return {one.file for one in each if one.file is not None}


def _garbled(message: str) -> ProviderGarbled:
    return ProviderGarbled(message, provider=NAME)


def signature(secret: str, *, timestamp: str, nonce: str, body: bytes) -> str:
    """``v1=`` and the hex HMAC-SHA256 over version, timestamp, nonce and the body's SHA-256."""
    text = f"v1\n{timestamp}\n{nonce}\n{hashlib.sha256(body).hexdigest()}"
    return "v1=" + hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
