"""Scams that split their script: the bait stands in the picture, the push beneath it, or turned.

Each half is mild, and rightly so: a drawn gift card is no scam, nor is "click here to claim
yours". Cues of words and of one picture are therefore weighed once more as one text, and said of
both together, by the same source as each half: fusion does not count a half again beside it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from analysis.detector import Needs, Tier
from analysis.detectors.passages import PassageDetector, Reading
from analysis.detectors.phrases import Hit
from analysis.detectors.scam_phrases import SCRIPT, by_kind, combined, telling, weighed
from analysis.taxonomy import Category
from analysis.types import Findings, Grounds, Modality, Signal

SURE = 0.85
"""A caption may be about something else than its picture. Chosen by eye: three middling kinds
of cue then end between a warning and a removal (0.7 and 0.8 in the preset)."""

Found = tuple[Reading, list[Hit]]


class ScamTogether(PassageDetector):
    """Scores scam from a post's words and each of its pictures, judged as one text."""

    name = "scam_together"
    version = 1
    needs = Needs.BOTH
    tier = Tier.INSTANT
    categories = frozenset({Category.SCAM})

    @property
    def source(self) -> str:
        """Signed as a part of ``scam_phrases``: the same cues, seen from further away."""
        return f"scam_phrases/together@{self.version}"

    def judge(self, texts: Sequence[Reading]) -> Findings:
        """At most one joint signal for each picture."""
        words: list[Found] = []
        pictures: dict[int | None, list[Found]] = defaultdict(list)
        for reading in texts:
            if hits := weighed(reading):
                of_picture = reading.modality is Modality.IMAGE
                (pictures[reading.passages[0].media] if of_picture else words).append(
                    (reading, hits)
                )
        found = (self._say(words, picture) for picture in pictures.values())
        return Findings(tuple(signal for signals in found for signal in signals))

    def _say(self, words: Sequence[Found], picture: Sequence[Found]) -> Iterator[Signal]:
        said, seen, both = _kinds(words), _kinds(picture), _kinds((*words, *picture))
        score = SURE * combined(both)
        if len(both) < SCRIPT or score <= max(combined(said), combined(seen)):
            return
        # The half that carries the scam is shown; the other half's own signal shows the rest.
        reading, hit = max(
            ((reading, hit) for reading, hits in (*words, *picture) for hit in hits),
            key=lambda pair: telling(pair[1]),
        )
        quoted = reading.evidence(hit.start, hit.end)
        yield Signal(Category.SCAM, score, Modality.JOINT, Grounds.PATTERN, self.source, quoted)


def _kinds(found: Sequence[Found]) -> Mapping[str, float]:
    return by_kind(hit for _, hits in found for hit in hits)
