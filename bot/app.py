"""The journey of a message, from what a platform hands over to what is remembered of it.

It survives being killed at any line: the queue brings the message again, what was judged is
read back and not judged anew, and what was done is found and not done again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.errors import EnvironmentFailed, PlatformUnavailable
from bot.jobs import Answer, Done, Intake, Job, Later
from bot.journey.act import Act
from bot.journey.burst import Burst
from bot.journey.giving_up import GivenUp
from bot.journey.late import Late, worth_asking_again
from bot.journey.look import Look
from bot.journey.reported import Reports
from bot.journey.telling import Telling
from bot.model import JudgementKey, Message
from bot.ports import Platform
from bot.queue.jobs import burst_of, is_late, is_report, pack, unpack
from bot.storage.journal import Journal, Stored

STORAGE_AWAY_S = 5.0
"""How long a message waits before it is tried again; chosen by eye."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything the journey passes through, in its order."""

    platforms: Mapping[str, Platform]
    intake: Intake
    look: Look
    journal: Journal
    act: Act
    late: Late
    given_up: GivenUp
    telling: Telling
    burst: Burst
    reports: Reports

    async def accept(self, messages: Sequence[Message], /, *, lane: str = "live") -> set[str]:
        """Commit messages to the queue; returns the keys that were new, once they are durable."""
        new = await self.intake.accept([pack(message, lane) for message in messages])
        self.telling.accepted(messages, new)
        return new

    async def handle(self, job: Job) -> Answer:
        """Take one message all the way: judged, acted upon, remembered, put before people.

        While the database or the platform's own cannot be used the message waits; that is no
        fault of the message, and costs it no attempt.
        """
        try:
            return await self._all_the_way(job)
        except EnvironmentFailed as exc:
            return Later(STORAGE_AWAY_S, str(exc))
        except PlatformUnavailable as exc:
            return Later(exc.retry_after or STORAGE_AWAY_S, str(exc))

    async def _all_the_way(self, job: Job) -> Answer:
        message = unpack(job)
        platform = self.platforms[message.ref.platform]
        if is_late(job):
            return await self.late.ask(platform, message)
        if flood := burst_of(job):
            return await self.burst.again(platform, message, flood)
        if is_report(job):
            return await self.reports.judge(platform, message)
        self.burst.recent.note(message)
        with self.telling.about(message, job.attempt) as line:
            key, before = await self.given_up.next_round(message)
            judged = before or await self._judged(platform, message, key)
            # Before acting, so that a kill in between leaves no copy behind.
            await self.burst.spread(message, judged)
            outcomes = await self.act.on(platform, message, judged, again=before is not None)
            if isinstance(outcomes, Later):
                return outcomes
            if worth_asking_again(judged.record.assessment.failures, outcomes):
                await self.intake.accept([pack(message, "backlog", late=True)])
            await self.act.finish(platform, message, judged)
            line.settled(judged, outcomes)
        return Done()

    async def _judged(self, platform: Platform, message: Message, key: JudgementKey) -> Stored:
        """Look, decide, and write both down with every action as intended."""
        record, case = await self.look.at(platform, message, key, self.burst.recent.as_of(message))
        return Stored(record, await self.journal.write(record, case), finished=False)
