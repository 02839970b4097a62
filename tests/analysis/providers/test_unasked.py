"""What a vendor was not asked is neither a number nor a failure of the post."""

from analysis.cache import Cache
from analysis.pipeline import Pipeline
from analysis.taxonomy import Category
from analysis.types import Scope
from tests.analysis.providers.asking import a_picture, a_post
from tests.analysis.providers.deciding import deciding
from tests.analysis.providers.test_openai_moderation import moderating
from tests.emulators.decisions import Decider

HATE = Category.HATE


async def test_hate_in_a_picture_without_words_is_unasked() -> None:
    async with moderating() as (provider, _):
        pipeline = Pipeline((), (provider,), cache=Cache())
        assessment = await pipeline.analyse(a_post("", a_picture()), Scope())

    assert (assessment.scores[HATE], HATE in assessment.unasked) == (None, True)
    assert assessment.complete


async def test_a_refused_question_is_open_and_not_unasked() -> None:
    async with deciding("openai", Decider(refuses=frozenset({"hate"}))) as (provider, _):
        pipeline = Pipeline((), (provider,), cache=Cache())
        assessment = await pipeline.analyse(a_post("x"), Scope())

    assert (assessment.scores[HATE], HATE in assessment.unasked) == (None, False)
    assert assessment.scores[Category.PROVIDER_BLOCK] == 0.7
