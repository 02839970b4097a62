"""The one form of a joint judgement, as plain JSON Schema, and as the strict types that read it.

It keeps within what OpenAI's strict mode takes (every property required, no others allowed), and
within what Gemini, vLLM, Ollama, LM Studio and llama.cpp constrain by. It is the same for every
call with the same categories, because vendors compile a schema once and remember it.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from analysis.taxonomy import Category

Json = dict[str, object]

MOST_ITEMS = 200
"""Longest list read; far above the 20 asked for. Chosen by eye."""

Certainty = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Permille = Annotated[int, Field(ge=0, le=1000)]
BoxOrNone = Annotated[list[Permille], Field(max_length=4)]
Words = Annotated[list[str], Field(max_length=MOST_ITEMS)]


class _Strict(BaseModel):
    """No coercion: ``"0.9"`` and ``true`` are no numbers. What was not asked for is dropped."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Label(_Strict):
    """Something depicted."""

    name: str
    score: Certainty


class Located(_Strict):
    """Something depicted, and where."""

    name: str
    score: Certainty
    picture: str
    box: BoxOrNone


class Face(_Strict):
    """Where a face is; whose is not asked."""

    picture: str
    box: BoxOrNone


class Answer(_Strict):
    """What the judge said, type by type and range by range. Field order is the schema's."""

    check: str
    items: Words
    explanation: str
    scores: dict[str, Certainty]
    labels: Annotated[list[Label], Field(max_length=MOST_ITEMS)]
    objects: Annotated[list[Located], Field(max_length=MOST_ITEMS)]
    logos: Annotated[list[Located], Field(max_length=MOST_ITEMS)]
    faces: Annotated[list[Face], Field(max_length=MOST_ITEMS)]
    scene: str
    sentiment: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
    entities: Words
    topics: Words


def schema(categories: Sequence[Category]) -> Json:
    """The judgement's form, with a score for each category asked."""
    label: Json = {"name": _TEXT, "score": _certainty()}
    located: Json = {**label, "picture": _TEXT, "box": _list({"type": "integer"})}
    return _object(
        {
            "check": _TEXT,
            "items": _list(_TEXT),
            "explanation": _TEXT,
            "scores": _object({category.value: _certainty() for category in categories}),
            "labels": _list(_object(label)),
            "objects": _list(_object(located)),
            "logos": _list(_object(located)),
            "faces": _list(_object({"picture": _TEXT, "box": _list({"type": "integer"})})),
            "scene": _TEXT,
            "sentiment": {"type": "number", "minimum": -1, "maximum": 1},
            "entities": _list(_TEXT),
            "topics": _list(_TEXT),
        }
    )


_TEXT: Json = {"type": "string"}


def _certainty() -> Json:
    return {"type": "number", "minimum": 0, "maximum": 1}


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _object(properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
