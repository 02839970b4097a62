"""Finds the earlier copies of a picture that turns out to be a flood, and has each judged again.

The first copies of a flood look harmless when they come. Once a rule over ``seen.*`` matches, the
same author's posts of the last ten minutes are put in the queue, a job each, and judged as of the
moment of the flood: the rule speaks of each copy by itself, so a post with another picture stays.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from analysis.types import Media
from bot.counters import AUTHOR_WINDOW, GOOD_QUALITY, PICTURE_WINDOW, SAME_PICTURE
from bot.jobs import Answer, Done, Intake, Later
from bot.journey.act import Act
from bot.journey.giving_up import GivenUp
from bot.journey.late import adding
from bot.journey.look import Look
from bot.model import Cause, Message, Mode, Record, Ref, Verdict
from bot.policy.policy import Policy
from bot.ports import Platform
from bot.queue.jobs import pack
from bot.storage.copies import posts_of
from bot.storage.journal import Journal, Stored

MOST = 10_000
"""Posts with attachments remembered with their words; chosen by eye, some 20 MB."""
RETRY_S = 1.0


class Recent:
    """The posts with attachments that came lately, whole, judged or still on their way."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._posts: OrderedDict[Ref, Message] = OrderedDict()

    def note(self, message: Message) -> None:
        """Remember a post, or its newer revision; beyond the most, the oldest go."""
        if message.attachments:
            self._posts[message.ref] = message
            while len(self._posts) > self._most:
                self._posts.popitem(last=False)

    def of_author(self, message: Message) -> Sequence[Message]:
        """The other posts of its author in its community within ten minutes of it."""
        return [
            other
            for other in self._posts.values()
            if other.ref != message.ref
            and (other.author.id, other.ref[:2]) == (message.author.id, message.ref[:2])
            and abs(other.sent_at - message.sent_at) <= PICTURE_WINDOW
        ]

    def as_of(self, message: Message) -> datetime:
        """When to count up to: to the author's newest post within a minute after this one.

        Posts are judged side by side and need not finish in order. Counted so, whichever copy of
        a flood is counted last sees all of them.
        """
        after = [message.sent_at, *(other.sent_at for other in self.of_author(message))]
        return max(at for at in after if at <= message.sent_at + AUTHOR_WINDOW)


@dataclass(frozen=True, slots=True)
class Burst:
    """Spreads a flood's verdict to its earlier copies."""

    recent: Recent
    policy: Callable[[str], Policy]
    """The rules of a community."""
    intake: Intake
    look: Look
    act: Act
    journal: Journal
    given_up: GivenUp

    async def spread(self, message: Message, judged: Stored) -> None:
        """Where a rule over ``seen.*`` acts, put the earlier copies in the queue. Repeatable."""
        if not _floods(self.policy(message.ref.community_id), judged.record.verdict):
            return
        at = self.recent.as_of(message)
        copies = {other.ref: other for other in self.recent.of_author(message)}
        since = message.sent_at - PICTURE_WINDOW
        for record in await posts_of(self.journal, message, since):
            if record.key.ref not in copies and _same_picture(record, judged.record):
                copies[record.key.ref] = _bare(message, record)
        copies.pop(message.ref, None)
        if copies:
            await self.intake.accept([pack(copy, burst=at) for copy in copies.values()])

    async def again(self, platform: Platform, message: Message, at: datetime) -> Answer:
        """Judge a copy as of the flood; what it adds is done, once however often this is called."""
        key, first = await self.given_up.next_round(message)
        if await platform.client.revision(message.ref) != message.revision:
            return Done()
        if first is None or not first.finished:
            return Later(RETRY_S, "its first judgement is under way")
        key = key._replace(cause=Cause.BURST)
        judged = await self.journal.stored(key)
        before = judged is not None
        if judged is None:
            record, case = await self.look.at(platform, message, key, at)
            record = adding(record, first, await self.journal.case_of(message.ref))
            if not record.verdict.actions:
                return Done()
            judged = Stored(record, await self.journal.write(record, case), finished=False)
        outcomes = await self.act.on(platform, message, judged, again=before)
        if isinstance(outcomes, Later):
            return outcomes
        await self.act.finish(platform, message, judged)
        return Done()


def _floods(policy: Policy, verdict: Verdict) -> bool:
    """Whether a live rule that counts pictures matched and does something about the post."""
    live = {one.rule for one in verdict.matched if one.mode is Mode.LIVE}
    counting = any(
        rule.id in live and any(name.startswith("seen.") for name in rule.when.references)
        for rule in policy.rules
    )
    return counting and any(action.destructive for action in verdict.actions)


def _bare(message: Message, record: Record) -> Message:
    """An earlier copy that came before a restart: its words are not kept, its picture is here."""
    return replace(
        message,
        ref=record.key.ref,
        revision=record.key.revision,
        text="",
        embeds=(),
        forwarded=(),
        mentions=0,
        channel=record.context.channel,
        sent_at=record.sent_at,
        edited=record.key.cause is Cause.EDITED,
    )


def _same_picture(record: Record, other: Record) -> bool:
    mine = [one for one in record.assessment.media if one is not None]
    theirs = [one for one in other.assessment.media if one is not None]
    return any(_same(one, another) for one in mine for another in theirs)


def _same(one: Media, other: Media) -> bool:
    if one.sha256 == other.sha256:
        return True
    good = min(one.quality, other.quality) >= GOOD_QUALITY and one.pdq and other.pdq
    return bool(good) and (int(one.pdq, 16) ^ int(other.pdq, 16)).bit_count() <= SAME_PICTURE
