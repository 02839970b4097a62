"""Vendors' answers kept for a while: as JSON, under everything that was asked, read back strictly.

An answer is reused only for equal decoded pixels and equal words, never for pictures that look
alike: one changed line of a screenshot moves a perceptual hash by a few bits. What failed is
never kept, nor what failed in part.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from analysis.cache import Cache, Json
from analysis.taxonomy import Category
from analysis.types import (
    Box,
    Content,
    Evidence,
    Fact,
    FactKind,
    Findings,
    Grounds,
    Modality,
    Origin,
    Signal,
)

_FORM = "answer2"
"""Changes with the shape of what is kept, so that an older Bifocal's answers are not read."""


@dataclass(frozen=True, slots=True)
class Answers:
    """One provider's answers. ``question`` changes whenever the same post could be judged anew."""

    cache: Cache
    provider: str
    question: str
    keep: timedelta

    def key(self, content: Content) -> str:
        """What must be equal for two posts to share an answer."""
        passages = [[p.text, p.origin, p.media, p.box, p.score] for p in content.passages]
        pictures = [[i.sha256, i.width, i.height, i.frame_of, i.frame] for i in content.images]
        asked = json.dumps([self.question, passages, pictures], separators=(",", ":"))
        digest = hashlib.sha256(asked.encode()).hexdigest()
        return f"{_FORM}:{self.provider}:{digest}"

    async def kept(self, key: str) -> Findings | None:
        """The answer under this key; it costs nothing any more."""
        return unpacked(await self.cache.get(key))

    async def keep_answer(self, key: str, findings: Findings) -> None:
        """Keep a whole answer."""
        if not findings.failures:
            await self.cache.put(key, packed(findings), self.keep)


def packed(findings: Findings) -> Json:
    """All of an answer but its failures as JSON; what it cost stays with who paid."""
    return {
        "signals": [
            [s.category, s.score, s.modality, s.grounds, s.source, _evidence(s.evidence)]
            for s in findings.signals
        ],
        "facts": [
            [f.kind, f.value, f.score, f.modality, f.media, _edges(f.box)] for f in findings.facts
        ],
        "asked": _names(findings.asked),
        "judged": _names(findings.judged),
    }


def unpacked(value: Json) -> Findings | None:
    """An answer as it was packed; None for anything else, and the vendor is asked again."""
    match value:
        case {"signals": [*signals], "facts": [*facts], "asked": asked, "judged": judged}:
            try:
                return Findings(
                    tuple(map(_signal, signals)),
                    tuple(map(_fact, facts)),
                    asked=_categories(asked),
                    judged=_categories(judged),
                )
            except (TypeError, ValueError):
                return None
    return None


def _names(categories: frozenset[Category] | None) -> Json:
    return None if categories is None else [*sorted(categories)]


def _categories(names: Json) -> frozenset[Category] | None:
    match names:
        case None:
            return None
        case [*found]:
            return frozenset(Category(str(name)) for name in found)
    raise ValueError("not packed categories")


def _evidence(evidence: Evidence | None) -> Json:
    if evidence is None:
        return None
    return [evidence.quote, evidence.origin, evidence.media, _edges(evidence.box)]


def _edges(box: Box | None) -> Json:
    return None if box is None else list(box)


def _signal(row: Json) -> Signal:
    match row:
        case [str(category), float() | int() as score, str(modality), str(grounds), str(src), ev]:
            return Signal(
                Category(category),
                float(score),
                Modality(modality),
                Grounds(grounds),
                src,
                _evidence_of(ev),
            )
    raise ValueError("not a packed signal")


def _evidence_of(row: Json) -> Evidence | None:
    match row:
        case None:
            return None
        case [str(quote), None | str() as origin, None | int() as media, box]:
            return Evidence(quote, None if origin is None else Origin(origin), media, _box(box))
    raise ValueError("not packed evidence")


def _fact(row: Json) -> Fact:
    match row:
        case [str(kind), str(value), float() | int() as score, str(modality), media, box]:
            if media is not None and not isinstance(media, int):
                raise ValueError("not a packed fact")
            return Fact(FactKind(kind), value, float(score), Modality(modality), media, _box(box))
    raise ValueError("not a packed fact")


def _box(edges: Json) -> Box | None:
    match edges:
        case None:
            return None
        case [
            float() | int() as left,
            float() | int() as top,
            float() | int() as right,
            float() | int() as bottom,
        ]:
            return Box(float(left), float(top), float(right), float(bottom))
    raise ValueError("not a packed box")
