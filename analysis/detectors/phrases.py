"""Phrases written by people, in a TOML file, found in every spelling of a text.

A phrase is an RE2 expression over folded words (lower case, no accents, one space between
words). A space in it also matches no space, because readers of pictures glue words together;
``...`` stands for up to 40 characters. It must begin and end at a word's edge.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import re2

from analysis.detectors.passages import Reading
from analysis.text import View

_MEMORY = 64 << 20
"""Bytes RE2 may use for a file's automaton; it fails, rather than slows, without enough."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of a phrase file: what it is a sign of, and how strong a sign."""

    kind: str
    weight: float
    pattern: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found in a reading, with its offsets in the reading's text."""

    kind: str
    weight: float
    start: int
    end: int


class Phrases:
    """The cues of one file, compiled together."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        options = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False
        self._cues = cues
        self._each = [re2.compile(_expression(cue.pattern), options) for cue in cues]
        self._all = re2.Set.SearchSet(options)
        for cue in cues:
            self._all.Add(_expression(cue.pattern))
        self._all.Compile()

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yield each place where a cue stands, in any spelling, once."""
        seen: set[tuple[str, int, int]] = set()
        for view in reading.views:
            for hit in self._in_view(view):
                place = (hit.kind, hit.start, hit.end)
                if place not in seen:
                    seen.add(place)
                    yield hit

    def _in_view(self, view: View) -> Iterator[Hit]:
        for index in self._all.Match(view.text) or ():
            for match in self._each[index].finditer(view.text):
                cue = self._cues[index]
                yield Hit(cue.kind, cue.weight, *view.span(*match.span(1)))


def _expression(phrase: str) -> str:
    return " (" + phrase.replace("...", ".{0,40}").replace(" ", " ?") + ") "


@cache
def bundled(name: str) -> Phrases:
    """Compile a phrase file of ``analysis/detectors/data``, once per process."""
    text = files("analysis.detectors").joinpath("data", f"{name}.toml").read_text("utf-8")
    return Phrases(tuple(_cues(tomllib.loads(text))))


def _cues(table: dict[str, list[dict[str, object]]]) -> Iterator[Cue]:
    for entry in table["cue"]:
        phrases = entry["any"]
        if not isinstance(phrases, list):
            raise TypeError(f"any must be a list of phrases, got {phrases!r}")
        for phrase in phrases:
            yield Cue(str(entry["kind"]), float(str(entry["weight"])), str(phrase))
