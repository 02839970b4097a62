"""Communities that the bot was removed from: nothing of them stays when their time is up.

What stays is numbers: what was counted a day, what providers cost, and digests of pictures in
banks, none of which names anybody.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, Table, delete, exists, false, select

from bot.storage.card_rows import Place, at
from bot.storage.communities import EDITION
from bot.storage.schema import metadata
from bot.storage.sql import audited
from bot.storage.tables import messages
from bot.storage.tables_communities import bookmarks, communities, erasures

LAST_POSTS = timedelta(days=1)
"""How long after it was left a post may still be judged; as long as late answers are waited for."""


def posts_left_behind(before: datetime) -> Select[int]:
    """The posts of communities that were left before then."""
    left = exists().where(
        communities.c.platform == messages.c.platform,
        communities.c.community_id == messages.c.community_id,
        communities.c.left_at <= before,
    )
    return select(messages.c.id).where(left).order_by(messages.c.id)


def forget_communities(conn: Connection, before: datetime, now: datetime) -> int:
    """Delete what else is kept of them, once no post of theirs is left; how many they were."""
    # What the queue still holds of one just left must find that it was left.
    before = min(before, now - LAST_POSTS)
    place = communities.c["platform", "community_id"]
    rows = conn.execute(select(*place).where(communities.c.left_at <= before)).all()
    for row in rows:
        _forget(conn, (row.platform, row.community_id), now)
    return len(rows)


def _forget(conn: Connection, place: Place, now: datetime) -> None:
    for table in metadata.sorted_tables:
        if _is_of_communities(table):
            # A wish that was carried out waits for the next start, and goes then.
            stays = erasures.c.state == "carried" if table is erasures else false()
            conn.execute(delete(table).where(at(table, place), ~stays))
    platform, community = place
    names = select(bookmarks.c.name).where(
        bookmarks.c.name.startswith(f"{platform}/", autoescape=True)
    )
    theirs = [name for name in conn.execute(names).scalars() if community in name.split("/")]
    conn.execute(delete(bookmarks).where(bookmarks.c.name.in_(theirs)))
    EDITION.moved(conn, now)
    subject = f"{platform}:{community}"
    conn.execute(audited(at=now, by="", what="community.forget", subject=subject))


def _is_of_communities(table: Table) -> bool:
    return table is not messages and {"platform", "community_id"} <= set(table.c.keys())
