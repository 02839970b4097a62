"""Asks again what did not answer, less and less often, and acts by what the answer adds.

The first judgement stands meanwhile and its case waits in review. A late answer is a further
judgement of the same case; it never touches what a person decided.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analysis.types import Failure, FailureKind
from bot.jobs import Answer, Done, Later
from bot.journey.act import Act
from bot.journey.giving_up import GivenUp
from bot.journey.look import Look
from bot.model import Case, CaseState, Cause, Message, Outcome, Record, Status
from bot.ports import Platform
from bot.storage.journal import Journal, Stored

FIRST = timedelta(minutes=1)
LAST = timedelta(days=1)
"""After a day a post is left to the person who has its case."""
LONGEST = timedelta(hours=1)
"""Between two tries, which lie as far apart as the first judgement lies back: 1, 2, 4 minutes …
All three chosen by eye: providers' outages last minutes, their daily quotas a day."""

PASSING = frozenset(
    {
        FailureKind.UNAVAILABLE,
        FailureKind.TIMEOUT,
        FailureKind.GARBLED,
        FailureKind.OVER_BUDGET,
    }
)
"""What another day may mend; what cannot be decoded today cannot be tomorrow."""


def worth_asking_again(failures: Sequence[Failure], outcomes: Sequence[Outcome] = ()) -> bool:
    """Whether something may still answer, and the post was not removed meanwhile."""
    removed = any(o.action == "delete" and o.status is Status.APPLIED for o in outcomes)
    return not removed and any(failure.kind in PASSING for failure in failures)


@dataclass(frozen=True, slots=True)
class Late:
    """Handles jobs that ask again."""

    look: Look
    act: Act
    journal: Journal
    given_up: GivenUp
    clock: Callable[[], datetime]

    async def ask(self, platform: Platform, message: Message) -> Answer:
        """Ask again, now or at the right time; a message that changed is left alone."""
        key, first = await self.given_up.next_round(message)
        if first is None or await platform.client.revision(message.ref) != message.revision:
            return Done()
        waited = self.clock() - first.record.judged_at
        if waited < FIRST:
            return Later((FIRST - waited).total_seconds(), "too early to ask again")
        later = key._replace(round=key.round + 1, cause=Cause.LATE_ANSWER)
        judged = await self.journal.stored(later)
        again = judged is not None
        if judged is None:
            record, case = await self.look.at(platform, message, later)
            if worth_asking_again(record.assessment.failures) and waited < LAST:
                return Later(min(waited, LONGEST).total_seconds(), "it still does not answer")
            record = adding(record, first, await self.journal.case_of(message.ref))
            judged = Stored(record, await self.journal.write(record, case), finished=False)
        outcomes = await self.act.on(platform, message, judged, again=again)
        if isinstance(outcomes, Later):
            return outcomes
        await self.act.finish(platform, message, judged)
        return Done()


def adding(record: Record, first: Stored, case: Case | None) -> Record:
    """The same with only those actions that nobody did and no person decided against."""
    decided = case is not None and case.state is CaseState.CLOSED
    done = {o.action for o in first.record.outcomes if o.status is not Status.WITHHELD}
    actions = () if decided else tuple(a for a in record.verdict.actions if str(a) not in done)
    return replace(record, verdict=replace(record.verdict, actions=actions))
