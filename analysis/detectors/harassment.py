"""Insults aimed at the reader: an insult alone is profanity, one said to *you* is harassment."""

from collections.abc import Mapping
from typing import ClassVar

from analysis.detectors.guarded import GuardedPhrases
from analysis.taxonomy import Category


class Harassment(GuardedPhrases):
    """Scores harassment from second-person insults."""

    name = "harassment"
    version = 1
    file = "harassment"
    categories = frozenset({Category.HARASSMENT})
    kinds: ClassVar[Mapping[str, Category]] = {"insult": Category.HARASSMENT}
