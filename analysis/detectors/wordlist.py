"""Lists of words, each with a strength, found whole, at a word's start, or inside words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import ahocorasick

from analysis.detectors.passages import Reading
from analysis.detectors.phrases import Hit
from analysis.text import View, fold

_SECTION = re.compile(r"\[(?P<strength>[\d.]+) (?P<stand>whole|prefix|inside)\]")
_MASKED = re.compile(r"(?<![\w*#])[^\W\d_]+[*#]{1,4}[^\W\d_]+(?![\w*#])")
_MASKABLE = 0.4
"""Weaker words are not looked for behind asterisks: too many honest words share their frame."""
_LONGEST_WORD = 60
"""Characters either side in which a word's edges are looked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A listed word. ``lead`` is 1 where the key begins with the space before the word."""

    word: str
    strength: float
    lead: int


class WordList:
    """One list, compiled to an Aho-Corasick automaton over spellings."""

    def __init__(self, text: str) -> None:
        self._allowed: set[str] = set()
        self._words = ahocorasick.Automaton()
        self._masks: dict[tuple[str, str, int], list[Entry]] = {}
        stand, strength = "", 0.0
        for line in text.splitlines():
            if header := _SECTION.fullmatch(line):
                stand, strength = header["stand"], float(header["strength"])
            elif line == "[allow]":
                stand = "allow"
            elif line and not line.startswith("#"):
                for word in line.split(","):
                    self._add(word.strip(), stand, strength)
        self._allows = _automaton(self._allowed)
        self._words.make_automaton()

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yield each listed word once per place, in any spelling; ``kind`` is the listed word."""
        seen: set[tuple[int, int]] = set()
        for view in reading.views:
            for hit in self._in_view(view):
                if (hit.start, hit.end) not in seen:
                    seen.add((hit.start, hit.end))
                    yield hit
        yield from self._masked(reading)

    def entries(self) -> Iterator[Entry]:
        """Yield every listed word."""
        yield from self._words.values()

    def _add(self, word: str, stand: str, strength: float) -> None:
        if stand == "allow":
            self._allowed.add(word)
            return
        entry = Entry(word, strength, int(stand != "inside"))
        lead = "" if stand == "inside" else " "
        self._words.add_word(f"{lead}{word}{' ' if stand == 'whole' else ''}", entry)
        if strength >= _MASKABLE and " " not in word:
            self._masks.setdefault((word[0], word[-1], len(word)), []).append(entry)

    def _in_view(self, view: View) -> Iterator[Hit]:
        allowed = self._allowed_places(view.text)
        for last, entry in self._words.iter(view.text):
            end = last + 1 - (view.text[last] == " ")
            start = end - len(entry.word)
            if not allowed[start]:
                yield Hit(entry.word, entry.strength, *view.span(start, _word_end(view.text, end)))

    def _allowed_places(self, text: str) -> bytearray:
        marks = bytearray(len(text))
        if len(self._allows):
            for last, length in self._allows.iter(text):
                marks[last + 1 - length : last + 1] = b"\x01" * length
        return marks

    def _masked(self, reading: Reading) -> Iterator[Hit]:
        if "*" not in reading.text and "#" not in reading.text:
            return
        view = fold(reading.text)
        for found in _MASKED.finditer(view.text):
            framed = self._masks.get((found[0][0], found[0][-1], len(found[0])), ())
            if meant := [entry for entry in framed if _shows_through(found[0], entry.word)]:
                # Two words may lie behind one mask; the milder one is assumed.
                entry = min(meant, key=lambda entry: entry.strength)
                yield Hit(entry.word, entry.strength, *view.span(*found.span()))


def _automaton(phrases: set[str]) -> ahocorasick.Automaton:
    made = ahocorasick.Automaton()
    for phrase in phrases:
        made.add_word(f" {phrase} ", len(phrase) + 2)
    if phrases:
        made.make_automaton()
    return made


def _shows_through(masked: str, word: str) -> bool:
    return all(sign in {"*", "#", letter} for sign, letter in zip(masked, word, strict=True))


def _word_end(text: str, end: int) -> int:
    edge = text.find(" ", end, end + _LONGEST_WORD)
    return edge if edge > 0 else end


@cache
def bundled_words(name: str) -> WordList:
    """Compile a list of ``analysis/detectors/data``, once per process."""
    return WordList(files("analysis.detectors").joinpath("data", f"{name}.txt").read_text("utf-8"))
