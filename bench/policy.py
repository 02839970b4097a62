"""How long rules take: one scalar rule, one over 60 facts, and the standard policy as a whole."""

import asyncio
import statistics
import time
from collections.abc import Callable

from analysis.taxonomy import Category
from analysis.types import Assessment, Fact, FactKind, Modality
from bench.figures import Figure
from bot.model import AuthorContext, Context
from bot.policy.cel import Activation, compile_condition
from bot.policy.policy import Policy, preset_bytes
from bot.policy.post import Post
from bot.policy.variables import values

_SCALAR = "scores.scam >= 0.8 && image.count > 0 && author.days_in_community < 30.0"
_FACTS = "facts.exists(f, f.kind == 'logo' && f.value == 'acme') && text.sentiment < -0.5"


async def run() -> list[Figure]:
    """Measure on one core; each figure is the median of several rounds, in microseconds."""
    return await asyncio.to_thread(_measure)


def _measure() -> list[Figure]:
    assessment, context = _a_post()
    policy = Policy.parse(preset_bytes("standard"), "standard")
    return [
        Figure("scalar rule", _rule(_SCALAR, assessment, context), "us", 10),
        Figure("rule over 60 facts", _rule(_FACTS, assessment, context), "us", 50),
        Figure(
            "standard policy, one post",
            _microseconds(lambda: policy.decide(assessment, context)),
            "us",
            note=f"{len(policy.rules)} rules, the values worked out once",
        ),
    ]


def _rule(text: str, assessment: Assessment, context: Context) -> float:
    condition = compile_condition(text, "bench")
    activation = Activation(values(Post(assessment, context), condition.references))
    assert condition.ask(activation) is False
    return _microseconds(lambda: condition.ask(activation))


def _microseconds(work: Callable[[], object], rounds: int = 7, times: int = 500) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        for _ in range(times):
            work()
        taken.append((time.perf_counter() - begun) / times * 1e6)
    return statistics.median(taken)


def _a_post() -> tuple[Assessment, Context]:
    """A post whose every rule is read to its end: a high score, and 60 facts without a match."""
    labels = tuple(
        Fact(FactKind.LABEL, f"label {n}", 0.5, Modality.IMAGE, media=0) for n in range(59)
    )
    assessment = Assessment(
        media=(None,),
        signals=(),
        facts=(*labels, Fact(FactKind.SENTIMENT, "negative", -0.9)),
        scores=dict.fromkeys(Category, 0.0) | {Category.SCAM: 0.9},
        made_by={},
        unasked=(),
    )
    author = AuthorContext(days_old=400.0, days_in_community=200.0)
    return assessment, Context("community", "channel", author=author)


if __name__ == "__main__":
    for figure in asyncio.run(run()):
        print(f"{figure.name}: {figure.value:.1f} {figure.unit} {figure.goal}")
