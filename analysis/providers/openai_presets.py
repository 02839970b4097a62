"""Servers that speak OpenAI's chat completions, and where each differs by its manual."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from analysis.providers.schema import Json

PresetName = Literal["openai", "dashscope", "vllm", "ollama", "lmstudio", "llamacpp", "litellm"]


class Rung(IntEnum):
    """How firmly a server holds its model to the form, from firm to not at all."""

    SCHEMA = 0
    OBJECT = 1
    TEXT = 2


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of server."""

    base_url: str
    model: str = ""
    """Empty: it must be said, because no name is there on every such server."""
    local: bool = False
    """It runs without a key, on a machine of yours."""
    tokens: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    first: Rung = Rung.SCHEMA
    detail: bool = False
    """Whether it knows how closely a picture is to be looked at."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """Fields sent besides."""


PRESETS: Mapping[PresetName, Preset] = {
    "openai": Preset(
        "https://api.openai.com/v1",
        "gpt-5.6-luna",
        tokens="max_completion_tokens",
        detail=True,
        extra={"reasoning_effort": "none"},
    ),
    "dashscope": Preset(
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        "qwen3-vl-flash",
        first=Rung.OBJECT,
        # Structured output and thinking exclude each other there.
        extra={"enable_thinking": False},
    ),
    "vllm": Preset("http://localhost:8000/v1", local=True),
    "ollama": Preset("http://localhost:11434/v1", "qwen3-vl:8b", local=True),
    "lmstudio": Preset("http://localhost:1234/v1", local=True),
    # It serves the one model it was started with, whatever the name.
    "llamacpp": Preset("http://localhost:8080/v1", "default", local=True),
    "litellm": Preset("http://localhost:4000/v1", local=True),
}


def response_format(rung: Rung, schema: Json) -> Json | None:
    """The field of that name; None where the model is only told.

    The schema is nested as OpenAI nests it: llama.cpp takes the flat form of its own manual with
    a 200 and constrains nothing.
    """
    match rung:
        case Rung.SCHEMA:
            held = {"name": "judgement", "strict": True, "schema": schema}
            return {"type": "json_schema", "json_schema": held}
        case Rung.OBJECT:
            return {"type": "json_object"}
        case Rung.TEXT:
            return None
