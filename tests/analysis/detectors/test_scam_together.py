"""A script split between words and picture is seen whole; what is no script stays as it was."""

import pytest

from analysis.cache import Cache
from analysis.detectors.scam_phrases import ScamPhrases
from analysis.detectors.scam_together import ScamTogether
from analysis.fusion import fuse
from analysis.pipeline import Pipeline
from analysis.taxonomy import Category
from analysis.types import Content, Image, Modality, Origin, Passage, Scope, Signal
from tests.pictures import a_picture, an_image

BAIT, PUSH = "Steam gift card $50", "click here to claim yours, first 20 people only"


def split(caption: str, *lines: str) -> Content:
    seen = (Passage(line, Origin.OCR, 0) for line in lines)
    return Content((Passage(caption, Origin.CAPTION), *seen), (an_image(a_picture()),))


async def together(content: Content) -> tuple[Signal, ...]:
    return (await ScamTogether().detect(content, Scope())).signals


async def test_two_mild_halves_make_one_joint_signal() -> None:
    (signal,) = await together(split(PUSH, BAIT))

    assert signal.modality is Modality.JOINT
    assert 0.7 <= signal.score < 0.8


async def test_the_half_that_carries_the_scam_is_quoted() -> None:
    (signal,) = await together(split(PUSH, BAIT))

    assert signal.evidence is not None
    assert (signal.evidence.origin, signal.evidence.media) == (Origin.OCR, 0)


@pytest.mark.parametrize(
    ("caption", "line"),
    [
        pytest.param("my new pillow", BAIT, id="only-the-picture"),
        pytest.param(PUSH, "a cat", id="only-the-words"),
        pytest.param("hurry up", "nitro code", id="two-kinds-are-no-script"),
        pytest.param("never click here, it is a scam", BAIT, id="a-warning"),
    ],
)
async def test_what_is_no_split_script_says_nothing(caption: str, line: str) -> None:
    assert await together(split(caption, line)) == ()


async def test_a_half_that_says_it_all_needs_no_other() -> None:
    whole = "free nitro, claim here, hurry, log in at discord-gift.ru"

    assert await together(split(f"{PUSH} {BAIT}", whole)) == ()


class Read:
    """A reader that finds these lines."""

    name = "ocr"

    def __init__(self, *lines: str) -> None:
        self._lines = lines

    async def read(self, image: Image) -> tuple[Passage, ...]:
        return tuple(Passage(line, Origin.OCR, image.frame_of) for line in self._lines)


async def test_together_they_end_where_neither_would_and_both_are_shown() -> None:
    pipeline = Pipeline([Read(BAIT)], [ScamPhrases(), ScamTogether()], cache=Cache())
    content = Content((Passage(PUSH, Origin.CAPTION),), (an_image(a_picture()),))

    assessment = await pipeline.analyse(content, Scope())

    makers = [assessment.signals[i] for i in assessment.made_by[Category.SCAM]]
    assert {signal.modality for signal in makers} == set(Modality)
    alone = [fuse([s], ())[Category.SCAM].value for s in makers if s.modality is not Modality.JOINT]
    assert max(alone) < 0.5
    assert 0.7 <= (assessment.scores[Category.SCAM] or 0.0) < 0.8
