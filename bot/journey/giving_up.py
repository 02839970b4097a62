"""Posts that could not be judged because their worker died again and again.

Failure is never clean: such a post gets a record that says so and a case, and a person decides.
When the job is driven again, it is judged anew in a further round.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from analysis.taxonomy import Category
from analysis.types import Assessment, Failure, FailureKind
from bot.jobs import Parked
from bot.log import logger
from bot.model import (
    AuthorContext,
    Cause,
    Context,
    JudgementKey,
    Message,
    Outcome,
    Record,
    Status,
    Verdict,
)
from bot.ports import Platform
from bot.queue.jobs import UnreadableJob, is_report, unpack
from bot.review.waiting import WORKER, waits_for
from bot.storage.journal import Journal, Stored
from bot.storage.sealed import NewCase

_log = logger("giving_up")


class GivenUp:
    """Knows which rounds were given up, and puts parked jobs before a person."""

    def __init__(
        self,
        journal: Journal,
        platforms: Mapping[str, Platform],
        clock: Callable[[], datetime],
    ) -> None:
        self._journal = journal
        self._platforms = platforms
        self._clock = clock
        self._told: set[tuple[str, datetime]] = set()

    async def next_round(
        self, message: Message, cause: Cause | None = None
    ) -> tuple[JudgementKey, Stored | None]:
        """The round in which to judge a message, and what was written of it before.

        Without a ``cause`` it is its first judgement: that it was posted, or edited.
        """
        cause = cause or (Cause.EDITED if message.edited else Cause.POSTED)
        key = JudgementKey(message.ref, message.revision, 0, cause)
        while (stored := await self._journal.stored(key)) and _given_up(stored):
            key = key._replace(round=key.round + 1)
        return key, stored

    async def told_of(self, parked: Sequence[Parked]) -> None:
        """Make sure that every parked job stands before a person. Repeating it is harmless."""
        for each in parked:
            if (each.job.key, each.at) in self._told:
                continue
            try:
                await self._give_up(unpack(each.job), each)
            except UnreadableJob as exc:
                _log.error("parked.unreadable", key=each.job.key, reason=str(exc))
            self._told.add((each.job.key, each.at))

    async def _give_up(self, message: Message, parked: Parked) -> None:
        cause = Cause.REPORTED if is_report(parked.job) else None
        key, stored = await self.next_round(message, cause)
        stored = stored or await self._written(key, parked)
        if stored is None:
            record = self._record(key, message, parked)
            waiting = waits_for(record)
            case = await self._journal.write(record, NewCase(message, waiting=waiting))
        else:
            case = stored.case_id
            await self._settle(stored, Status.UNKNOWN, "the process died while it was being done")
            key = stored.record.key
        await self._journal.finish(key)
        if platform := self._platforms.get(message.ref.platform):
            await platform.settled(message, case)

    async def _written(self, key: JudgementKey, parked: Parked) -> Stored | None:
        """What was written of this very parking before a restart, told of to its end or not."""
        if key.round == 0:
            return None
        before = await self._journal.stored(key._replace(round=key.round - 1))
        return before if before is not None and before.record.judged_at >= parked.at else None

    async def unreachable(self, stored: Stored) -> tuple[Outcome, ...]:
        """The platform was away for too long: what is not done is left to a person."""
        detail = "the platform could not be reached"
        await self._settle(stored, Status.FAILED, detail)
        now = await self._journal.stored(stored.record.key)
        return () if now is None else now.record.outcomes

    async def _settle(self, stored: Stored, status: Status, detail: str) -> None:
        """Settle what is only intended: a person must look whether it took effect."""
        now = await self._journal.stored(stored.record.key) or stored
        for outcome in now.record.outcomes:
            if outcome.status is Status.INTENDED:
                settled = Outcome(outcome.action, status, self._clock(), None, detail)
                await self._journal.settle(stored.record.key, settled)

    def _record(self, key: JudgementKey, message: Message, parked: Parked) -> Record:
        failure = Failure(WORKER, FailureKind.UNREADABLE, f"given up: {parked.reason}")
        verdict = Verdict(
            matched=(),
            unanswered=(),
            actions=(),
            needs_review=True,
            explanation="It could not be analysed, so a person must look.",
            policy_version="",
        )
        assessment = Assessment(
            media=(None,) * len(message.attachments),
            signals=(),
            facts=(),
            scores=dict.fromkeys(Category),
            made_by={},
            unasked=(),
            failures=(failure,),
        )
        author = AuthorContext(roles=message.author.roles, is_moderator=message.author.is_moderator)
        ref = message.ref
        context = Context(ref.community_id, ref.channel_id, message.channel, author)
        now = self._clock()
        return Record(
            key, message.author.id, message.sent_at, now, assessment, context, verdict, ()
        )


def _given_up(stored: Stored) -> bool:
    return any(failure.detector == WORKER for failure in stored.record.assessment.failures)
