"""The first half of a judgement: gather what a message carries, judge it, keep what is due."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from analysis.types import Content, Image
from bot.counters import Counters
from bot.journey import context
from bot.journey.gather import Gatherer
from bot.journey.judge import Judge
from bot.journey.keep import Keeper
from bot.journey.room import Room
from bot.model import Cause, JudgementKey, Message, Record, Ref, Verdict
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
    room: Room = field(default_factory=Room)
    ignored: Callable[[Ref, Image], bool] = lambda _ref, _image: False
    """Whether a picture is to be left out of the judgement where it was posted."""

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
        async with self.room.held(len(message.attachments)):
            content = await self.gatherer.content(platform, message)
            judged = self._without_ignored(message.ref, content)
            seen = await context.gather(
                self.counters,
                self.book,
                message,
                judged,
                now=self.clock(),
                as_of=as_of or message.sent_at,
            )
            assessment, verdict = await self.judge.judge(judged, seen, author=opaque(message))
            if key.cause is Cause.REPORTED:
                verdict = reported(verdict)
            if judged is not content:
                verdict = telling_what_was_left_out(verdict)
            record = Record(
                key, message.author.id, message.sent_at, self.clock(), assessment, seen, verdict, ()
            )
            return record, await self.keeper.case(message, content, record)

    def _without_ignored(self, ref: Ref, content: Content) -> Content:
        """The same content where nothing is ignored. Each image answers for itself alone: an
        animation that begins with an ignored picture is judged from its second frame on."""
        images = tuple(image for image in content.images if not self.ignored(ref, image))
        return content if len(images) == len(content.images) else replace(content, images=images)


def telling_what_was_left_out(verdict: Verdict) -> Verdict:
    """The same, saying that not every picture was judged."""
    why = f"{verdict.explanation} A picture was left out: moderators ignore it in this channel."
    return replace(verdict, explanation=why)


def reported(verdict: Verdict) -> Verdict:
    """The same, put before a person because a member asked for one."""
    why = f"A member reported it. {verdict.explanation}"
    return replace(verdict, needs_review=True, explanation=why)


def opaque(message: Message) -> str:
    """A name for the author that says nothing of them, for fair shares of providers."""
    who = f"{message.ref.platform}/{message.ref.community_id}/{message.author.id}"
    return sha256(who.encode("utf-8", "surrogatepass")).hexdigest()
