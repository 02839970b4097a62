"""The journey of a message, from what a platform hands over to what is remembered of it.

It survives being killed at any line: the queue brings the message again, what was judged is
read back and not judged anew, and what was done is found and not done again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot import context
from bot.counters import Counters
from bot.enforce import Enforcer, Orders
from bot.errors import PlatformUnavailable
from bot.gather import Gatherer
from bot.giving_up import GivenUp
from bot.judge import Judge
from bot.keep import Keeper
from bot.model import JudgementKey, Message, Record
from bot.ports import Answer, Done, Intake, Job, Later, Platform, Target
from bot.queue.jobs import pack, unpack
from bot.review.draw import draw
from bot.room import Room
from bot.storage.journal import Journal, Stored
from bot.telling import Telling


@dataclass(frozen=True, slots=True)
class App:
    """Everything the journey passes through, in its order."""

    platforms: Mapping[str, Platform]
    intake: Intake
    gatherer: Gatherer
    judge: Judge
    counters: Counters
    keeper: Keeper
    journal: Journal
    enforcer: Enforcer
    given_up: GivenUp
    telling: Telling
    clock: Callable[[], datetime]
    room: Room = field(default_factory=Room)

    async def accept(self, messages: Sequence[Message]) -> set[str]:
        """Commit messages to the queue; returns the keys that were new, once they are durable."""
        new = await self.intake.accept([pack(message) for message in messages])
        self.telling.accepted(messages, new)
        return new

    async def handle(self, job: Job) -> Answer:
        """Take one message all the way: judged, acted upon, remembered, put before people."""
        message = unpack(job)
        platform = self.platforms[message.ref.platform]
        with self.telling.about(message, job.attempt) as line:
            key, before = await self.given_up.next_round(message)
            judged = before or await self._judged(platform, message, key)
            orders = self._orders(platform, message, judged, again=before is not None)
            try:
                outcomes = await self.enforcer.carry_out(orders)
            except PlatformUnavailable as exc:
                return Later(exc.retry_after or 5.0, str(exc))
            await self.journal.finish(key)
            await platform.settled(message, judged.case_id)
            line.settled(judged, outcomes)
        return Done()

    async def _judged(self, platform: Platform, message: Message, key: JudgementKey) -> Stored:
        """Look, decide, and write both down with every action as intended."""
        async with self.room.held(len(message.attachments)):
            content = await self.gatherer.content(platform, message)
            seen = await context.gather(self.counters, message, content, self.clock())
            assessment, verdict = await self.judge.judge(content, seen)
            record = Record(
                key, message.author.id, message.sent_at, self.clock(), assessment, seen, verdict, ()
            )
            case = await self.keeper.case(message, content, record)
        return Stored(record, await self.journal.write(record, case), finished=False)

    def _orders(
        self, platform: Platform, message: Message, judged: Stored, *, again: bool
    ) -> Orders:
        record = judged.record
        verdict = record.verdict
        target = Target(
            message=message,
            nonce="",
            reason=f"Bifocal: {', '.join(m.rule for m in verdict.matched) or 'no rule'}",
            now=self.clock(),
            card=draw(message, verdict, record.assessment.scores, case_id=judged.case_id or ""),
        )
        earlier = {outcome.action: outcome for outcome in record.outcomes}
        return Orders(platform, record.key, verdict.actions, target, again, earlier)
