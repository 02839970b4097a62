"""The words of a post as Alibaba takes them: joined, and cut into pieces of bounded length."""

from collections.abc import Iterable

from analysis.providers.alibaba_verdicts import Words
from analysis.types import Origin, Passage

_SENT = frozenset({Origin.CAPTION, Origin.EMBED, Origin.FORWARD, Origin.ALT})
"""Never a file name; text read from pictures is left to the picture services."""
_OVERLAP = 40
"""Characters that two pieces share, so that no word is judged in halves only."""


def words(passages: Iterable[Passage], at_most: int) -> list[Words]:
    """Pieces of at most this many characters, together all that may be sent."""
    text, starts = "", []
    for passage in passages:
        if passage.origin in _SENT and passage.text.strip():
            starts.append((len(text), passage))
            text += passage.text + "\n"
    text = text.rstrip()
    steps = range(0, max(len(text) - _OVERLAP, 1), at_most - _OVERLAP) if text else ()
    return [
        Words(text[at : at + at_most], tuple((start - at, passage) for start, passage in starts))
        for at in steps
    ]
