"""Many pictures at once are read late rather than given up on."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from analysis.cache import Cache
from analysis.detector import Needs, Tier
from analysis.pipeline import Pipeline
from analysis.reader import Bounded
from analysis.readers import READERS
from analysis.registry import load
from analysis.types import FactKind, FailureKind, Image, Origin, Passage, Scope
from tests.analysis.fakes import FakeDetector, FakeReader, a_post, an_image

AT_ONCE = timedelta(0)


@dataclass
class OneWorker:
    """A sandboxed reader: one worker for all, and limits of its own for every job."""

    name: str = "ocr"
    bounded: bool = True
    worker: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def read(self, image: Image) -> tuple[Passage, ...]:
        async with self.worker:
            await asyncio.sleep(0)
            return (Passage(image.sha256[:2], Origin.OCR),)


def a_pipeline(reader: OneWorker | FakeReader, *detectors: FakeDetector) -> Pipeline:
    return Pipeline([reader], detectors, cache=Cache(), reader_timeout=AT_ONCE, patience=AT_ONCE)


async def test_a_burst_on_one_worker_is_read_to_the_last_picture() -> None:
    pipeline = a_pipeline(OneWorker())
    posts = [a_post(an_image(f"{n:02x}")) for n in range(100)]

    found = await asyncio.gather(*(pipeline.analyse(post, Scope()) for post in posts))

    assert all(assessment.complete for assessment in found)
    read = [fact.value for each in found for fact in each.facts if fact.kind is FactKind.OCR]
    assert read == [f"{n:02x}" for n in range(100)]


async def test_a_reader_without_limits_of_its_own_is_kept_to_ours() -> None:
    found = await a_pipeline(OneWorker(bounded=False)).analyse(a_post(an_image()), Scope())

    assert [failure.kind for failure in found.failures] == [FailureKind.TIMEOUT]


@pytest.mark.parametrize("name", READERS)
def test_every_reader_of_the_registry_works_under_the_sandboxs_limits(name: str) -> None:
    reader = load(READERS, name)

    assert isinstance(reader, Bounded)
    assert reader.bounded is True


@pytest.mark.parametrize(
    ("tier", "texts"), [(Tier.INSTANT, ["hello", "aa"]), (Tier.REMOTE, ["hello"])]
)
async def test_what_costs_nothing_waits_for_the_readers_and_what_costs_does_not(
    tier: Tier, texts: list[str]
) -> None:
    worker, judge = OneWorker(), FakeDetector("joint", Needs.BOTH, tier)
    await worker.worker.acquire()
    asyncio.get_running_loop().call_later(0.02, worker.worker.release)

    await a_pipeline(worker, judge).analyse(a_post(an_image()), Scope())

    assert [[p.text for p in content.passages] for content in judge.seen] == [texts]
