"""What is loaded beforehand is loaded, and trouble with it stops nothing."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from analysis.detector import Needs
from analysis.detectors.phrases import bundled
from analysis.detectors.scam_phrases import ScamPhrases
from analysis.errors import WorkerLost
from analysis.types import Image, Passage
from analysis.warm import cool, warm
from tests.analysis.fakes import FakeDetector


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    yield
    cool()


@dataclass
class ColdReader:
    """Loads a model at first use."""

    name: str = "ocr"
    error: Exception | None = None
    warmed: list[str] = field(default_factory=list)

    async def warm(self) -> None:
        if self.error:
            raise self.error
        self.warmed.append(self.name)

    async def read(self, image: Image) -> tuple[Passage, ...]:
        return ()


async def test_a_phrase_file_is_compiled_beforehand() -> None:
    bundled.cache_clear()
    await warm([], [ScamPhrases()])
    before = bundled.cache_info().misses
    bundled("scam_phrases")

    assert bundled.cache_info().misses == before


async def test_a_readers_models_are_loaded_beforehand() -> None:
    reader = ColdReader()
    await warm([reader], [])

    assert reader.warmed == ["ocr"]


async def test_a_reader_that_cannot_be_warmed_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await warm([ColdReader(error=WorkerLost("a models worker died"))], [])

    assert "ocr could not be warmed: a models worker died" in caplog.text


async def test_judges_of_pictures_are_not_asked_to_judge_nothing() -> None:
    eye = FakeDetector("eye", Needs.IMAGES)
    await warm([], [eye])

    assert eye.seen == []


async def test_what_is_loaded_is_not_searched_for_garbage_until_the_end() -> None:
    await warm([], [])
    frozen = gc.get_freeze_count()
    cool()

    assert frozen > 0
    assert gc.get_freeze_count() == 0
