"""Instructions aimed at the model that may read a post. They prove nothing, so stay at or below 0.6."""

from analysis.detectors.guarded import GuardedPhrases
from analysis.taxonomy import Category


class PromptInjection(GuardedPhrases):
    """Scores prompt_attack; what a model then says of the post should be taken with care."""

    name = "prompt_injection"
    version = 1
    file = "prompt_injection"
    categories = frozenset({Category.PROMPT_ATTACK})
    kinds = {"instruction": Category.PROMPT_ATTACK}
