"""Swear words in several languages and in disguise; how strong depends on the word alone."""

from collections.abc import Sequence
from heapq import nlargest

from analysis.detectors.passages import PassageDetector, Reading
from analysis.detectors.wordlist import bundled_words
from analysis.taxonomy import Category
from analysis.types import Findings

MOST = 5
"""Signals for one text, strongest first."""


class Profanity(PassageDetector):
    """Scores profanity from a word list."""

    name = "profanity"
    version = 1
    categories = frozenset({Category.PROFANITY})

    def judge(self, texts: Sequence[Reading]) -> Findings:
        """Signal each text's strongest words."""
        return Findings(
            tuple(
                self.signal(Category.PROFANITY, hit.weight, reading, hit.start, hit.end)
                for reading in texts
                for hit in nlargest(
                    MOST, bundled_words("profanity").find(reading), key=lambda hit: hit.weight
                )
            )
        )
