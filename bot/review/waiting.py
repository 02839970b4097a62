"""Cases that exist only because something did not answer: an outage is one incident. Pure.

Such a case waits under a key, ``detector:kind``. It leaves the desk by itself when a later
judgement is complete and finds nothing, and becomes a case as any other when it finds something.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from analysis.providers import PROVIDERS
from analysis.types import Failure, FailureKind
from bot.model import Cause, Mode, Record

WORKER = "worker"
"""The ``Failure.detector`` of a post whose worker was given up on."""

PASSING = frozenset(
    {
        FailureKind.UNAVAILABLE,
        FailureKind.TIMEOUT,
        FailureKind.OVER_BUDGET,
        FailureKind.GARBLED,
    }
)
"""Kinds of failure that another try may mend, and that therefore are tried again."""

ANSWERED_LATER = "answered later: nothing found"
"""The note of a case that the bot resolved."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Open cases that wait for the same thing."""

    key: str
    """Such as ``gemini:unavailable``."""
    cases: int
    since: datetime
    """When the oldest was opened."""

    @property
    def detector(self) -> str:
        """Who did not answer."""
        return self.key.rpartition(":")[0]

    @property
    def kind(self) -> str:
        """How, as ``FailureKind`` says it."""
        return self.key.rpartition(":")[2]


def waits_for(record: Record, remote: Collection[str] = PROVIDERS) -> str:
    """The key under which the record's case waits; empty where a person has something to see.

    ``remote`` names the detectors that ask a vendor: what else fails is not tried again. What a
    member reported waits for a person, whatever else it waits for.
    """
    failures = record.assessment.failures
    live = any(matched.mode is Mode.LIVE for matched in record.verdict.matched)
    if record.key.cause is Cause.REPORTED:
        return ""
    if live or not failures or not all(_passes(failure, remote) for failure in failures):
        return ""
    first = failures[0]
    # Who was late and is now left alone is away, all the same: one outage, one incident.
    late = first.kind is FailureKind.TIMEOUT
    kind = FailureKind.UNAVAILABLE if late else first.kind
    return f"{first.detector}:{kind.value}"


def _passes(failure: Failure, remote: Collection[str]) -> bool:
    return failure.detector == WORKER or (failure.detector in remote and failure.kind in PASSING)


def answers(record: Record) -> bool:
    """Whether a judgement is a further look at the same words and pictures, and found nothing.

    An edit is other words, and a report or a burst says something of its own.
    """
    verdict, key = record.verdict, record.key
    further = key.cause in {Cause.LATE_ANSWER, Cause.RESCAN} or (
        key.round > 0 and key.cause in {Cause.POSTED, Cause.EDITED}
    )
    live = any(matched.mode is Mode.LIVE for matched in verdict.matched)
    return further and record.assessment.complete and not live and not verdict.needs_review
