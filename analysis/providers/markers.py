"""Signs that a post speaks to the software that reads it, so that a clean answer is not believed.

A model that can be talked into "nothing here" answers like one that found nothing. So whatever it
answers, markers in the words it was given are a signal beside it, high enough for a person to be
asked. It is a net with holes: it finds all of our own catalogue, and about four in ten of further
wordings written to slip through it. What it misses still cannot lower a local detector's score.

Looked at: the words in every disguise ``analysis.spellings`` undoes, what is hidden in invisible
characters, and what base64, hexadecimal, percent signs, rot13 or writing backwards conceal.
"""

import base64
import binascii
import codecs
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from urllib.parse import unquote

import re2

from analysis.spellings import spellings
from analysis.taxonomy import Category
from analysis.text import fold
from analysis.types import Evidence, Grounds, Modality, Origin, Passage, Signal

SOURCE = "injection_markers@1"
SCORE = 0.6
"""Above the 0.5 from which the standard policy asks a person, below any that would act."""
LONGEST = 40_000
"""Characters of a passage looked at; the longest message a platform takes."""
_QUOTE = 200
_MEMORY = 64 << 20
_HIDDEN = re.compile("[\U000e0020-\U000e007e]+")
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{2,8}\U000e007f")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:(?:\\x|0x)?[0-9A-Fa-f]{2}[ ,:]?){12,}")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff]")
_WORD = re.compile(r"\w+")
_MANY_INVISIBLE = 24
"""Invisible characters in one passage that are no longer typography. Chosen by eye."""
_CONCEALED = 60
"""Pieces of concealed text opened in one passage."""


def signal(passages: Sequence[Passage]) -> Signal | None:
    """Say where the first marker stands, if any does."""
    for passage in passages:
        if found := marker(passage.text):
            pictured = passage.origin in (Origin.OCR, Origin.QR)
            evidence = Evidence(found[:_QUOTE], passage.origin, passage.media, passage.box)
            seen = Modality.IMAGE if pictured else Modality.TEXT
            return Signal(Category.PROMPT_ATTACK, SCORE, seen, Grounds.PATTERN, SOURCE, evidence)
    together = "\n".join(passage.text for passage in passages if passage.origin is Origin.OCR)
    if found := marker(together):
        evidence = Evidence(found[:_QUOTE], Origin.OCR)
        return Signal(
            Category.PROMPT_ATTACK, SCORE, Modality.IMAGE, Grounds.PATTERN, SOURCE, evidence
        )
    return None


def marker(text: str) -> str:
    """The words that speak to software, as near as they can be quoted; empty where none do."""
    text = text[:LONGEST]
    if found := _hidden(text) or _plain(text):
        return found
    return next((found for hidden in _concealed(text) if (found := _decoded(hidden))), "")


def warm() -> None:
    """Compile the patterns, a fifth of a second once, before posts come and not between."""
    for part in ("symbols", "words", "excuse"):
        _patterns(part)


def _hidden(text: str) -> str:
    """Text in tag characters, which draw nothing but in flags; or very many invisible ones."""
    if found := _HIDDEN.search(_FLAG.sub("", text)):
        return "".join(chr(ord(sign) - 0xE0000) for sign in found.group())
    many = len(_INVISIBLE.findall(text)) > _MANY_INVISIBLE
    return f"{_MANY_INVISIBLE}+ invisible characters" if many else ""


def _plain(text: str) -> str:
    # The folded text as well: spellings part words at vowel signs, which Devanagari writes with.
    return _first(text, (f" {fold(text).text} ", *(view.text for view in spellings(text))))


def _decoded(text: str) -> str:
    """The same for what was concealed already: nobody disguises it twice."""
    folded = fold(text).text
    return _first(text, (f" {' '.join(_WORD.findall(folded))} ",))


def _first(text: str, readings: Iterable[str]) -> str:
    if found := _found("symbols", text):
        return found
    words = (_unexcused(reading) for reading in readings)
    return next((found for view in words if (found := _found("words", view))), "")


def _unexcused(words: str) -> str:
    """The words without reminders such as "don't forget", which order nothing away."""
    _, excuses = _patterns("excuse")
    for excuse in excuses:
        words = str(excuse.sub(" ", words))
    return words


def _found(part: str, text: str) -> str:
    every, each = _patterns(part)
    hits = every.Match(text)
    if not hits:
        return ""
    match = each[min(hits)].search(text)
    return str(match.group()).strip() if match else ""


@cache
def _patterns(part: str) -> "tuple[re2.Set, list[re2._Regexp]]":
    written = files("analysis.providers").joinpath("data", "injection_markers.toml")
    table: dict[str, list[dict[str, str]]] = tomllib.loads(written.read_text("utf-8"))
    names = {name: row[name] for row in table["name"] for name in row}
    sources = [_spelt(row["re"], names) for row in table[part]]
    if part != "symbols":
        # Words are looked for in folded text, so what is looked for is folded alike.
        sources = [fold(source).text for source in sources]
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    every = re2.Set.SearchSet(options)
    for source in sources:
        every.Add(source)
    every.Compile()
    return every, [re2.compile(source, options) for source in sources]


def _spelt(source: str, names: dict[str, str]) -> str:
    """Replace ``{name}`` by that list of alternatives."""
    for name, meaning in names.items():
        source = source.replace("{" + name + "}", f"(?:{meaning})")
    return source


def _concealed(text: str) -> Iterator[str]:
    """What the text says once it is decoded, one layer deep; two for base64."""
    yield codecs.encode(text, "rot13")
    yield text[::-1]
    if "%" in text:
        yield unquote(text)
    for run in list(_BASE64.finditer(text))[:_CONCEALED]:
        if opened := _from_base64(run.group()):
            yield opened
            yield from filter(None, map(_from_base64, _BASE64.findall(opened)[:3]))
    for run in list(_HEX.finditer(text))[:_CONCEALED]:
        digits = re.sub(r"\\x|0x|[ ,:]", "", run.group())
        yield _readable(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _from_base64(run: str) -> str:
    bare = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return _readable(base64.b64decode(bare + "=" * (-len(bare) % 4)))
    except (binascii.Error, ValueError):
        return ""


def _readable(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if text.replace("\n", " ").isprintable() else ""
