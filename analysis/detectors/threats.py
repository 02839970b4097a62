"""Threats of violence, and telling people to harm themselves, by their wording."""

from collections.abc import Mapping
from typing import ClassVar

from analysis.detectors.guarded import GuardedPhrases
from analysis.taxonomy import Category


class Threats(GuardedPhrases):
    """Scores threat and self_harm; play, jokes and care for others are told apart by guards."""

    name = "threats"
    version = 1
    file = "threats"
    categories = frozenset({Category.THREAT, Category.SELF_HARM})
    kinds: ClassVar[Mapping[str, Category]] = {
        "threat": Category.THREAT,
        "goading": Category.SELF_HARM,
        "despair": Category.SELF_HARM,
    }
