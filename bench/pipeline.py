"""What the pipeline costs beside its parts, and how long it keeps the event loop waiting.

The same readers and detectors over the same decoded pictures, in one process: once called bare
(all readers at once, then all detectors at once, no deadlines, no cache, no failures), once
through ``Pipeline`` with an empty cache. Rounds alternate and each post counts with its best
round, so that other work on the machine weighs on neither side.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from time import perf_counter
from typing import TypeVar, cast

from PIL import Image as Pillow
from PIL import ImageDraw

from analysis.cache import Cache
from analysis.content import build
from analysis.detector import Detector
from analysis.detectors import DETECTORS
from analysis.pipeline import Pipeline
from analysis.reader import Reader
from analysis.readers import READERS
from analysis.registry import MissingExtra, load
from analysis.sandbox import Sandbox
from analysis.types import Content, Origin, Passage, Scope
from bench.figures import Figure

POSTS = 4
ROUNDS = 3
T = TypeVar("T")
_LINES = ("Claim your free nitro now", "Meeting moved to Thursday", "Limited offer, act fast")


async def run() -> list[Figure]:
    """Measure both over ``POSTS`` drawn pictures with captions, ``ROUNDS`` times."""
    async with Sandbox() as sandbox, _stalls() as stalls:
        readers = _built(READERS, lambda make: cast("Reader", make(sandbox)))
        detectors = _built(DETECTORS, lambda make: cast("Detector", make()))
        posts = [await _post(number, sandbox) for number in range(POSTS)]
        await _bare(readers, detectors, posts[0])  # models are loaded once, for both
        bare, ours = [[float("inf")] * POSTS for _ in range(2)]
        stalls.clear()
        for _ in range(ROUNDS):
            for at, post in enumerate(posts):
                bare[at] = min(bare[at], await _timed(_bare(readers, detectors, post)))
                analysis = Pipeline(readers, detectors, cache=Cache()).analyse(post, Scope())
                ours[at] = min(ours[at], await _timed(analysis))
    names = ", ".join([part.name for part in readers] + [part.name for part in detectors])
    return [
        Figure("pipeline : bare parts", sum(ours) / sum(bare), "x", 1.1, note=f"with {names}"),
        Figure("one post through the pipeline", sum(ours) / POSTS * 1000, "ms", note="new picture"),
        Figure("longest stall of the event loop", max(stalls, default=0.0) * 1000, "ms", 50.0),
    ]


def _built(registry: dict[str, str], make: Callable[[Callable[..., object]], T]) -> list[T]:
    """Every entry of the registry whose extra is installed."""
    parts: list[T] = []
    for name in registry:
        try:
            parts.append(make(cast("Callable[..., object]", load(registry, name))))
        except MissingExtra as exc:
            print(f"without {name}: {exc}")
    return parts


async def _bare(readers: Sequence[Reader], detectors: Sequence[Detector], post: Content) -> None:
    read = await asyncio.gather(*(r.read(image) for r in readers for image in post.images))
    passages = post.passages + tuple(passage for found in read for passage in found)
    whole = replace(post, passages=passages)
    asked = [detector for detector in detectors if detector.needs.met_by(whole)]
    await asyncio.gather(*(detector.detect(whole, Scope()) for detector in asked))


async def _timed(work: Awaitable[object]) -> float:
    started = perf_counter()
    await work
    return perf_counter() - started


async def _post(number: int, sandbox: Sandbox) -> Content:
    caption = Passage(f"{_LINES[number % len(_LINES)]}, number {number}", Origin.CAPTION)
    content = await build([caption], [_picture(number)], sandbox)
    assert content.images, content.failures
    return content


def _picture(number: int) -> bytes:
    picture = Pillow.new("RGB", (800, 600), (30 + 40 * number, 60, 120))
    pen = ImageDraw.Draw(picture)
    for at, line in enumerate(_LINES * 2):
        pen.text((40, 40 + 80 * at), f"{line} {number}", fill="white", font_size=36)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


@asynccontextmanager
async def _stalls() -> AsyncIterator[list[float]]:
    """Seconds by which a sleep of a millisecond came late, as long as the context lasts."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(0.001)
            late.append(perf_counter() - before - 0.001)

    watcher = asyncio.create_task(watch())
    try:
        yield late
    finally:
        watcher.cancel()
