"""The first half of a judgement: gather what a message carries, judge it, keep what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

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
    keeper: Keeper
    clock: Callable[[], datetime]

    async def at(
        self, platform: Platform, message: Message, key: JudgementKey
    ) -> tuple[Record, NewCase | None]:
        """The record of a judgement, and the case to open where a person should see it."""
        content = await self.gatherer.content(platform, message)
        seen = await context.gather(self.counters, message, content, self.clock())
        assessment, verdict = await self.judge.judge(content, seen, author=opaque(message))
        record = Record(
            key, message.author.id, message.sent_at, self.clock(), assessment, seen, verdict, ()
        )
        return record, await self.keeper.case(message, content, record)


def opaque(message: Message) -> str:
    """A name for the author that says nothing of them, for fair shares of providers."""
    who = f"{message.ref.platform}/{message.ref.community_id}/{message.author.id}"
    return sha256(who.encode("utf-8", "surrogatepass")).hexdigest()
