"""The first half of a judgement: gather what a message carries, judge it, keep what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import context
from bot.counters import Counters
from bot.gather import Gatherer
from bot.judge import Judge
from bot.keep import Keeper
from bot.model import JudgementKey, Message, Record
from bot.ports import Platform
from bot.storage.sealed import NewCase


@dataclass(frozen=True, slots=True)
class Look:
    """Looks at a message and decides; writes nothing down and acts on nothing."""

    gatherer: Gatherer
    judge: Judge
    counters: Counters
    book: context.Book
    keeper: Keeper
    clock: Callable[[], datetime]

    async def at(
        self,
        platform: Platform,
        message: Message,
        key: JudgementKey,
        as_of: datetime | None = None,
    ) -> tuple[Record, NewCase | None]:
        """The record of a judgement, and the case to open where a person should see it.

        What was seen lately is counted up to ``as_of``; None: up to when the post was sent.
        """
        content = await self.gatherer.content(platform, message)
        seen = await context.gather(
            self.counters,
            self.book,
            message,
            content,
            now=self.clock(),
            as_of=as_of or message.sent_at,
        )
        assessment, verdict = await self.judge.judge(content, seen)
        record = Record(
            key, message.author.id, message.sent_at, self.clock(), assessment, seen, verdict, ()
        )
        return record, await self.keeper.case(message, content, record)
