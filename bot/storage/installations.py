"""Where a platform let itself be installed, with the tokens it gave us there, encrypted."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, and_, delete, select, update

from bot.storage.database import Database
from bot.storage.rows import Line
from bot.storage.seal import Seal
from bot.storage.sql import audited, insert_new
from bot.storage.tables_communities import installations

Given = Mapping[str, object]
"""What the platform gave, as JSON has it."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One community's."""

    platform: str
    community_id: str
    at: datetime
    """When it was saved last."""
    given: Given = field(repr=False)
    """With its tokens: never logged, never shown."""


class Installations:
    """The table, in and out."""

    def __init__(self, database: Database, seal: Seal, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock

    async def save(self, platform: str, community_id: str, given: Given) -> None:
        """Write it over the one before."""
        at = self._clock()
        row = {
            "platform": platform,
            "community_id": community_id,
            "sealed": self._seal.seal_text(json.dumps(given, ensure_ascii=False)),
            "at": at,
        }
        table = installations
        mine = and_(table.c.platform == platform, table.c.community_id == community_id)

        def work(conn: Connection) -> None:
            made = insert_new(conn, table).values(row).returning(table.c.id)
            if conn.execute(made).first() is None:
                conn.execute(update(table).where(mine).values(row))
            subject = f"{platform}:{community_id}"
            conn.execute(audited(at=at, by="", what="installation.save", subject=subject))

        await self._database.write(work)

    async def find(self, platform: str, community_id: str) -> Installation | None:
        """A community's; None where there is none.

        Raises:
            EnvironmentFailed: no key there is opens it.
        """
        found = await self._read(platform, community_id)
        return found[0] if found else None

    async def all(self, platform: str) -> Sequence[Installation]:
        """A platform's, oldest first. Raises as ``find`` does."""
        return await self._read(platform)

    async def drop(self, platform: str, community_id: str) -> bool:
        """Forget it, as where the bot was removed; False where there was none."""
        at = self._clock()
        mine = and_(
            installations.c.platform == platform, installations.c.community_id == community_id
        )

        def work(conn: Connection) -> bool:
            gone = bool(conn.execute(delete(installations).where(mine)).rowcount)
            if gone:
                subject = f"{platform}:{community_id}"
                conn.execute(audited(at=at, by="", what="installation.drop", subject=subject))
            return gone

        return await self._database.write(work)

    async def _read(self, platform: str, community_id: str | None = None) -> list[Installation]:
        query = select(installations).where(installations.c.platform == platform)
        if community_id is not None:
            query = query.where(installations.c.community_id == community_id)
        async with self._database.reading() as conn:
            rows = (await conn.execute(query.order_by(installations.c.id))).all()
        return [self._opened(row) for row in rows]

    def _opened(self, row: Line) -> Installation:
        plain = self._seal.open_text(row.sealed, "An installation")
        return Installation(row.platform, row.community_id, row.at, json.loads(plain))
