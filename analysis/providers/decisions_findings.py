"""From a decision model's answers to findings. Pure."""

from collections.abc import Iterator

from analysis.providers.decision import PROVIDER, Answers
from analysis.providers.questions import VERSION, Questions
from analysis.providers.sending import pointing_at
from analysis.taxonomy import Category
from analysis.types import Fact, FactKind, Findings, Grounds, Modality, Signal, Usage

BLOCKS = {
    "prohibited_content": 1.0,
    "safety": 0.9,
    "image_safety": 0.9,
    "blocklist": 0.9,
    "content_policy_violation": 0.9,
    "content_filter": 0.9,
    "other": 0.4,
}
"""How grave a block is by the vendor's word for it; the numbers are chosen by eye."""
UNKNOWN_BLOCK = 0.4
REFUSED = 0.7
"""One question refused, the others answered. Chosen by eye."""
POSSIBLE_CSAE = 0.3
"""What ``prohibited_content`` adds: enough that nothing of the post is kept, too little for any
bundled rule to act upon. Google means child safety by it among other things."""
NEUTRAL = 0.05
"""A mood nearer to 0 is neutral; the same bound as VADER's authors use for theirs."""


def found(
    answers: Answers,
    asked: Questions,
    *,
    model: str,
    modality: Modality,
    media: int | None,
    pictures: int,
) -> Findings:
    """Put answers into signals and facts; ``media`` is the one file that was shown, if one.

    What was refused is asked and not judged, so that its score stays open instead of 0.
    """
    source = f"{PROVIDER}/{model}@{VERSION}"
    said = dict(answers.yes) | _blocks(answers)
    signals = tuple(
        Signal(category, score, modality, Grounds.MODEL, source, pointing_at(media))
        for category, score in said.items()
    )
    usage = Usage(
        model,
        input_tokens=answers.input_tokens,
        output_tokens=answers.output_tokens,
        images=pictures,
    )
    return Findings(
        signals,
        tuple(_facts(answers, modality, media)),
        usage=(usage,),
        asked=frozenset({*asked.yes_no, Category.PROVIDER_BLOCK}),
        judged=frozenset({*answers.yes, Category.PROVIDER_BLOCK}),
    )


def _blocks(answers: Answers) -> dict[Category, float]:
    if answers.blocked:
        also = {Category.CSAE: POSSIBLE_CSAE} if answers.blocked == "prohibited_content" else {}
        return {Category.PROVIDER_BLOCK: BLOCKS.get(answers.blocked, UNKNOWN_BLOCK), **also}
    return {Category.PROVIDER_BLOCK: REFUSED} if answers.refused else {}


def _facts(answers: Answers, modality: Modality, media: int | None) -> Iterator[Fact]:
    for name in answers.refused:
        yield Fact(FactKind.LABEL, f"refused: {name}", 1.0, modality, media)
    if answers.mood is not None:
        yield Fact(FactKind.SENTIMENT, _named(answers.mood), answers.mood, modality)
    if answers.scene is not None:
        scene, score = answers.scene
        yield Fact(FactKind.SCENE, scene, score, Modality.IMAGE, media)


def _named(mood: float) -> str:
    if abs(mood) < NEUTRAL:
        return "neutral"
    return "positive" if mood > 0 else "negative"
