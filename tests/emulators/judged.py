"""What emulators of models share: reading the question, and answering it in good form."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_POST = re.compile(r"<<<POST ([0-9a-f]{32})>>>\n(.*?)\n?(?:<<<END \1>>>|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """The question as the model sees it."""

    system: str
    texts: tuple[str, ...]
    """The user's text parts, in order."""
    pictures: tuple[bytes, ...]
    categories: tuple[str, ...]

    @property
    def check(self) -> str:
        found = re.search(r"<<<END ([0-9a-f]{32})>>>", self.texts[-1])
        assert found is not None, "the last part closes the post"
        return found.group(1)

    @property
    def post(self) -> tuple[dict[str, str], ...]:
        """The post's passages, each with id, origin and text."""
        found = _POST.search("\n".join(self.texts))
        assert found is not None, "a post stands between delimiters"
        lines = [line for line in found.group(2).splitlines() if line.startswith("{")]
        return tuple(json.loads(line) for line in lines)

    @property
    def items(self) -> list[str]:
        numbers = range(1, len(self.pictures) + 1)
        return [passage["id"] for passage in self.post] + [f"p{n}" for n in numbers]


def categories_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(schema["properties"]["scores"]["required"])


@dataclass
class Mind:
    """What the model thinks of any post: a word's scores where the word stands in it."""

    scores: Mapping[str, float] = field(default_factory=dict)
    """By category, said of every post."""
    words: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    changes: Mapping[str, object] = field(default_factory=dict)
    """Fields answered instead of the usual."""

    def answer(self, asked: Asked) -> str:
        return json.dumps(self.judgement(asked))

    def judgement(self, asked: Asked) -> dict[str, object]:
        scores = dict.fromkeys(asked.categories, 0.0) | dict(self.scores)
        for passage in asked.post:
            for word, said in self.words.items():
                scores |= said if word in passage["text"] else {}
        return {
            "check": asked.check,
            "items": asked.items,
            "explanation": "A post.",
            "scores": scores,
            "labels": [],
            "objects": [],
            "logos": [],
            "faces": [],
            "scene": "",
            "sentiment": 0.0,
            "entities": [],
            "topics": [],
            **self.changes,
        }
