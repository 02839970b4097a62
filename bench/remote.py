"""Vision and text together: how long a post takes, and how many posts are in flight.

Two loopback providers of a fixed latency, one of pictures and one of words, asked through
everything that stands around a provider. First at 0.3 s: from the start of an analysis to its
end, less the slower provider. Then at 1 s: posts a second, kept up for a minute, with pictures
prepared beforehand and every post's words its own, so that no answer comes from the cache;
against the naive way, which asks the one, then the other, one post at a time.

The server runs in a process of its own on the same cores.
"""

import asyncio
import base64
import multiprocessing
import os
import resource
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import httpx
from PIL import Image as Pillow

from analysis.cache import Cache
from analysis.detector import Detector, Needs, Tier
from analysis.dialling import dialled
from analysis.http import Http
from analysis.pipeline import Pipeline
from analysis.providers.provider import Fit, Prepare
from analysis.remote.answers import Answers
from analysis.remote.asked import Around, Asked
from analysis.remote.breaker import Breaker
from analysis.remote.budget import Allowance, Budget
from analysis.remote.chain import Chain, seated
from analysis.remote.ledger import MemoryLedger
from analysis.remote.limits import Limits, Rates
from analysis.remote.meter import Meter
from analysis.remote.prepare import Pictures
from analysis.remote.prices import FREE
from analysis.spread import SpreadTransport
from analysis.taxonomy import Category
from analysis.types import (
    Content,
    Findings,
    Grounds,
    Image,
    Modality,
    Origin,
    Passage,
    Scope,
    Signal,
    Usage,
)
from bench.figures import Figure

SECONDS = float(os.environ.get("BIFOCAL_BENCH_REMOTE_SECONDS", "60"))
"""How long posts are kept in flight."""
IN_FLIGHT = 96
PICTURES = 64
NAIVE_POSTS = 3
_FIT = Fit(1 << 20, 512, ("image/jpeg",))


@dataclass(frozen=True, slots=True)
class Loopback:
    """A provider that posts what it sees to a server here, as a vendor's adapter does."""

    name: str
    needs: Needs
    client: httpx.AsyncClient
    prepare: Prepare
    url: str
    tier: Tier = Tier.REMOTE
    categories: frozenset[Category] = frozenset({Category.SCAM, Category.HATE})

    async def detect(self, content: Content, scope: Scope) -> Findings:  # noqa: ARG002 - a detector's shape
        """One call with everything it is shown."""
        pictures = [await self.prepare(image, _FIT) for image in content.images]
        body = {
            "words": [passage.text for passage in content.passages],
            "pictures": [base64.b64encode(picture.data).decode() for picture in pictures],
        }
        http = Http(self.client, self.name, retries=0)
        reply = await http.send(self.client.build_request("POST", self.url, json=body))
        score = float(reply.json(self.name)["score"])
        modality = Modality.IMAGE if self.needs is Needs.IMAGES else Modality.TEXT
        signal = Signal(Category.SCAM, score, modality, Grounds.MODEL, f"{self.name}/m@1")
        return Findings((signal,), usage=(Usage("m", input_tokens=1400, output_tokens=30),))


async def run(seconds: float = SECONDS) -> list[Figure]:
    """Measure; takes a little longer than ``seconds``."""
    return [await _together(), *await _in_flight(seconds)]


async def _together() -> Figure:
    async with _served(0.3) as url, _providers(url) as (providers, _):
        pipeline = _pipeline(providers)
        posts = [_post(n, f"together {n}") for n in range(12)]
        for post in posts[:2]:
            await pipeline.analyse(post, Scope("bench"))
        over = [await _over(pipeline, post) for post in posts[2:]]
    note = "median of 10; vision and text apart, 0.3 s each"
    return Figure("time to assessment less the slowest provider", median(over), "ms", 50, note=note)


async def _over(pipeline: Pipeline, post: Content) -> float:
    began = time.perf_counter()
    assessment = await pipeline.analyse(post, Scope("bench"))
    assert assessment.complete, assessment.failures
    return (time.perf_counter() - began - 0.3) * 1000


