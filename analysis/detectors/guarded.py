"""Detectors that are a file of phrases: kinds that accuse, and guards that excuse a sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from analysis.detectors.context import covered, sentences
from analysis.detectors.passages import PassageDetector, Reading
from analysis.detectors.phrases import Hit, bundled
from analysis.taxonomy import Category
from analysis.types import Findings, Signal

GUARD = "guard"
"""A cue whose kind begins so excuses its sentence; its weight is the factor that is left."""
REACH = 120
"""Characters from a guard to what it may excuse, within one sentence. Chosen by eye."""
MOST = 5
"""Signals for one text and category, strongest first: enough to show, not to flood."""


class GuardedPhrases(PassageDetector):
    """Subclasses name the file and say which category each of its kinds speaks for."""

    file: str
    kinds: ClassVar[Mapping[str, Category]]

    def judge(self, texts: Sequence[Reading]) -> Findings:
        """Signal the strongest phrases of each text and category."""
        return Findings(tuple(signal for reading in texts for signal in self._signals(reading)))

    def _signals(self, reading: Reading) -> Iterator[Signal]:
        by_category: dict[Category, list[Hit]] = {}
        for hit in excused(reading, list(bundled(self.file).find(reading))):
            by_category.setdefault(self.kinds[hit.kind], []).append(hit)
        for category, hits in by_category.items():
            for hit in sorted(hits, key=lambda hit: -hit.weight)[:MOST]:
                yield self.signal(category, hit.weight, reading, hit.start, hit.end)


def excused(reading: Reading, hits: Sequence[Hit]) -> list[Hit]:
    """Weigh accusing phrases down by every guard that stands in their sentence."""
    left = [hit for hit in hits if not hit.kind.startswith(GUARD)]
    for kind in sorted({hit.kind for hit in hits if hit.kind.startswith(GUARD)}):
        guards = [hit for hit in hits if hit.kind == kind]
        marks = covered(reading, sentences(reading, guards, reach=REACH))
        factor = guards[0].weight
        left = [
            replace(hit, weight=hit.weight * factor) if marks[hit.start] else hit for hit in left
        ]
    return left
