"""What a disguised text may have been meant to say: one view per way of reading it.

A view from here is words of letters, digits and ``$€£%@``, parted by single spaces and with one
space at either end, so that `` word `` found in it is that whole word.
"""

import re
from array import array
from collections.abc import Iterator
from functools import lru_cache

from analysis.text import View, fold, latin

_GAP = re.compile(r"[^\w$€£%@]+|_+")
# Letters one by one, parted by a space or a mark, or short pieces parted by marks: f u c k, f.u.ck
_SPACED = re.compile(
    r"(?<![^\W_])(?:[^\W_](?:(?: ?[.\-_*~|/,·•'+] ?| )[^\W_]){2,}"
    r"|[^\W_]{1,2}(?:[.\-_*~|·•'][^\W_]{1,2}){1,})(?![^\W_])"
)
_SEPARATOR = re.compile(r"[\W_]+")
_RUN = re.compile(r"([^\W\d_])\1{2,}")
# Begun only at a token's start: a long word without a digit must not be tried at every letter.
_CODED = re.compile(r"(?<![a-z0-9@$!+€|])[a-z]*+[0-9@$!+€|][a-z0-9@$!+€|]*+")
_LETTER = re.compile("[a-z]")
_LEET_I = str.maketrans("0134567@$!+€|9", "oieasgtasiteig")
_LEET_L = str.maketrans("0134567@$!+€|9", "oleasgtasltelg")
_OVERRIDE = re.compile("\u202e([^\u202c\u2069\n]*)")
_REMEMBER = 4_000
"""Characters; longer texts are read anew by every detector rather than kept in memory."""


def spellings(text: str) -> tuple[View, ...]:
    """Return every reading of a text worth matching, the plain one first.

    Ordinary text has one. Look-alike scripts, letters set apart, digits for letters, stretched
    letters and right-to-left overrides add others; there are never more than 16.
    """
    return _remembered(text) if len(text) <= _REMEMBER else _spellings(text)


def _spellings(text: str) -> tuple[View, ...]:
    found: dict[str, View] = {}
    for base in _bases(text):
        for view in (base, *_undisguised(base)):
            spaced = _words(view)
            found.setdefault(spaced.text, spaced)
    return tuple(found.values())


_remembered = lru_cache(maxsize=32)(_spellings)


def _bases(text: str) -> Iterator[View]:
    yield fold(text)
    if not text.isascii():
        yield latin(text)
    if "\u202e" in text:
        yield _as_displayed(text)


def _as_displayed(text: str) -> View:
    """Turn round what a right-to-left override shows turned round."""
    order = list(range(len(text)))
    for forced in _OVERRIDE.finditer(text):
        start, end = forced.span(1)
        order[start:end] = reversed(order[start:end])
    shown = latin("".join(text[place] for place in order))
    return View(shown.text, array("I", (order[place] for place in shown.origins)))


def _undisguised(view: View) -> Iterator[View]:
    joined = view.replaced(_SPACED, lambda found: _SEPARATOR.sub("", found[0]))
    for table in (_LEET_I, _LEET_L):
        plain = joined.replaced(_CODED, lambda found: _decode(found[0], table))  # noqa: B023 - used at once
        yield plain.replaced(_RUN, lambda found: found[1])
        yield plain.replaced(_RUN, lambda found: found[1] * 2)


def _decode(token: str, table: dict[int, int]) -> str:
    """Read digits and signs as letters, but not in a bare number nor at a sentence's end."""
    body = token.rstrip("!+|")
    if not _LETTER.search(body) and not {"@", "$"} & set(body):
        return token
    return body.translate(table) + token[len(body) :]


def _words(view: View) -> View:
    """Turn everything between words into one space, and put one at either end."""
    pieces: list[str] = [" "]
    origins = array("I", [view.origins[0] if view.text else 0])
    done = 0
    for gap in _GAP.finditer(view.text):
        if gap.start() > done:
            pieces += (view.text[done : gap.start()], " ")
            origins.extend(view.origins[done : gap.start() + 1])
        done = gap.end()
    if done < len(view.text):
        pieces += (view.text[done:], " ")
        origins.extend(view.origins[done:])
        origins.append(view.origins[-1])
    return View("".join(pieces), origins)
