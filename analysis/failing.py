"""The one seam where an exception of the analysis becomes a ``Failure``."""

import logging
import re
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from analysis.errors import (
    AnalysisError,
    ProviderGarbled,
    ProviderOverBudget,
    ProviderRejected,
    ProviderUnavailable,
    SandboxBusy,
    UnreadableMedia,
    UnsupportedMedia,
    WorkerLost,
)
from analysis.types import Failure, FailureKind

log = logging.getLogger(__name__)

_KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (TimeoutError, FailureKind.TIMEOUT),
    (ProviderUnavailable, FailureKind.UNAVAILABLE),
    (ProviderRejected, FailureKind.REJECTED),
    (ProviderGarbled, FailureKind.GARBLED),
    (ProviderOverBudget, FailureKind.OVER_BUDGET),
    (UnreadableMedia, FailureKind.UNREADABLE),
    (UnsupportedMedia, FailureKind.NOT_SUPPORTED),
    (SandboxBusy, FailureKind.UNAVAILABLE),
    (WorkerLost, FailureKind.UNREADABLE),
)

TEXT = "text"
"""Who failed where every judge of words did."""

_OVERRAN = re.compile(r"longer than|timed out|\btime\b")
"""How ``WorkerLost`` says that a worker used up its time."""


def failure_of(exc: Exception, asked: str, media: int | None = None) -> Failure:
    """Say what went wrong when ``asked`` was asked, for a person and for the policy.

    Our own errors explain themselves. Of any other exception only the type is repeated, because
    its message may quote the post; it is ``garbled``, for asking again would not help a bug.
    """
    kind = _kind(exc)
    if isinstance(exc, AnalysisError):
        return Failure(asked, kind, str(exc), media)
    if kind is FailureKind.TIMEOUT:
        return Failure(asked, kind, str(exc) or "no answer in time", media)
    log.error("%s failed unexpectedly: %s at %s", asked, type(exc).__name__, _places(exc))
    return Failure(asked, kind, f"unexpected {type(exc).__name__}", media)


def _kind(exc: Exception) -> FailureKind:
    if isinstance(exc, WorkerLost) and _OVERRAN.search(str(exc)):
        return FailureKind.TIMEOUT  # to a moderator the same as any other late answer
    for known, kind in _KINDS:
        if isinstance(exc, known):
            return kind
    return FailureKind.GARBLED


def _places(exc: Exception) -> str:
    """Where it was raised, outermost first: names and line numbers, no values and no source."""
    frames = traceback.extract_tb(exc.__traceback__)
    return " > ".join(_place(frame) for frame in frames) or "nowhere"


def _place(frame: traceback.FrameSummary) -> str:
    return f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"


def said_by_one(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """The failures in order; what several detectors say alike of one unread text is said once.

    Every judge of words reads the same words, so what one could not read none could.
    """
    listed = once(failures)
    who = Counter(_what(failure) for failure in listed)
    return once(
        replace(failure, detector=TEXT) if who[_what(failure)] > 1 else failure
        for failure in listed
    )


def _what(failure: Failure) -> tuple[FailureKind, str, int | None] | Failure:
    """What makes two detectors' failures one: unread text of no file, for the same reason."""
    if failure.kind is FailureKind.UNREADABLE and failure.media is None:
        return failure.kind, failure.reason, failure.media
    return failure


def once(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """The failures in order, each said once: eight frames of one file fail as one file."""
    return tuple(dict.fromkeys(failures))
