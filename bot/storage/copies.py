"""What an author posted lately, from the records."""

from collections.abc import Sequence
from datetime import datetime

from bot.model import Message, Record, Ref
from bot.storage import reading
from bot.storage.journal import Journal
from bot.storage.tables import judgements, messages


async def posts_of(journal: Journal, message: Message, since: datetime) -> Sequence[Record]:
    """The newest record of each post of the message's author in its community, sent since then."""
    ref = message.ref
    query = reading.LINES.where(
        messages.c.platform == ref.platform,
        messages.c.community_id == ref.community_id,
        messages.c.author_id == message.author.id,
        messages.c.sent_at >= since,
    ).order_by(judgements.c.id)
    async with journal.database.reading() as conn:
        found = await reading.records(conn, query, journal.parse)
    newest: dict[Ref, Record] = {record.key.ref: record for record in found}
    return tuple(newest.values())
