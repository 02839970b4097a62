"""What every detector of words shares: what is read of a post, and where it is judged.

Lines read from one picture are judged as one text, because a reader may return a sentence line
by line. Everything else is judged passage by passage.
"""

import asyncio
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import accumulate, groupby

from analysis.detector import Needs, Tier
from analysis.spellings import spellings
from analysis.taxonomy import Category
from analysis.text import View, well_formed
from analysis.types import (
    Content,
    Evidence,
    Failure,
    FailureKind,
    Findings,
    Grounds,
    Modality,
    Origin,
    Passage,
    Scope,
    Signal,
)

READ_EACH_END = 20_000
"""Characters read of a passage's head and of its tail: together Slack's longest message."""
READ_IN_ALL = 200_000
"""Characters read of one post. Chosen by eye; about two seconds of one core."""
INLINE = 4_000
"""Characters judged on the event loop, a few milliseconds; more goes to a thread."""
LONGEST_QUOTE = 200
OF_A_PICTURE = frozenset({Origin.OCR, Origin.QR, Origin.ALT, Origin.FILENAME})
"""What is seen in a picture, and what describes or names it: an alt text that repeats the words
of its picture is no second witness."""


def modality_of(passage: Passage) -> Modality:
    """Words of a picture speak for the picture, all others for the text."""
    return Modality.IMAGE if passage.origin in OF_A_PICTURE else Modality.TEXT


class Reading:
    """One text to judge, made of one passage or of the lines read from one picture."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self.text = "\n".join(passage.text for passage in passages)
        self.modality = modality_of(passages[0])
        self._starts = [0, *accumulate(len(passage.text) + 1 for passage in passages)]

    @property
    def views(self) -> tuple[View, ...]:
        """Every reading of the text worth matching, as ``analysis.spellings`` describes."""
        return spellings(self.text)

    def passage_at(self, offset: int) -> Passage:
        """The passage that holds this offset of the text."""
        return self.passages[self._index(offset)]

    def evidence(self, start: int, end: int) -> Evidence:
        """Quote these offsets as written; what lies in a further passage is left out."""
        index = self._index(start)
        passage, before = self.passages[index], self._starts[index]
        quote = passage.text[start - before : min(end - before, start - before + LONGEST_QUOTE)]
        return Evidence(quote, passage.origin, passage.media, passage.box)

    def _index(self, offset: int) -> int:
        return min(bisect_right(self._starts, offset) - 1, len(self.passages) - 1)


def readings(passages: Sequence[Passage]) -> list[Reading]:
    """Group a post's passages into the texts that are judged."""
    lines = sorted(
        (passage for passage in passages if passage.origin is Origin.OCR),
        key=lambda line: -1 if line.media is None else line.media,
    )
    by_picture = (list(group) for _, group in groupby(lines, key=lambda line: line.media))
    alone = ([passage] for passage in passages if passage.origin is not Origin.OCR)
    return [Reading(group) for group in (*alone, *by_picture)]


def readable(passages: Sequence[Passage]) -> tuple[list[Passage], int]:
    """Return what is read of a post, and how many characters are not."""
    kept: list[Passage] = []
    left = READ_IN_ALL
    for passage in passages:
        for end in _ends(passage.text):
            part = well_formed(end[:left])
            left -= len(part)
            if part.strip():
                kept.append(passage if part == passage.text else replace(passage, text=part))
    return kept, sum(len(passage.text) for passage in passages) - (READ_IN_ALL - left)


def _ends(text: str) -> Iterator[str]:
    if len(text) <= 2 * READ_EACH_END:
        yield text
        return
    yield text[:READ_EACH_END]
    yield text[-READ_EACH_END:]


@cache
def _pool() -> ThreadPoolExecutor:
    """One thread for the whole process: a second would only crowd out the event loop."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="passages")


class PassageDetector(ABC):
    """A detector of words: subclasses judge readings, synchronously and without side effects."""

    name: str
    version: int
    categories: frozenset[Category]
    needs = Needs.PASSAGES
    tier = Tier.INSTANT
    grounds = Grounds.PATTERN

    @property
    def source(self) -> str:
        """How its signals are signed, such as ``links@1``."""
        return f"{self.name}@{self.version}"

    @abstractmethod
    def judge(self, texts: Sequence[Reading]) -> Findings:
        """Judge texts that are well formed, not empty and bounded in length."""

    async def detect(self, content: Content, scope: Scope) -> Findings:  # noqa: ARG002 - judged alike for all
        """Judge every passage; what was too long to read whole is a ``Failure`` beside the rest."""
        if sum(len(passage.text) for passage in content.passages) <= INLINE:
            return self._judged(content.passages)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_pool(), self._judged, content.passages)

    def _judged(self, passages: Sequence[Passage]) -> Findings:
        kept, unread = readable(passages)
        found = self.judge(readings(kept))
        if not unread:
            return found
        reason = f"{unread} characters in the middle of long text were not read"
        failure = Failure(self.name, FailureKind.UNREADABLE, reason)
        return replace(found, failures=(*found.failures, failure))

    def signal(
        self, category: Category, score: float, reading: Reading, start: int, end: int
    ) -> Signal:
        """State a score on the strength of these offsets of a reading."""
        quoted = reading.evidence(start, end)
        return Signal(category, score, reading.modality, self.grounds, self.source, quoted)
