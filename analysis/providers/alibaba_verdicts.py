"""From Alibaba's verdicts to signals and facts. Pure.

A hit scores its confidence (all of it where none is said) times the weight of its risk level. A
label we do not know, or one without risk, is a fact. A verdict that names a risk and gives no
label for it is garbled: it must not pass for clean.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.errors import ProviderGarbled
from analysis.providers.alibaba_gateway import NAME
from analysis.providers.alibaba_labels import CLEAN, LabelTable, in_text
from analysis.providers.alibaba_options import AlibabaOptions
from analysis.providers.alibaba_replies import (
    Extras,
    GuardVerdict,
    Hit,
    PictureVerdict,
    TextVerdict,
)
from analysis.taxonomy import Category
from analysis.text import well_formed
from analysis.types import (
    Evidence,
    Fact,
    FactKind,
    Findings,
    Grounds,
    Modality,
    Origin,
    Passage,
    Signal,
)

LONGEST = 2_000
"""Characters kept of a vendor's own words; chosen by eye."""


@dataclass(frozen=True, slots=True)
class About:
    """What a verdict is about: a picture, words, or a picture with words."""

    service: str
    modality: Modality
    media: int | None = None
    words: "Words | None" = None


@dataclass(frozen=True, slots=True)
class Words:
    """What was sent, and the passages it was made of with where each begins in it."""

    text: str
    passages: tuple[tuple[int, Passage], ...]

    def find(self, word: str, start: int = -1) -> Evidence | None:
        """Where the vendor saw it: as it was written, or None where it does not stand there."""
        if not word:
            return None
        if start < 0 or self.text[start : start + len(word)] != word:
            found = re.search(re.escape(word), self.text, re.IGNORECASE)
            if found is None:
                return None
            start = found.start()
        quote = self.text[start : start + len(word)]
        passage = max((p for p in self.passages if p[0] <= start), key=lambda p: p[0])[1]
        return Evidence(quote, passage.origin, passage.media, passage.box)


class Reader:
    """Reads verdicts with one operator's label table and weights."""

    def __init__(self, options: AlibabaOptions) -> None:
        self._options = options
        self._labels = LabelTable(options.labels, politics=options.politics)

    @property
    def categories(self) -> frozenset[Category]:
        """Everything a verdict can speak of."""
        checks = frozenset(self._options.detail_types.values())
        attacks = frozenset({Category.PROMPT_ATTACK, Category.PRIVACY})
        return self._labels.categories | checks | attacks

    def text(self, verdict: TextVerdict, about: About) -> Findings:
        """What TextModerationPlus found, attacks and personal data included."""
        found = self._hits(verdict.hits, verdict.level, about)
        asides = (
            (Category.PROMPT_ATTACK, verdict.attack_level, self._options.attack_levels),
            (Category.PRIVACY, verdict.sensitive_level, self._options.sensitive_levels),
        )
        found += [self._aside(*aside, about) for aside in asides if aside[1]]
        if verdict.language:
            found.append(_fact(FactKind.LANGUAGE, verdict.language, about))
        return _findings(found)

    def picture(self, verdict: PictureVerdict, about: About) -> Findings:
        """What ImageModeration found, and what else it saw."""
        found = self._hits(verdict.hits, verdict.level, about)
        return _findings([*found, *_seen(verdict.extras or Extras.model_validate({}), about)])

    def guard(self, verdict: GuardVerdict, about: About) -> Findings:
        """What each check of a guard found."""
        found: list[Signal | Fact] = []
        for check in verdict.checks:
            category = self._options.detail_types.get(check.type)
            if category is None:
                found += self._hits(check.hits or (), check.level, about)
            else:
                weights = {**self._options.sensitive_levels, **self._options.levels}
                found.append(self._aside(category, check.level, weights, about))
        blocked = verdict.suggestion == "block"
        if blocked and not any(_risky(c.level) for c in verdict.checks):
            raise ProviderGarbled("blocked, and no check says why", provider=NAME)
        return _findings(found)

    def _hits(self, hits: Sequence[Hit], overall: str, about: About) -> list[Signal | Fact]:
        risks = [hit for hit in hits if hit.label.casefold() != CLEAN]
        if self._weight(overall) > 0 and not risks:
            raise ProviderGarbled(f"risk level {overall} without a label", provider=NAME)
        return [one for hit in risks for one in self._hit(hit, overall, about)]

    def _hit(self, hit: Hit, overall: str, about: About) -> Iterable[Signal | Fact]:
        sure = 1.0 if hit.confidence is None else hit.confidence / 100
        score = sure * self._weight(hit.risk_level or hit.guard_level or overall)
        categories = self._labels.of(hit.label)
        if not categories or not score:
            return [_fact(FactKind.LABEL, hit.label, about, sure)]
        evidence = _evidence(hit, about)
        return [_signal(category, score, about, evidence) for category in categories]

    def _aside(
        self, category: Category, level: str | None, weights: Mapping[str, float], about: About
    ) -> Signal | Fact:
        """A level without a label; one that nobody documented is noted, not guessed at."""
        if level is not None and level in weights:
            return _signal(category, weights[level], about, _evidence(None, about))
        return _fact(FactKind.LABEL, f"{category.value}: {level}", about)

    def _weight(self, level: str) -> float:
        try:
            return self._options.levels[level]
        except KeyError as exc:
            raise ProviderGarbled("a risk level that is not documented", provider=NAME) from exc


def _risky(level: str) -> bool:
    return level not in {"none", "S0"}


def _evidence(hit: Hit | None, about: About) -> Evidence | None:
    """The words if the vendor quoted some that were sent, else the picture it looked at."""
    if hit is not None and about.words is not None:
        quotes = [(p.word, p.start) for p in hit.positions or ()]
        quotes += [(word.strip(), -1) for word in (hit.words or "").split(",")]
        found = (about.words.find(word, start) for word, start in quotes)
        if (first := next((e for e in found if e is not None), None)) is not None:
            return first
    if about.media is None:
        return None
    read = hit is not None and in_text(hit.label)
    return Evidence(origin=Origin.OCR if read else None, media=about.media)


def _signal(category: Category, score: float, about: About, evidence: Evidence | None) -> Signal:
    return Signal(category, score, about.modality, Grounds.MODEL, about.service, evidence)


def _fact(kind: FactKind, value: str, about: About, score: float = 1.0) -> Fact:
    return Fact(kind, well_formed(value)[:LONGEST], score, about.modality, about.media)


def _seen(extras: Extras, about: About) -> list[Fact]:
    lines = [_fact(FactKind.OCR, line.text, about) for line in extras.lines or ()]
    things = [
        _fact(FactKind.LABEL, thing.name, about, thing.confidence / 100)
        for thing in extras.recognised or ()
        if thing.confidence is not None
    ]
    told = extras.told.text if extras.told else None
    return [*lines, *things, *([_fact(FactKind.EXPLANATION, told, about)] if told else [])]


def _findings(found: Iterable[Signal | Fact]) -> Findings:
    listed = tuple(found)
    return Findings(
        signals=tuple(one for one in listed if isinstance(one, Signal) and one.score > 0),
        facts=tuple(one for one in listed if isinstance(one, Fact)),
    )
