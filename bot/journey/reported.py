"""A member reports a post: it is judged once more, and stands before a person whatever comes of it.

One judgement a revision, however many report it. It acts only by what it adds, and touches
nothing that a person decided.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.jobs import Answer, Done, Intake, Later
from bot.journey.act import Act
from bot.journey.giving_up import GivenUp
from bot.journey.look import Look
from bot.log import logger
from bot.model import Author, Case, Cause, Message, Record, Status
from bot.ports import Platform
from bot.queue.jobs import pack
from bot.review.states import DECISIONS, replay
from bot.storage.journal import Journal, Stored
from bot.storage.reports import ReportBook

FRESH = timedelta(minutes=1)
"""How long a post that was not judged yet is left to its own judgement; chosen by eye. One that
is older came while nobody listened, and is judged because it was reported."""
RETRY_S = 1.0

_log = logger("reports")


@dataclass(frozen=True, slots=True)
class Reports:
    """Takes members' reports, and handles the jobs that they make."""

    book: ReportBook
    intake: Intake
    look: Look
    act: Act
    journal: Journal
    given_up: GivenUp
    clock: Callable[[], datetime]

    async def report(self, message: Message, by: Author, words: str = "") -> None:
        """Put a post before a person. The case says what the reporter said, never who they are.

        Raises:
            QueueFull: it cannot be taken now; try again.
            EnvironmentFailed: the database does not answer.
        """
        await self.book.add(message.ref, by.id, words)
        await self.intake.accept([pack(message, report=True)])
        # Its case may be older than this report, and its job long done.
        await self.book.tell(message.ref)

    async def judge(self, platform: Platform, message: Message) -> Answer:
        """Judge a reported post, once however often this is called."""
        _, first = await self.given_up.next_round(message)
        if first is None and self.clock() - message.sent_at < FRESH:
            return Later(RETRY_S, "its first judgement is still to come")
        if first is not None and not first.finished:
            return Later(RETRY_S, "its first judgement is under way")
        key, judged = await self.given_up.next_round(message, Cause.REPORTED)
        again = judged is not None
        if judged is None:
            record, case = await self.look.at(platform, message, key)
            record = _adding(record, first, await self.journal.case_of(message.ref))
            judged = Stored(record, await self.journal.write(record, case), finished=False)
        await self.book.tell(message.ref)
        outcomes = await self.act.on(platform, message, judged, again=again)
        if isinstance(outcomes, Later):
            return outcomes
        await self.act.finish(platform, message, judged)
        _log.info("message.reported", ref=str(message.ref), case=judged.case_id)
        return Done()


def _adding(record: Record, first: Stored | None, case: Case | None) -> Record:
    """The same with only what no judgement of this revision did, and no person decided against."""
    done = [] if first is None else list(first.record.outcomes)
    decided = False
    if case is not None:
        decision = replay(case.events).decision
        decided = decision is not None and decision.kind in DECISIONS
        for one in case.judgements:
            done += one.outcomes if one.key.revision == record.key.revision else ()
    settled = {outcome.action for outcome in done if outcome.status is not Status.WITHHELD}
    wanted = record.verdict.actions
    actions = () if decided else tuple(a for a in wanted if str(a) not in settled)
    return replace(record, verdict=replace(record.verdict, actions=actions))
