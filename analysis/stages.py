"""What a live page is told while a post is analysed.

``ms`` counts wall milliseconds from the start of the analysis for ``Read`` and ``Judged``, which
overlap on purpose, and is the stage's own duration elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

from analysis.types import Assessment, Failure, Media, Passage, Signal


@dataclass(frozen=True, slots=True)
class Decoded:
    """The files were decoded. Told by whoever built the content, before the analysis."""

    ms: float
    media: tuple[Media | None, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """Every reader is done with every picture."""

    ms: float
    passages: tuple[Passage, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """One detector is done; ``ms`` is the time its calls took."""

    ms: float
    detector: str
    signals: tuple[Signal, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """Every detector is done."""

    ms: float
    signals: int
    """How many signals they gave."""


@dataclass(frozen=True, slots=True)
class Fused:
    """There is one score per category."""

    ms: float
    assessment: Assessment


Stage = Decoded | Read | Answered | Judged | Fused
Tell = Callable[[Stage], None]
