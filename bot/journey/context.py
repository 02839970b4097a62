"""What is known of author, channel and pictures at the moment of decision."""

from datetime import datetime, timedelta
from typing import Protocol

from analysis.types import Content
from bot.counters import Counters, Picture
from bot.model import AuthorContext, Context, Message, Ref
from bot.storage.authors import Standing

_DAY = timedelta(days=1)


class Book(Protocol):
    """Where strikes and labels stand."""

    async def standing(self, ref: Ref, author_id: str) -> Standing:
        """What counts now against an author in the message's community."""
        ...


async def gather(
    counters: Counters,
    book: Book,
    message: Message,
    content: Content,
    *,
    now: datetime,
    as_of: datetime,
) -> Context:
    """Count this message, then freeze what the counters say up to ``as_of``, and the book now."""
    ref, author = message.ref, message.author
    pictures = tuple(Picture(image.sha256, image.pdq, image.quality) for image in content.images)
    await counters.note(
        str(ref),
        author=author.id,
        community=ref.community_id,
        channel=ref.channel_id,
        pictures=pictures,
        at=message.sent_at,
    )
    messages, channels = await counters.author(ref.community_id, author.id, as_of)
    standing = await book.standing(ref, author.id)
    return Context(
        community_id=ref.community_id,
        channel_id=ref.channel_id,
        channel=message.channel,
        author=AuthorContext(
            days_old=_days(author.created_at, now),
            days_in_community=_days(author.joined_at, now),
            roles=author.roles,
            is_bot=author.is_bot,
            is_moderator=author.is_moderator,
            strikes=standing.strikes,
            labels=standing.labels,
            messages_1m=messages,
            channels_1m=channels,
        ),
        seen=await counters.images(ref.community_id, pictures, as_of),
        mentions=message.mentions,
    )


def _days(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since) / _DAY)
