"""Makes the first post as quick as the next: word lists compiled, models loaded, beforehand."""

import asyncio
import gc
import logging
from collections.abc import Sequence

from analysis.detector import Detector, Needs, Tier
from analysis.errors import AnalysisError
from analysis.reader import Reader, Warmable
from analysis.types import Content, Origin, Passage, Scope

log = logging.getLogger(__name__)

_TELLING = (
    "Good morning, this is an ordinary sentence of English words, long enough for a language.",
    "Доброе утро, это обычное предложение, чтобы узнать язык и похожие буквы: \u0440aypal.",
    "See https://example.com/page, call +44 20 7946 0958, mail jane@example.com, f r e e, n1tro",
)
"""What makes every detector of words load all it has; none of it means anything."""


async def warm(readers: Sequence[Reader], detectors: Sequence[Detector]) -> None:
    """Load everything that would be loaded at first use. Trouble is logged, never raised.

    Detectors are warmed in a thread, so that the loop answers meanwhile, and readers in their
    workers at the same time.
    """
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(_compile, detectors))
        for reader in readers:
            if isinstance(reader, Warmable):
                group.create_task(_load(reader))
    # What is loaded now stays to the end. Frozen, it is not searched for garbage again: a full
    # collection over half a million compiled entries would hold the loop up.
    gc.collect()
    gc.freeze()


def cool() -> None:
    """Take back what ``warm`` told the collector; extensions complain at exit of what is frozen."""
    gc.unfreeze()


async def _load(reader: Reader) -> None:
    if not isinstance(reader, Warmable):
        return
    try:
        await reader.warm()
    except* AnalysisError as group:
        log.warning("%s could not be warmed: %s", reader.name, group.exceptions[0])


def _compile(detectors: Sequence[Detector]) -> None:
    content = Content(tuple(Passage(text, Origin.CAPTION) for text in _TELLING))
    for detector in detectors:
        if detector.tier is Tier.INSTANT and detector.needs is Needs.PASSAGES:
            try:
                asyncio.run(detector.detect(content, Scope()))
            except AnalysisError as exc:
                log.warning("%s could not be warmed: %s", detector.name, exc)
