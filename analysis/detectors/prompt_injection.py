"""Instructions aimed at a model that reads posts: a sign of bad faith, so never above 0.6."""

from collections.abc import Mapping
from typing import ClassVar

from analysis.detectors.guarded import GuardedPhrases
from analysis.taxonomy import Category


class PromptInjection(GuardedPhrases):
    """Scores prompt_attack; what a model then says of the post should be taken with care."""

    name = "prompt_injection"
    version = 1
    file = "prompt_injection"
    categories = frozenset({Category.PROMPT_ATTACK})
    kinds: ClassVar[Mapping[str, Category]] = {"instruction": Category.PROMPT_ATTACK}
