"""Puts back into the counters, after a restart, what the records say was posted lately."""

from datetime import datetime

from bot.counters import PICTURE_WINDOW, Counters, Picture
from bot.storage.journal import Journal


async def remember(counters: Counters, journal: Journal, now: datetime) -> int:
    """Count every post judged in the last ten minutes again; returns how many judgements.

    An animation is remembered by the one frame that its record keeps. A post that was taken in
    and not judged before the restart counts itself when it is.
    """
    number = 0
    async for record in journal.records(now - PICTURE_WINDOW):
        ref = record.key.ref
        media = [one for one in record.assessment.media if one is not None]
        await counters.note(
            str(ref),
            author=record.author_id,
            community=ref.community_id,
            channel=ref.channel_id,
            pictures=tuple(Picture(one.sha256, one.pdq, one.quality) for one in media),
            at=record.sent_at,
        )
        number += 1
    return number
