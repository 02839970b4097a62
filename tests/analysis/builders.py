"""Builders for the pipeline's tests."""

from dataclasses import replace
from datetime import timedelta

from analysis.cache import Cache
from analysis.detector import Detector, Needs, Tier
from analysis.pipeline import Pipeline
from analysis.reader import Reader
from tests.analysis.fakes import (
    SCAM,
    FakeDetector,
    FakeReader,
)

LONG = timedelta(seconds=30)
SOON = timedelta(milliseconds=20)


def a_pipeline(
    *parts: FakeReader | FakeDetector,
    deadline: timedelta = LONG,
    reader_timeout: timedelta = LONG,
    patience: timedelta = LONG,
) -> Pipeline:
    readers: list[Reader] = [part for part in parts if isinstance(part, FakeReader)]
    detectors: list[Detector] = [part for part in parts if isinstance(part, FakeDetector)]
    return Pipeline(
        readers,
        detectors,
        cache=Cache(),
        deadline=deadline,
        reader_timeout=reader_timeout,
        patience=patience,
    )


def an_eye(name: str = "eye", **more: object) -> FakeDetector:
    eye = FakeDetector(name, Needs.IMAGES, digest="aa", categories=frozenset({SCAM}))
    return replace(eye, **more)  # type: ignore[arg-type]  # any field of the fake, by name


def a_judge(name: str = "judge", **more: object) -> FakeDetector:
    judge = FakeDetector(name, Needs.EITHER, Tier.REMOTE)
    return replace(judge, **more)  # type: ignore[arg-type]  # any field of the fake, by name
