"""The analysis of one post: readers and detectors side by side, then one assessment.

Readers turn pictures into passages while detectors already judge what the post brought; a
detector of words is called again for what the readers found. Every call is under a deadline,
every failure is part of the assessment, and identical posts in flight are analysed once.

A chain of providers that stand in for each other, a retry, a budget or a cache of a vendor's
answers is itself a ``Detector`` around others: the pipeline needs to know of none of them.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from analysis.assessing import assess, took
from analysis.cache import Cache
from analysis.detector import Detector, Tier
from analysis.flight import SingleFlight
from analysis.judging import Judgement, Judging, Post
from analysis.known import Remembered, known_good
from analysis.reader import Reader
from analysis.reading import Reading, Readings
from analysis.stages import Answered, Fused, Judged, Read, Stage, Tell
from analysis.taxonomy import Category
from analysis.types import Assessment, Banks, Content, Scope

log = logging.getLogger(__name__)

Remote = Literal["always", "undecided", "never"]
"""When remote detectors are called: with the others, only where they could change what the
policy decides, or not at all."""

CouldChange = Callable[[Assessment], bool]


class Pipeline:
    """Analyses posts with the readers and detectors it is given."""

    def __init__(
        self,
        readers: Sequence[Reader],
        detectors: Sequence[Detector],
        *,
        cache: Cache,
        deadline: timedelta = timedelta(seconds=20),
        reader_timeout: timedelta = timedelta(seconds=20),
        patience: timedelta = timedelta(seconds=3),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """``deadline`` bounds each call of a detector, ``reader_timeout`` each picture of a
        reader that has no limits of its own.

        ``patience`` is how long a detector that wants all passages waits for the readers while
        it has something to judge without them; without readers there is nothing to wait for.
        """
        self._detectors = tuple(detectors)
        self._reading = Reading(readers, cache=cache, limit=reader_timeout, clock=clock)
        self._judging = Judging(limit=deadline, patience=patience, clock=clock)
        self._clock = clock
        self._flights: SingleFlight[Hashable, Assessment, Stage] = SingleFlight()

    @property
    def categories(self) -> frozenset[Category]:
        """What some detector judges when it is asked."""
        return frozenset[Category]().union(*(each.categories for each in self._detectors))

    async def analyse(
        self,
        content: Content,
        scope: Scope,
        *,
        remote: Remote = "always",
        could_change: CouldChange | None = None,
        on_stage: Tell | None = None,
    ) -> Assessment:
        """Analyse a post. Failures of readers and detectors are in the assessment, not raised.

        ``could_change`` is asked, where ``remote`` is "undecided", with the assessment of what
        is found here; without it, or where it raises, remote detectors are called. Equal posts
        are analysed once while in flight, so pass the same callable for the same policy.
        ``on_stage`` is told of every stage, also of those that an equal post has behind it.
        """
        asked = could_change if remote == "undecided" else None
        return await self._flights.join(
            self._key(content, scope, remote, asked),
            lambda tell: self._run(content, scope, remote, asked, tell),
            None if on_stage is None else _harmless(on_stage),
        )

    def _key(
        self, content: Content, scope: Scope, remote: Remote, could_change: CouldChange | None
    ) -> Hashable:
        """What must be equal for two posts to share one analysis.

        Pixels stand for the picture, the banks for what it is compared with, and the purse for
        who pays: it matters only where something is called that bills.
        """
        pictures = tuple((i.sha256, i.width, i.height, i.frame_of, i.frame) for i in content.images)
        bills = remote != "never" and any(d.tier is Tier.REMOTE for d in self._detectors)
        purse = scope.purse if bills else None
        words = (content.passages, content.media, content.failures, content.facts)
        return (pictures, words, scope.banks, purse, remote, could_change)

    async def _run(
        self,
        content: Content,
        scope: Scope,
        remote: Remote,
        could_change: CouldChange | None,
        tell: Tell,
    ) -> Assessment:
        run = _Run(content, replace(scope, banks=Remembered(scope.banks)), tell, self._clock)
        now = [d for d in self._detectors if d.tier is not Tier.REMOTE or remote == "always"]
        async with asyncio.TaskGroup() as group:
            readings = group.create_task(self._read(run))
            good = await _known_good(content, run.scope.banks)
            post = Post(content, run.scope, readings, good)
            judging = [group.create_task(self._answer(detector, post, run)) for detector in now]
        judgements = [task.result() for task in judging]
        later = [d for d in self._detectors if d not in now] if remote == "undecided" else []
        if later and _undecided(could_change, assess(content, readings.result(), judgements)):
            judgements += await self._ask(later, post, run)
        return self._fused(run, readings.result(), judgements)

    async def _ask(self, detectors: Sequence[Detector], post: Post, run: "_Run") -> list[Judgement]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._answer(each, post, run)) for each in detectors]
        return [task.result() for task in tasks]

    async def _read(self, run: "_Run") -> Readings:
        readings = await self._reading.read(run.content.images)
        run.reached("read", lambda ms: Read(ms, readings.passages, readings.failures))
        return readings

    async def _answer(self, detector: Detector, post: Post, run: "_Run") -> Judgement:
        judgement = await self._judging.judge(detector, post)
        if judgement.asked:
            run.tell(Answered(judgement.ms, detector.name, judgement.signals, judgement.failures))
        return judgement

    @staticmethod
    def _fused(run: "_Run", readings: Readings, judgements: Sequence[Judgement]) -> Assessment:
        run.reached("judged", lambda ms: Judged(ms, sum(len(j.signals) for j in judgements)))
        before = run.ms()
        assessment = assess(run.content, readings, judgements)
        run.timings["fused"] = run.ms() - before
        timings = {**took(readings, judgements), **run.timings, "total": run.ms()}
        assessment = replace(assessment, timings_ms=timings)
        run.tell(Fused(run.timings["fused"], assessment))
        return assessment


class _Run:
    """One analysis under way: what it is about, who is told, and since when it runs."""

    def __init__(
        self, content: Content, scope: Scope, tell: Tell, clock: Callable[[], float]
    ) -> None:
        self.content = content
        self.scope = scope
        self.tell = tell
        self.timings: dict[str, float] = {}
        self._clock = clock
        self._started = clock()

    def ms(self) -> float:
        return (self._clock() - self._started) * 1000.0

    def reached(self, name: str, stage: Callable[[float], Stage]) -> None:
        self.timings[name] = self.ms()
        self.tell(stage(self.timings[name]))


async def _known_good(content: Content, banks: Banks) -> frozenset[str]:
    """What the banks clear; trouble with them clears nothing."""
    try:
        return await known_good(content.images, banks)
    except Exception as exc:  # noqa: BLE001 - a picture that cannot be looked up is not known
        log.error("banks failed: %s", type(exc).__name__)  # noqa: TRY400 - a traceback may quote
        return frozenset()


def _undecided(could_change: CouldChange | None, found_here: Assessment) -> bool:
    """Whether a remote answer could matter. Not knowing is reason enough to ask."""
    if could_change is None:
        return True
    try:
        return could_change(found_here)
    except Exception as exc:  # noqa: BLE001 - the policy's trouble must not clear a post
        log.error("could_change failed: %s", type(exc).__name__)  # noqa: TRY400 - as above
        return True


def _harmless(listener: Tell) -> Tell:
    """A listener whose trouble stays its own: a closed page must not stop an analysis."""

    def tell(stage: Stage) -> None:
        try:
            listener(stage)
        except Exception as exc:  # noqa: BLE001 - see the docstring
            log.warning("a listener failed: %s", type(exc).__name__)

    return tell
