"""Which ASCII letter a foreign letter or symbol is drawn like.

Taken from Unicode's confusables (UTS 39) as shipped by confusable-homoglyphs, plus pairs that
people use although Unicode does not list them, chosen by eye.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from confusable_homoglyphs.confusables import confusables_data

_BY_EYE = {
    # Cyrillic
    **dict(zip("вгдзикмнптуьэяшщєі", "brgeukmhntyberwwei", strict=True)),
    # Greek
    **dict(zip("αβγεζηικμνρτυχωσ", "abyeznikuvptuxwo", strict=True)),
    # Latin letters with strokes, and small capitals
    **dict(zip("øđłħŧʀɢʜɪʟɴʏʙıə", "odlhtrghilnybie", strict=True)),
}
_ENCLOSED = ("🄰", "🅐", "🅰", "🇦")
"""The first of each run of 26 letters in boxes, discs and flags; people spell words with them."""


def _ascii_letter(homoglyphs: Iterable[Mapping[str, str]]) -> str:
    letters = {found["c"].lower() for found in homoglyphs if len(found["c"]) == 1}
    drawn = sorted(letter for letter in letters if letter.isascii() and letter.isalpha())
    return drawn[0] if drawn else ""


@cache
def lookalikes() -> Mapping[str, str]:
    """Return foreign letter -> ASCII lower-case letter, built once per process."""
    listed = {
        sign: letter
        for sign, homoglyphs in confusables_data.items()
        if len(sign) == 1 and not sign.isascii() and (letter := _ascii_letter(homoglyphs))
    }
    return listed | _BY_EYE


@cache
def enclosed() -> Mapping[str, str]:
    """Return boxed, circled and flag letters -> the ASCII lower-case letter inside."""
    return {
        chr(ord(first) + step): chr(ord("a") + step) for first in _ENCLOSED for step in range(26)
    }
