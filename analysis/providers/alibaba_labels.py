"""Alibaba's labels as our categories: the longest beginning that matches.

Labels grow without notice and come in variants (``political_politicalFigure_1``), so families are
known by their beginning. ``_tii`` at the end says that it was read in the picture's text.
"""

from collections.abc import Mapping

from analysis.taxonomy import Category

CLEAN = "nonlabel"
TEXT_IN_IMAGE = "_tii"

LABELS: Mapping[str, tuple[Category, ...]] = {
    "ad_compliance": (Category.SCAM,),
    "contraband_": (Category.ILLICIT,),
    "contraband_drug": (Category.DRUGS,),
    "contraband_gambl": (Category.REGULATED,),
    "inappropriate_discrimination": (Category.HATE,),
    "inappropriate_drinking": (Category.REGULATED,),
    "inappropriate_middlefinger": (Category.HARASSMENT,),
    "inappropriate_oral": (Category.HARASSMENT,),
    "inappropriate_profanity": (Category.HARASSMENT, Category.PROFANITY),
    "inappropriate_smoking": (Category.REGULATED,),
    "pda_": (Category.SUGGESTIVE,),
    "political_racism": (Category.HATE,),
    "pornographic_": (Category.SEXUAL_EXPLICIT,),
    "pt_": (Category.SCAM,),
    "racism": (Category.HATE,),
    "sexual_": (Category.SUGGESTIVE,),
    "sexual_breastnudity": (Category.NUDITY,),
    "sexual_partialnudity": (Category.NUDITY,),
    "sexual_terms": (Category.NUDITY,),
    "sexual_underage": (Category.CSAE,),
    "violent_": (Category.VIOLENCE,),
    "violent_armedforces": (Category.EXTREMISM,),
    "violent_blood": (Category.GORE,),
    "violent_extremist": (Category.EXTREMISM,),
    "violent_gun": (Category.WEAPONS,),
    "violent_horrific": (Category.GORE,),
    "violent_horrific_tii": (Category.THREAT,),
    "violent_incidents": (Category.THREAT, Category.VIOLENCE),
    "violent_knives": (Category.WEAPONS,),
    "violent_weapons": (Category.WEAPONS,),
}
POLITICS: Mapping[str, tuple[Category, ...]] = {
    "political_": (Category.ELECTIONS_POLITICS,),
    "religion_": (Category.ELECTIONS_POLITICS,),
}
"""Off by default: outside China nobody moderates a flag or a church."""


class LabelTable:
    """Which categories a label speaks of."""

    def __init__(self, own: Mapping[str, Category], *, politics: bool) -> None:
        """``own`` are the operator's labels or beginnings of labels; they win."""
        self._own = {label.casefold(): (category,) for label, category in own.items()}
        self._known = {**LABELS, **POLITICS} if politics else LABELS

    @property
    def categories(self) -> frozenset[Category]:
        """Everything any label can speak of."""
        tables = (self._own, self._known)
        return frozenset(c for table in tables for found in table.values() for c in found)

    def of(self, label: str) -> tuple[Category, ...]:
        """The label's categories; none for one that is not known."""
        return _longest(self._own, label) or _longest(self._known, label)


def in_text(label: str) -> bool:
    """Whether the label was read in the picture's text rather than seen."""
    return label.casefold().endswith(TEXT_IN_IMAGE)


def _longest(table: Mapping[str, tuple[Category, ...]], label: str) -> tuple[Category, ...]:
    folded = label.casefold()
    return table[max(fits, key=len)] if (fits := [b for b in table if folded.startswith(b)]) else ()
