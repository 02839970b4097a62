"""How a post's own words feel, as a fact, by VADER's lexicon; English only.

The fact's score is VADER's compound, from -1 (negative) to 1 (positive), and not a certainty.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from analysis.detectors.language import language_of
from analysis.detectors.passages import PassageDetector, Reading
from analysis.taxonomy import Category
from analysis.types import Fact, FactKind, Findings, Origin

SAID = frozenset({Origin.CAPTION, Origin.EMBED, Origin.FORWARD})
NEUTRAL = 0.05
"""Compounds nearer to 0 are neutral: the bound that VADER's authors recommend."""
PIECE = 500
"""Characters weighed at a time: VADER takes time quadratic in its text (measured)."""
MOST = 8_000
"""Characters weighed in all."""


class Sentiment(PassageDetector):
    """States the sentiment of captions, embeds and forwards taken together."""

    name = "sentiment"
    version = 1
    categories: frozenset[Category] = frozenset()

    def judge(self, texts: Sequence[Reading]) -> Findings:
        """One fact, or none where nothing was said or it was not said in English."""
        said = "\n".join(text.text for text in texts if text.passages[0].origin in SAID)[:MOST]
        language = language_of(said)
        if not said or (language and language[0] != "en"):
            return Findings()
        score = compound(said)
        return Findings(facts=(Fact(FactKind.SENTIMENT, _name(score), score),))


def compound(text: str) -> float:
    """Return the mean compound of a text's pieces, each counting by its length, in [-1, 1]."""
    weighed = [
        (len(piece), float(_analyzer().polarity_scores(piece)["compound"]))
        for piece in _pieces(text)
    ]
    total = sum(length for length, _ in weighed)
    return sum(length * score for length, score in weighed) / total if total else 0.0


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + PIECE
        if end < len(text):
            end = max(text.rfind(" ", start + 1, end), start) or end
            end = end if end > start else start + PIECE
        yield text[start:end]
        start = end


def _name(score: float) -> str:
    if score >= NEUTRAL:
        return "positive"
    return "negative" if score <= -NEUTRAL else "neutral"


@cache
def _analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()
