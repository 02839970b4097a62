"""Slurs and slogans of hatred: grounds for a person to look, never a verdict by themselves.

No list can tell hate from quoting, reclaiming or answering it (measured at a coin toss), so the
grounds are pattern, which fusion caps for this category.
"""

from collections.abc import Sequence
from heapq import nlargest

from analysis.detectors.guarded import excused
from analysis.detectors.passages import PassageDetector, Reading
from analysis.detectors.phrases import bundled
from analysis.detectors.wordlist import bundled_words
from analysis.taxonomy import Category
from analysis.types import Findings, Signal

MOST = 5
"""Signals for one text, strongest first."""


class Slurs(PassageDetector):
    """Scores hate from a word list and a phrase file."""

    name = "slurs"
    version = 1
    categories = frozenset({Category.HATE})

    def judge(self, texts: Sequence[Reading]) -> Findings:
        """Signal each text's strongest words and slogans."""
        signals: list[Signal] = []
        for reading in texts:
            phrases = excused(reading, list(bundled("hate_phrases").find(reading)))
            words = bundled_words("slurs").find(reading)
            signals += [
                self.signal(Category.HATE, hit.weight, reading, hit.start, hit.end)
                for hit in nlargest(MOST, (*phrases, *words), key=lambda hit: hit.weight)
            ]
        return Findings(tuple(signals))
