"""Scams by their wording: bait, pretext, secrets asked for, and what presses one to hurry.

No one phrase is proof. Kinds of phrase add up as independent chances would; a kind that only
supports (a link, a deadline) stays mild without one that carries a scam. A link counts the more
the more it pretends: a gift's name beside the offer of a gift is no coincidence. A warning about
scams uses the same words, so phrases in a warning's sentence count for little.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from analysis.detectors.context import covered, sentences
from analysis.detectors.imitation import is_honest
from analysis.detectors.link_forms import Link, find_links
from analysis.detectors.link_suspicion import suspicion
from analysis.detectors.link_words import brands, link_words
from analysis.detectors.passages import PassageDetector, Reading
from analysis.detectors.phrases import Hit, bundled
from analysis.taxonomy import Category
from analysis.types import Findings, Modality, Signal

SUPPORT = frozenset({"lure", "urgency", "crowd", "link", "trust_me"})
LINK = 0.3
OWN_LINK = 0.1
"""What a link to a known company's own site counts: people point there all day."""
SUPPORT_ALONE = 0.3
"""The most that supporting kinds reach by themselves: asking people to click is not a scam."""
WARNED = 0.25
"""What is left of a phrase that a warning speaks about. This and the rest: chosen by eye."""
LECTURE = 0.15
"""What is left anywhere in a text that warns twice and links nowhere."""
REACH = 100
"""Characters from a warning to what it may be about, within one sentence."""
SCRIPT, AGREEMENT = 3, 1.4
"""Three kinds or more together are a known script rather than three coincidences."""
FAINT = 0.1
"""Scores below this are not worth a signal."""


class ScamPhrases(PassageDetector):
    """Scores scam from phrases; English first, with sets for a dozen further languages."""

    name = "scam_phrases"
    version = 1
    categories = frozenset({Category.SCAM})

    def judge(self, texts: Sequence[Reading]) -> Findings:
        """One signal per text that has a cue; its group's strongest text speaks for the group.

        The words of a post are one group, and what was seen in each picture is one.
        """
        groups: dict[object, list[tuple[Reading, list[Hit]]]] = defaultdict(list)
        for reading in texts:
            if hits := weighed(reading):
                groups[_group(reading)].append((reading, hits))
        return Findings(tuple(signal for group in groups.values() for signal in self._say(group)))

    def _say(self, group: Sequence[tuple[Reading, list[Hit]]]) -> Iterable[Signal]:
        scores = [combined(by_kind(hits)) for _, hits in group]
        together = combined(by_kind(hit for _, hits in group for hit in hits))
        loudest = scores.index(max(scores))
        scores[loudest] = max(scores[loudest], together)
        for score, (reading, hits) in zip(scores, group, strict=True):
            if score >= FAINT:
                hit = max(hits, key=telling)
                yield self.signal(Category.SCAM, score, reading, hit.start, hit.end)


def combined(kinds: Mapping[str, float]) -> float:
    """Return the score in [0, 0.98] for the strongest weight found of each kind."""
    carrying = {kind: weight for kind, weight in kinds.items() if kind not in SUPPORT}
    support = {kind: weight for kind, weight in kinds.items() if kind in SUPPORT}
    if max(carrying.values(), default=0.0) < SUPPORT_ALONE:
        alone = 0.0 if set(support) <= {"link", "crowd"} else _either(support)
        return max(min(alone * 0.7, SUPPORT_ALONE), *carrying.values(), 0.0)
    chance = _either(kinds)
    if len(kinds) >= SCRIPT:
        chance = 1 - (1 - chance) ** AGREEMENT
    return min(chance, 0.98)


def _either(weights: Mapping[str, float]) -> float:
    return 1 - math.prod(1 - weight for weight in weights.values())


def by_kind(hits: Iterable[Hit]) -> dict[str, float]:
    """Return the strongest weight found of each kind."""
    kinds: dict[str, float] = {}
    for hit in hits:
        kinds[hit.kind] = max(kinds.get(hit.kind, 0.0), hit.weight)
    return kinds


def telling(hit: Hit) -> tuple[bool, float, int]:
    """Order hits by how well they show a person what it is about."""
    return hit.kind not in SUPPORT, hit.weight, hit.end - hit.start


def _group(reading: Reading) -> object:
    if reading.modality is Modality.IMAGE:
        return reading.passages[0].media, reading.modality
    return reading.modality


def _links(reading: Reading) -> Iterator[Hit]:
    return (Hit("link", _weight(link), link.start, link.end) for link in find_links(reading.text))


def _weight(link: Link) -> float:
    suspect = suspicion(link, link_words(), brands())
    if not suspect and is_honest(link, link_words(), brands()):
        return OWN_LINK
    return max(LINK, suspect)


def weighed(reading: Reading) -> list[Hit]:
    """Find a text's cues, each weighed down where the text warns of it."""
    found = [*bundled("scam_phrases").find(reading), *_links(reading)]
    reassured = covered(reading, ((h.start, h.end) for h in found if h.kind == "reassure"))
    warnings = [h for h in found if h.kind == "warning" and not any(reassured[h.start : h.end])]
    cues = [hit for hit in found if hit.kind not in {"reassure", "warning"}]
    if not warnings:
        return cues
    lecture = len({hit.start for hit in warnings}) > 1 and all(c.kind != "link" for c in cues)
    warned = covered(reading, sentences(reading, warnings, reach=REACH))
    left = {0: LECTURE if lecture else 1.0, 1: LECTURE if lecture else WARNED}
    return [replace(hit, weight=hit.weight * left[warned[hit.start]]) for hit in cues]
