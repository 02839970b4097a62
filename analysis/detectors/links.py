"""Links in any passage: known scam names, look-alikes of brands, hidden destinations.

Every link is also a fact of kind url, and its registered domain one of kind domain, so that a
policy can speak of them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from analysis.detectors.imitation import is_honest
from analysis.detectors.link_forms import Link, find_links
from analysis.detectors.link_suspicion import suspicion
from analysis.detectors.link_words import KnownDomains, brands, link_words
from analysis.detectors.passages import PassageDetector, Reading
from analysis.taxonomy import Category
from analysis.types import Fact, FactKind, Findings, Origin, Signal

KNOWN = 0.95
IN_A_QR_CODE = 0.25
"""What a QR code adds to any link that is not a brand's own: nobody reads where it leads."""


class Links(PassageDetector):
    """Scores scam from links; ``known_file`` adds domains, as RE2 expressions, one a line."""

    name = "links"
    version = 1
    categories = frozenset({Category.SCAM})

    def __init__(self, known_file: Path | None = None) -> None:
        lines = known_file.read_text("utf-8").splitlines() if known_file else []
        added = tuple(line.strip() for line in lines if line.strip() and line[0] != "#")
        self._known = KnownDomains(link_words().known)
        self._added = KnownDomains(added)

    def judge(self, texts: Sequence[Reading]) -> Findings:
        """One signal for each suspect link; facts for all, each once per place."""
        found = [(reading, link) for reading in texts for link in find_links(reading.text)]
        signals = [signal for pair in found for signal in self._suspect(*pair)]
        facts = dict.fromkeys(fact for pair in found for fact in _facts(*pair))
        return Findings(tuple(signals), tuple(facts))

    def _suspect(self, reading: Reading, link: Link) -> Iterator[Signal]:
        score = suspicion(link, link_words(), brands())
        honest = is_honest(link, link_words(), brands())
        if link.registered in self._added or (not honest and link.domain in self._known):
            score = max(score, KNOWN)
        if reading.passages[0].origin is Origin.QR and not honest:
            score = 1 - (1 - score) * (1 - IN_A_QR_CODE)
        if score:
            score = min(score, 0.99)
            yield self.signal(Category.SCAM, score, reading, link.start, link.end)


def _facts(reading: Reading, link: Link) -> Iterator[Fact]:
    passage = reading.passage_at(link.start)
    place = (reading.modality, passage.media, passage.box)
    yield Fact(FactKind.URL, link.url, 1.0, *place)
    if link.domain:
        yield Fact(FactKind.DOMAIN, link.registered, 1.0, *place)
