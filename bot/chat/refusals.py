"""Who was refused what in chat, in the audit: some of each person's in an hour, so that nobody
can fill it by pressing what they may not."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from bot.chat.asker import Asker, Refused
from bot.chat.hourly import Hourly
from bot.errors import BotError
from bot.log import logger
from bot.storage.sql import audited

AN_HOUR = 20
"""Of one person's refusals that are written down; chosen by eye, enough to see what they try."""

_log = logger("chat")


class Writes(Protocol):
    """The database."""

    async def write(self, work: Callable[[Connection], None]) -> None:
        """Do the work in a transaction; raises a ``BotError`` where it cannot."""
        ...


class RefusalLog:
    """Writes refusals down."""

    def __init__(self, database: Writes, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._hourly = Hourly(AN_HOUR, clock)

    async def write(self, asker: Asker, what: str, why: str) -> None:
        """One refusal; beyond the hour's, and while the database is away, only in the log."""
        try:
            self._hourly.spend(asker)
        except Refused:
            _log.warning("chat.refused", what=what, platform=asker.platform, person=asker.id)
            return
        line = audited(
            at=self._clock(),
            by=f"{asker.name} ({asker.id})",
            what="chat.refused",
            subject=f"{asker.platform}:{asker.community_id}",
            command=what,
            why=why,
        )

        def work(conn: Connection) -> None:
            conn.execute(line)

        try:
            await self._database.write(work)
        except BotError as exc:  # it was refused all the same
            _log.error("chat.unaudited", what=what, error=str(exc))
