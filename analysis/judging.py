"""The detectors' phase: each is given what it needs when it is worth calling, under a deadline.

A detector that reads passages is called at once with the post's own words and again with only
the words that readers found, so that text is judged while pictures are still being read and
nothing is judged twice. What it gives for both calls is one ``Judgement``.
"""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from analysis.deadline import within
from analysis.detector import Awaits, Detector, Needs, Tier, awaits
from analysis.failing import failure_of, once
from analysis.reading import Readings
from analysis.taxonomy import Category
from analysis.types import Content, Fact, Failure, Findings, Scope, Signal


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything one detector said about one post."""

    detector: str
    categories: frozenset[Category]
    asked: bool = False
    """Whether it was called, or would have been had its material not failed to arrive."""
    about: frozenset[Category] = frozenset()
    """The categories anybody was asked about."""
    judged: frozenset[Category] = frozenset()
    """Those of them that at least one call answered."""
    signals: tuple[Signal, ...] = ()
    facts: tuple[Fact, ...] = ()
    failures: tuple[Failure, ...] = ()
    cost_usd: float = 0.0
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Post:
    """One post on its way through the detectors."""

    content: Content
    scope: Scope
    readings: asyncio.Task[Readings]
    known_good: frozenset[str]
    """Digests of pictures whose exact pixels a bank knows to be harmless."""


class Judging:
    """Calls detectors and keeps their failures from becoming anyone else's."""

    def __init__(
        self,
        *,
        limit: timedelta,
        patience: timedelta,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """``limit`` bounds each call; ``patience`` bounds the wait for readers before it."""
        self._limit = limit
        self._patience = patience
        self._clock = clock

    async def judge(self, detector: Detector, post: Post) -> Judgement:
        """Call the detector as often as its needs ask. Never raises."""
        judgement = Judgement(detector.name, detector.categories)
        if awaits(detector) is Awaits.NOTHING:
            judgement = await self._call(judgement, detector, post, shown(detector, post))
            if detector.needs in (Needs.IMAGES, Needs.BOTH):
                return self._settled(judgement, detector, post)
            later = Content((await _read(post)).passages, media=post.content.media)
        else:
            later = await self._patiently(detector, post)
        judgement = await self._call(judgement, detector, post, later)
        return self._settled(judgement, detector, post)

    async def _patiently(self, detector: Detector, post: Post) -> Content:
        """All there is when the readers are done or patience ends, whichever comes first.

        Where there is nothing to judge without the readers, they are waited for to the end:
        their own deadline bounds that.
        """
        await asyncio.wait({post.readings}, timeout=self._patience.total_seconds())
        if not post.readings.done() and detector.needs.met_by(shown(detector, post)):
            return shown(detector, post)
        read = await _read(post)
        everything = replace(post.content, passages=post.content.passages + read.passages)
        return shown(detector, replace(post, content=everything))

    async def _call(
        self, so_far: Judgement, detector: Detector, post: Post, content: Content
    ) -> Judgement:
        if not detector.needs.met_by(content):
            return so_far
        started = self._clock()
        try:
            findings = await within(detector.detect(content, post.scope), self._limit)
        except Exception as exc:  # noqa: BLE001 - the seam: every failure is told, none is lost
            ms = so_far.ms + self._since(started)
            failed = (*so_far.failures, failure_of(exc, detector.name))
            return replace(
                so_far, asked=True, about=so_far.categories, failures=once(failed), ms=ms
            )
        return _with(so_far, findings, so_far.ms + self._since(started))

    def _since(self, started: float) -> float:
        return (self._clock() - started) * 1000.0

    def _settled(self, judgement: Judgement, detector: Detector, post: Post) -> Judgement:
        """A detector that got nothing because reading failed was asked, and could not answer."""
        if judgement.asked or not _thwarted(detector, post):
            return judgement
        return replace(judgement, asked=True, about=judgement.categories)


def shown(detector: Detector, post: Post) -> Content:
    """What this detector is given of the content: what it needs, and nothing it does not.

    A picture whose exact pixels are known to be harmless is spared detectors of pictures alone;
    judges of words, joint judges and the banks themselves (instant) still see the post whole.
    """
    content = replace(post.content, failures=(), facts=())
    match detector.needs:
        case Needs.PASSAGES:
            return replace(content, images=())
        case Needs.IMAGES if detector.tier is Tier.INSTANT:
            return replace(content, passages=())
        case Needs.IMAGES:
            unknown = (image for image in content.images if image.sha256 not in post.known_good)
            return replace(content, passages=(), images=tuple(unknown))
        case _:
            return content


async def _read(post: Post) -> Readings:
    """Wait for the readers without owning them: another detector may be waiting too."""
    await asyncio.wait({post.readings})
    return post.readings.result()


def _with(so_far: Judgement, findings: Findings, ms: float) -> Judgement:
    about = so_far.categories if findings.asked is None else findings.asked
    judged = about if findings.judged is None else findings.judged
    return replace(
        so_far,
        asked=True,
        about=so_far.about | about,
        judged=so_far.judged | judged,
        signals=so_far.signals + findings.signals,
        facts=so_far.facts + findings.facts,
        failures=once((*so_far.failures, *findings.failures)),
        cost_usd=so_far.cost_usd + findings.cost_usd,
        ms=ms,
    )


def _thwarted(detector: Detector, post: Post) -> bool:
    failed: Collection[Failure] = post.content.failures
    if detector.needs is not Needs.IMAGES and post.readings.done():
        failed = (*failed, *post.readings.result().failures)
    return bool(failed) and not detector.needs.met_by(shown(detector, post))
