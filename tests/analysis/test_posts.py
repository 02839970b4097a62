"""Whole posts through every detector of words: harmless ones stay unflagged, scams do not.

The shares hold for each half of the tables by itself; the half "unseen" is the better promise.
"""

import pytest

from analysis.cache import Cache
from analysis.detector import Detector
from analysis.detectors import DETECTORS
from analysis.pipeline import Pipeline
from analysis.registry import load
from analysis.taxonomy import Category
from analysis.types import Assessment, FactKind, Scope
from tests.analysis.posts import Post, posts

FLAGGED, REMOVED = 0.5, 0.8
HARMLESS = [post for half in posts("harmless").values() for post in half]
SWEARING = {Category.PROFANITY}


def every_detector() -> list[Detector]:
    made: list[Detector] = []
    for name in DETECTORS:
        detector = load(DETECTORS, name)
        assert isinstance(detector, type)
        made.append(detector())
    return made


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline((), every_detector(), cache=Cache())


def scam(assessment: Assessment) -> float:
    return assessment.scores[Category.SCAM] or 0.0


def lures(post: Post, assessment: Assessment) -> bool:
    linked = any(fact.kind is FactKind.URL for fact in assessment.facts)
    return bool(post.picture or post.qr or linked)


@pytest.mark.parametrize("post", HARMLESS, ids=[post.caption[:40] for post in HARMLESS])
async def test_a_harmless_post_is_not_flagged(pipeline: Pipeline, post: Post) -> None:
    scores = (await pipeline.analyse(post.content, Scope())).scores

    assert {c for c, score in scores.items() if (score or 0.0) >= FLAGGED} <= SWEARING


@pytest.mark.parametrize("half", ["tuned", "unseen"])
async def test_most_scams_are_flagged(pipeline: Pipeline, half: str) -> None:
    scams = posts("scams")[half]

    found = [scam(await pipeline.analyse(post.content, Scope())) for post in scams]

    assert sum(score >= FLAGGED for score in found) >= 0.85 * len(scams)


@pytest.mark.parametrize("half", ["tuned", "unseen"])
async def test_most_scams_that_lure_people_away_are_certain(pipeline: Pipeline, half: str) -> None:
    judged = [
        (post, await pipeline.analyse(post.content, Scope())) for post in posts("scams")[half]
    ]

    luring = [scam(assessment) for post, assessment in judged if lures(post, assessment)]
    assert len(luring) >= 20
    assert sum(score >= REMOVED for score in luring) >= 0.6 * len(luring)
