"""One post as rules see it: assessment and context, with what several variables share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from analysis.types import Assessment, Fact, FactKind, Modality
from bot.model import Context

FactRow = Mapping[str, str | float]
"""One element of ``facts``, under the names of ``variables.FACT_FIELDS``."""

WORDS = (FactKind.CAPTION, FactKind.FORWARD, FactKind.EMBED)
"""Where the post's own words stand."""
PASSAGES = frozenset((*WORDS, FactKind.OCR, FactKind.QR, FactKind.ALT, FactKind.FILENAME))
"""Facts that carry a passage's text; it is never empty, unless a record left it out."""
_WORDS_OF: Mapping[str, str] = {
    **{kind: kind.value for kind in FactKind},
    **{modality: modality.value for modality in Modality},
}
"""Plain texts of enumerations: the engine takes no other, and ``.value`` is slow."""
MOST_CHARACTERS = 200_000
"""Of text a rule is shown; five of the longest posts any platform takes (Slack: 40,000)."""
MOST_FACTS = 5_000
"""Half of the CEL engine's budget of 10,000 iterations (measured)."""
_BITS = 256


@dataclass(frozen=True)
class Post:
    """What the variables are read from. Built once per message, read in part."""

    assessment: Assessment
    context: Context

    @cached_property
    def _by_kind(self) -> dict[FactKind, list[Fact]]:
        found: dict[FactKind, list[Fact]] = {}
        for fact in self.assessment.facts:
            found.setdefault(fact.kind, []).append(fact)
        return found

    @cached_property
    def too_much(self) -> bool:
        """Whether there is more to read than a rule may be made to read."""
        facts = self.assessment.facts
        return len(facts) > MOST_FACTS or sum(len(f.value) for f in facts) > MOST_CHARACTERS

    def of(self, kind: FactKind) -> list[Fact]:
        """The facts of one kind, in the order they were found."""
        return self._by_kind.get(kind, [])

    def clean(self, texts: Iterable[str]) -> list[str]:
        """The texts as the engine reads them to their end."""
        return [_clean(text) for text in texts]

    def values(self, kind: FactKind) -> list[str] | None:
        """The values of one kind's facts, each once; None when there is too much."""
        if self.too_much:
            return None
        return list(dict.fromkeys(self.clean(fact.value for fact in self.of(kind))))

    def words(self, *kinds: FactKind) -> str | None:
        """The text of some kinds of passages, a line each.

        None when there is too much of it, or when a record kept the facts without their text.
        """
        texts = [fact.value for kind in kinds for fact in self.of(kind)]
        if self.too_much or not all(texts):
            return None
        return _clean("\n".join(texts))

    @property
    def content(self) -> str | None:
        """The post's words."""
        return self.words(*WORDS)

    @property
    def length(self) -> int | None:
        """How many characters the post's words have."""
        return None if self.content is None else len(self.content)

    @property
    def language(self) -> str:
        """The language stated with most certainty; empty for none."""
        best = max(self.of(FactKind.LANGUAGE), key=lambda fact: fact.score, default=None)
        return _clean(best.value) if best else ""

    @property
    def sentiment(self) -> float | None:
        """The compound of the words where they were judged, else the gloomiest of any."""
        facts = self.of(FactKind.SENTIMENT)
        spoken = [fact for fact in facts if fact.modality is Modality.TEXT] or facts
        if spoken:
            return min(fact.score for fact in spoken)
        wordless = not any(kind in PASSAGES for kind in self._by_kind)
        return 0.0 if wordless and self.assessment.complete else None

    @property
    def known_good(self) -> bool:
        """Whether all pictures do in a bank of good ones: one good one excuses no other."""
        good = {fact.media for fact in self.of(FactKind.KNOWN_GOOD)}
        files = range(len(self.assessment.media))
        return bool(files) and all(n in good for n in files)

    @property
    def _nearest(self) -> Fact | None:
        return max(self.of(FactKind.KNOWN_BAD), key=lambda fact: fact.score, default=None)

    @property
    def bank(self) -> str:
        """The name of the nearest bad picture's bank."""
        return _clean(self._nearest.value) if self._nearest else ""

    @property
    def distance(self) -> int:
        """PDQ distance of the nearest bad picture in bits; 256 for none."""
        return round(_BITS * (1 - self._nearest.score)) if self._nearest else _BITS

    @property
    def animated(self) -> bool:
        """Whether a file has several frames."""
        return any(media is not None and media.animated for media in self.assessment.media)

    def fact_rows(self) -> list[FactRow] | None:
        """All facts as rules see them; None when there are too many."""
        return None if self.too_much else [_row(fact) for fact in self.assessment.facts]


def _row(fact: Fact) -> FactRow:
    row: dict[str, str | float] = {
        "kind": _WORDS_OF[fact.kind],
        "value": _clean(fact.value),
        "score": fact.score,
        "modality": _WORDS_OF[fact.modality],
        "media": -1 if fact.media is None else fact.media,
    }
    if fact.kind in PASSAGES and not fact.value:
        # Emptied for a record: a rule that looks at its text must come out unanswered.
        del row["value"]
    return row


def _clean(text: str) -> str:
    """Replace what the engine stumbles over: it reads a text only up to a NUL (measured)."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