async def _in_flight(seconds: float) -> list[Figure]:
    async with _served(1.0) as url, _providers(url) as (providers, prepare):
        for number in range(PICTURES):
            await prepare(_drawn(number), _FIT)
        naive = await _naive(providers)
        crowd = _Crowd(_pipeline(providers))
        await crowd.work(min(5.0, seconds / 4))  # connections are open, caches are full
        before, busy = _megabytes(), time.process_time()
        speed = await crowd.work(seconds)
        grown, busy = _megabytes() - before, time.process_time() - busy
    note = f"{IN_FLIGHT} in flight for {seconds:g} s, two calls of 1 s each"
    return [
        Figure(
            "posts judged by vision and text", speed, "1/s", 40, higher_is_better=True, note=note
        ),
        Figure(
            "posts in flight : one call after the other",
            speed / naive,
            "x",
            80,
            higher_is_better=True,
            note=f"naive: {naive:.2f} posts/s, measured on {NAIVE_POSTS}",
        ),
        Figure(
            "processor time of one such post",
            busy * 1000 / max(1.0, speed * seconds),
            "ms",
            25,
            note="what other load on the machine does not change",
        ),
        Figure("memory gained meanwhile", grown, "MB", 32, note="of this process"),
    ]


async def _naive(providers: Sequence[Detector]) -> float:
    """Posts a second where each call waits for the one before it."""
    began = time.perf_counter()
    for number in range(NAIVE_POSTS):
        post = _post(number, f"naive {number}")
        for provider in providers:
            await provider.detect(post, Scope("bench"))
    return NAIVE_POSTS / (time.perf_counter() - began)


class _Crowd:
    """So many posts in flight at any moment."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._number = 0

    async def work(self, seconds: float) -> float:
        """Keep them in flight for so long; returns posts judged a second."""
        began = time.perf_counter()
        done = await asyncio.gather(*(self._one(began + seconds) for _ in range(IN_FLIGHT)))
        return sum(done) / (time.perf_counter() - began)

    async def _one(self, until: float) -> int:
        done = 0
        while time.perf_counter() < until:
            self._number += 1
            post = _post(self._number, f"post {self._number}")
            scope = Scope(f"c{self._number % 7}", author=f"a{self._number % 31}")
            assessment = await self._pipeline.analyse(post, scope)
            assert assessment.complete, assessment.failures
            done += 1
        return done


def _pipeline(providers: Sequence[Detector]) -> Pipeline:
    kept, meter = Cache(), Meter()
    budget = Budget(MemoryLedger(), Allowance(), lambda: datetime.now(UTC))

    def around(provider: Detector) -> Asked:
        name = provider.name
        return Asked(
            provider,
            Around(
                answers=Answers(kept, name, "1", timedelta(hours=1)),
                breaker=Breaker(name, time.monotonic),
                limits=Limits(name, Rates(at_once=256, wait_s=5), time.monotonic),
                budget=budget,
                meter=meter,
                limit=timedelta(seconds=15),
                unpriced=FREE,
            ),
        )

    seats = seated([around(provider) for provider in providers])
    return Pipeline([], [Chain(seat) for seat in seats], cache=kept)


@asynccontextmanager
async def _providers(url: str) -> AsyncIterator[tuple[Sequence[Detector], Prepare]]:
    prepare = Pictures()
    async with httpx.AsyncClient(transport=SpreadTransport(dialled()), timeout=30) as client:
        eyes = Loopback("eyes", Needs.IMAGES, client, prepare, url)
        words = Loopback("words", Needs.PASSAGES, client, prepare, url)
        yield (eyes, words), prepare


def _post(number: int, text: str) -> Content:
    """A post of its own: other words, and a picture that no answer is kept for.

    The frame's number makes it another question about the same prepared pixels.
    """
    picture = replace(_drawn(number % PICTURES), frame=number)
    return Content((Passage(text, Origin.CAPTION),), (picture,))


@cache
def _drawn(number: int) -> Image:
    """One of ``PICTURES`` pictures of 512 pixels a side."""
    noise = Pillow.effect_noise((64, 64), 40 + number).resize((512, 512))
    pixels = Pillow.merge("RGB", (noise, noise.rotate(90), noise.rotate(180)))
    return Image(pixels.tobytes(), 512, 512, f"{number:064x}", "0" * 64, 100, 0)


@asynccontextmanager
async def _served(latency_s: float) -> AsyncIterator[str]:
    """A server that answers every request after so long, in a process of its own."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    serve = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(latency_s, theirs), daemon=True
    )
    serve.start()
    try:
        port = await asyncio.to_thread(ours.recv)
        yield f"http://127.0.0.1:{port}/judge"
    finally:
        serve.terminate()
        serve.join()


def _serve(latency_s: float, parent: Connection) -> None:
    asyncio.run(_serving(latency_s, parent))


async def _serving(latency_s: float, parent: Connection) -> None:
    answer = b'{"score": 0.25}'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                headers = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(headers.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                await reader.readexactly(length)
                await asyncio.sleep(latency_s)
                writer.write(head % len(answer) + answer)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=512)
    parent.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _megabytes() -> float:
    """Resident memory now."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
