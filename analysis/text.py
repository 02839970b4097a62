"""Text made storable, and made comparable with a way back to the words as they were written.

``well_formed`` is for everyone. ``fold`` and ``spellings`` are for matching: people who mean to
evade a word list write in look-alike letters, digits, stretched or spaced letters, with invisible
characters or under stacks of accents. Every function takes time linear in the text.
"""

import re
import unicodedata
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analysis.lookalikes import enclosed, lookalikes

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_ILL_FORMED = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_NEWLINES = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_PLAIN = str.maketrans("\t\r\x0b\x0c", " \n\n\n")
# Hangul fillers and the Braille blank draw nothing, though Unicode calls them letters and symbols.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800" + REPLACEMENT)
_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7ff]")
_WORD = re.compile(r"[^\W_]+")


def well_formed(text: str) -> str:
    """Replace NUL and lone surrogates, which no database or encoder takes, by U+FFFD.

    One character for one: the length and every other offset stay as they were.
    """
    return _ILL_FORMED.sub(REPLACEMENT, text)


@dataclass(frozen=True, slots=True)
class View:
    """A text rewritten for matching. ``origins[i]`` is where ``text[i]`` stood in the original."""

    text: str
    origins: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original offsets, end exclusive, that ``text[start:end]`` was made from."""
        touched = self.origins[start:end]
        return (min(touched), max(touched) + 1) if touched else (0, 0)

    def replaced(self, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str]) -> "View":
        """Replace each match, keeping the origins of its first and last letter."""
        pieces: list[str] = []
        origins = array("I")
        done = 0
        for match in pattern.finditer(self.text):
            pieces += (self.text[done : match.start()], new := by(match))
            origins.extend(self.origins[done : match.start()])
            last = max(len(new) - 1, 1)
            width = match.end() - match.start() - 1
            origins.extend(self.origins[match.start() + i * width // last] for i in range(len(new)))
            done = match.end()
        if not done:
            return self
        origins.extend(self.origins[done:])
        return View("".join((*pieces, self.text[done:])), origins)


def fold(text: str) -> View:
    """Fold case, width, accents and invisible characters; whitespace becomes space or newline.

    Foreign letters in a word that also has ASCII letters become what they are drawn like; a word
    wholly in another script stays as it is. Folding twice changes nothing.
    """
    return _folded(text)[0]


def latin(text: str) -> View:
    """Fold, and also rewrite words of another script that could be drawn in ASCII throughout."""
    return _folded(text)[1]


def _folded(text: str) -> tuple[View, View]:
    if text.isascii() and not _CONTROL.search(text):
        plain = View(text.lower().translate(_PLAIN), range(len(text)))
        return plain, plain
    native: list[str] = []
    drawn: list[str] = []
    origins = array("I")
    for offset, sign in enumerate(text):
        for letter, look in _fold_sign(sign):
            native.append(letter)
            drawn.append(look)
            origins.append(offset)
    return _choose(native, drawn, origins)


@lru_cache(maxsize=8192)
def _fold_sign(sign: str) -> tuple[tuple[str, str], ...]:
    """Return the (letter, what it is drawn like) pairs that one character folds to."""
    if sign.isspace():
        space = "\n" if sign in _NEWLINES else " "
        return ((space, space),)
    letters = _strip(sign)
    if len(letters) != 1:
        return tuple((letter, letter) for letter in letters)
    return ((letters, lookalikes().get(sign) or lookalikes().get(letters) or letters),)


def _strip(sign: str) -> str:
    """Fold one character until folding changes nothing; invisible ones become nothing."""
    before, after = "", enclosed().get(sign, sign)
    while before != after:
        before = after
        after = unicodedata.normalize("NFKC", before).casefold()
        if not _HANGUL.search(after):
            after = unicodedata.normalize("NFD", after)
        after = "".join(enclosed().get(c, c) for c in after if _visible(c))
    return after


def _visible(sign: str) -> bool:
    return sign not in _BLANK and unicodedata.category(sign) not in {"Mn", "Me", "Cf", "Cc", "Cs"}


def _choose(native: list[str], drawn: list[str], origins: Sequence[int]) -> tuple[View, View]:
    """Decide word by word whether letters stand for themselves or for what they look like."""
    latin_letters = list(native)
    for word in _WORD.finditer("".join(native)):
        start, end = word.span()
        if word[0].isascii():
            continue
        if any(letter.isascii() and letter.isalpha() for letter in word[0]):
            native[start:end] = latin_letters[start:end] = drawn[start:end]
        elif all(look.isascii() for look in drawn[start:end]):
            latin_letters[start:end] = drawn[start:end]
    return View("".join(native), origins), View("".join(latin_letters), origins)
