"""The readers' phase: every reader over every picture, at once, each under its deadline.

A reader that keeps limits of its own has no other: its jobs may wait long for a worker.

Answers are shared only between pictures whose decoded pixels are equal (``Image.sha256``): a
picture that merely looks the same may say something else. Failures are never kept.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from analysis.cache import Cache, Json
from analysis.deadline import within
from analysis.failing import failure_of, once
from analysis.flight import SingleFlight
from analysis.reader import Reader, bounded, version
from analysis.types import Box, Failure, Image, Origin, Passage

_KEEP = timedelta(hours=1)
"""Bursts and reposts come within minutes; read text is not kept longer than that needs."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read, in the order of the pictures, and what could not be."""

    passages: tuple[Passage, ...] = ()
    failures: tuple[Failure, ...] = ()
    took_ms: tuple[tuple[str, float], ...] = ()
    """Wall milliseconds each reader worked, over all pictures."""


class _Key(NamedTuple):
    reader: str
    version: str
    pixels: str

    def __str__(self) -> str:
        return f"read1:{self.reader}:{self.version}:{self.pixels}"


@dataclass(frozen=True, slots=True)
class _Answer:
    reader: str
    ms: float
    passages: tuple[Passage, ...] = ()
    failure: Failure | None = None


class Reading:
    """Reads pictures with every reader, each picture's pixels once."""

    def __init__(
        self,
        readers: Sequence[Reader],
        *,
        cache: Cache,
        limit: timedelta,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._readers = tuple(readers)
        self._cache = cache
        self._limit = limit
        self._clock = clock
        self._flights: SingleFlight[_Key, tuple[Passage, ...], None] = SingleFlight()

    async def read(self, images: Iterable[Image]) -> Readings:
        """Read every picture. Never raises: what cannot be read is a failure."""
        wanted = {(image.frame_of, image.sha256): image for image in images}
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._one(reader, image))
                for image in wanted.values()
                for reader in self._readers
            ]
        return _readings([task.result() for task in tasks])

    async def _one(self, reader: Reader, image: Image) -> _Answer:
        started = self._clock()
        try:
            shared = self._shared(reader, image)
            passages = await (shared if bounded(reader) else within(shared, self._limit))
        except Exception as exc:  # noqa: BLE001 - the seam: every failure is told, none is lost
            failure = failure_of(exc, reader.name, image.frame_of)
            return _Answer(reader.name, self._since(started), failure=failure)
        here = tuple(replace(passage, media=image.frame_of) for passage in passages)
        return _Answer(reader.name, self._since(started), here)

    def _since(self, started: float) -> float:
        return (self._clock() - started) * 1000.0

    async def _shared(self, reader: Reader, image: Image) -> tuple[Passage, ...]:
        key = _Key(reader.name, version(reader), image.sha256)
        return await self._flights.join(key, lambda _: self._kept_or_fresh(key, reader, image))

    async def _kept_or_fresh(self, key: _Key, reader: Reader, image: Image) -> tuple[Passage, ...]:
        kept = _unpacked(await self._cache.get(str(key)))
        if kept is not None:
            return kept
        passages = await reader.read(image)
        await self._cache.put(str(key), _packed(passages), _KEEP)
        return passages


def _readings(answers: Sequence[_Answer]) -> Readings:
    took: dict[str, float] = {}
    for answer in answers:
        took[answer.reader] = took.get(answer.reader, 0.0) + answer.ms
    failures = once(answer.failure for answer in answers if answer.failure)
    return Readings(tuple(_said_once(answers)), failures, tuple(took.items()))


def _said_once(answers: Iterable[_Answer]) -> Iterator[Passage]:
    """The frames of an animation mostly say the same: what an earlier one said is left out.

    Within one picture nothing is left out, for its lines may be one sentence.
    """
    said: set[tuple[int | None, Origin, str]] = set()
    for answer in answers:
        yield from (p for p in answer.passages if (p.media, p.origin, p.text) not in said)
        said.update((p.media, p.origin, p.text) for p in answer.passages)


def _packed(passages: Iterable[Passage]) -> Json:
    return [
        [p.text, p.origin.value, None if p.box is None else list(p.box), p.score] for p in passages
    ]


def _unpacked(value: Json) -> tuple[Passage, ...] | None:
    """Passages as they were packed, or None for anything else: then the picture is read anew."""
    if not isinstance(value, list):
        return None
    try:
        return tuple(_passage(row) for row in value)
    except (TypeError, ValueError):
        return None


def _passage(row: Json) -> Passage:
    match row:
        case [str(text), str(origin), None, float() | int() as score]:
            return Passage(text, Origin(origin), score=float(score))
        case [str(text), str(origin), [*edges], float() | int() as score]:
            left, top, right, bottom = (_number(edge) for edge in edges)
            return Passage(text, Origin(origin), box=Box(left, top, right, bottom), score=score)
        case _:
            raise ValueError("not a packed passage")


def _number(value: Json) -> float:
    if not isinstance(value, int | float):
        raise TypeError("not a number")
    return float(value)
