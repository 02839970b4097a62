"""What the journey tells of itself: one canonical log line a message, and the metrics.

Ids, scores, rules, outcomes, milliseconds; never content.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bot.errors import EnvironmentFailed, PlatformUnavailable
from bot.log import logger
from bot.metrics import Metrics
from bot.model import Message, Outcome
from bot.storage.journal import Stored

_log = logger("journey")


@dataclass(slots=True)
class Line:
    """The line of one message, while it is being written."""

    judged: Stored | None = None
    outcomes: Sequence[Outcome] = ()

    def settled(self, judged: Stored, outcomes: Sequence[Outcome]) -> None:
        """Fill it in: the message is through."""
        self.judged, self.outcomes = judged, outcomes


class Telling:
    """Writes the lines and counts."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def accepted(self, messages: Sequence[Message], new: set[str]) -> None:
        """Messages were committed to the queue."""
        for message in messages:
            if message.key in new:
                self._metrics.accepted.labels(message.ref.platform).inc()

    @contextmanager
    def about(self, message: Message, attempt: int) -> Iterator[Line]:
        """Tell of one message when it is through, or that it will come again."""
        started, line = time.perf_counter(), Line()
        try:
            yield line
        except (EnvironmentFailed, PlatformUnavailable) as exc:
            _log.warning("message.waits", ref=str(message.ref), attempt=attempt, why=str(exc))
            raise
        except Exception:
            _log.exception("message.broke", ref=str(message.ref), attempt=attempt)
            raise
        took = time.perf_counter() - started
        if line.judged is None:
            _log.info("message.later", ref=str(message.ref), attempt=attempt)
            return
        self._metrics.seconds.observe(took)
        self._count(message, line.judged, line.outcomes)
        self._write(message, line.judged, line.outcomes, attempt, took * 1000)

    def _count(self, message: Message, judged: Stored, outcomes: Sequence[Outcome]) -> None:
        metrics, record = self._metrics, judged.record
        complete = str(record.assessment.complete).lower()
        metrics.judged.labels(message.ref.platform, complete).inc()
        for failure in record.assessment.failures:
            metrics.failures.labels(failure.detector, failure.kind).inc()
        for matched in record.verdict.matched:
            metrics.matches.labels(matched.rule, matched.mode).inc()
        for outcome in outcomes:
            metrics.outcomes.labels(outcome.action.split()[0], outcome.status).inc()
        if judged.case_id:
            metrics.cases.inc()

    @staticmethod
    def _write(
        message: Message, judged: Stored, outcomes: Sequence[Outcome], attempt: int, ms: float
    ) -> None:
        assessment, verdict = judged.record.assessment, judged.record.verdict
        _log.info(
            "message",
            ref=str(message.ref),
            revision=message.revision,
            attempt=attempt,
            scores={c: round(s, 2) for c, s in assessment.scores.items() if s},
            rules=[f"{m.rule}:{m.mode}" for m in verdict.matched],
            unanswered=[u.rule for u in verdict.unanswered if u.asked],
            failures=[f"{f.detector}:{f.kind}" for f in assessment.failures],
            outcomes=[f"{o.action.split()[0]}:{o.status}" for o in outcomes],
            case=judged.case_id,
            ms=round(ms, 1),
        )
