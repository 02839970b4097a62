"""Which language a post's words are in, as a fact; a few letters say too little."""

import re
from collections.abc import Sequence
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from analysis.detectors.passages import PassageDetector, Reading
from analysis.taxonomy import Category
from analysis.types import Fact, FactKind, Findings, Modality, Origin

FEWEST_LETTERS = 20
FEWEST_SIGNS = 6
"""For scripts that are not Latin, where few letters already tell much. Both chosen by eye."""
MOST = 2_000
"""Characters looked at; more does not change the answer."""
TOLD = frozenset({Origin.CAPTION, Origin.EMBED, Origin.FORWARD, Origin.OCR})
# Only these are told apart: rare neighbours of a language draw short posts away from it.
_LANGUAGES = [
    "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et",
    "fa", "fi", "fr", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka",
    "kk", "kn", "ko", "lt", "lv", "mk", "ml", "mr", "ms", "nl", "no", "pa", "pl", "pt",
    "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk",
    "ur", "vi", "zh",
]  # fmt: skip
_NOT_WORDS = re.compile(r"https?://\S*|[@#:<]\S+|[\d_]+")


class Language(PassageDetector):
    """States the language of a post's words, and of the words seen in its pictures."""

    name = "language"
    version = 1
    categories: frozenset[Category] = frozenset()

    def judge(self, texts: Sequence[Reading]) -> Findings:
        """One fact for the post's own words and one for its pictures' words, where they tell."""
        facts = []
        for modality in (Modality.TEXT, Modality.IMAGE):
            told = [text for text in texts if text.modality is modality and _tells(text)]
            if found := language_of("\n".join(text.text for text in told)):
                facts.append(Fact(FactKind.LANGUAGE, *found, modality))
        return Findings(facts=tuple(facts))


def _tells(reading: Reading) -> bool:
    return reading.passages[0].origin in TOLD


def language_of(text: str) -> tuple[str, float] | None:
    """Return the ISO 639-1 code and how sure it is, or None where there are too few letters."""
    words = _NOT_WORDS.sub(" ", text[:MOST])
    letters = [sign for sign in words if sign.isalpha()]
    foreign = sum(sign > "\u036f" for sign in letters)
    if len(letters) < FEWEST_LETTERS and foreign < FEWEST_SIGNS:
        return None
    code, confidence = _identifier().classify(words)
    return str(code), min(max(float(confidence), 0.0), 1.0)


@cache
def _identifier() -> LanguageIdentifier:
    made = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    made.set_languages(_LANGUAGES)
    return made
