"""Tells one process that another changed what both keep in memory."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.sql import put_setting
from bot.storage.tables import settings


@dataclass(frozen=True, slots=True)
class Edition:
    """One row that changes with every change of something, so that looking costs one read."""

    of: str

    def moved(self, conn: Connection, at: datetime) -> None:
        """Say so, in the transaction of the change."""
        put_setting(conn, self._key, {"edition": secrets.token_hex(8)}, at=at, by="")

    async def now(self, conn: AsyncConnection) -> str:
        """Which edition stands; empty before the first change."""
        query = select(settings.c.value).where(settings.c.key == self._key)
        value = (await conn.execute(query)).scalar_one_or_none()
        return "" if value is None else str(value["edition"])

    @property
    def _key(self) -> str:
        return f"edition/{self.of}"
