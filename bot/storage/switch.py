"""The pause switch: stops all acting, across processes and restarts.

It is read from the database each time, so that ``bifocal pause`` in another process takes effect
with the very next action. A read costs well under a millisecond.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.communities import Communities
from bot.model import Ref
from bot.storage.database import Database
from bot.storage.sql import audited, put_setting
from bot.storage.tables import settings

KEY = "pause"


@dataclass(frozen=True, slots=True)
class Pause:
    """Who stopped all acting, when and why."""

    by: str
    at: datetime
    reason: str


class Switch:
    """Whether the bot may act at all."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def paused(self) -> bool:
        """Whether nothing may be done to posts and authors now."""
        return await self.state() is not None

    async def state(self) -> Pause | None:
        """The pause in force; None when the bot acts."""
        query = select(settings).where(settings.c.key == KEY)
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).one_or_none()
        return None if row is None else Pause(row.by, row.at, row.value["reason"])

    async def pause(self, by: str, reason: str = "") -> None:
        """Stop all acting. Pausing again renews who, when and why."""
        at = self._clock()

        def work(conn: Connection) -> None:
            put_setting(conn, KEY, {"reason": reason}, at=at, by=by)
            conn.execute(audited(at=at, by=by, what="pause", subject="", reason=reason))

        await self._database.write(work)

    async def resume(self, by: str) -> bool:
        """Act again; False when nothing was paused."""
        at = self._clock()

        def work(conn: Connection) -> bool:
            gone = conn.execute(delete(settings).where(settings.c.key == KEY))
            if gone.rowcount:
                conn.execute(audited(at=at, by=by, what="resume", subject=""))
            return bool(gone.rowcount)

        return await self._database.write(work)


def paused_in(switch: Switch, communities: Communities) -> Callable[[Ref], Awaitable[bool]]:
    """Whether nothing may be done about a message now: everywhere, or in its community."""

    async def paused(ref: Ref) -> bool:
        here = communities.of(ref.platform, ref.community_id)
        return bool(here.paused) or await switch.paused()

    return paused
