"""Finds out at start, rather than at the first case, that the evidence key is not the old one."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.storage.database import Database
from bot.storage.seal import Seal
from bot.storage.sql import put_setting
from bot.storage.tables import settings

KEY = "seal"
WORDS = "bifocal"


async def check_key(database: Database, seal: Seal, at: datetime) -> None:
    """Open what the key sealed at the last start, and seal it anew for the next.

    Raises:
        EnvironmentFailed: the database was used with another key; names where this one is from.
    """
    query = select(settings.c.value).where(settings.c.key == KEY)
    async with database.reading() as conn:
        value = (await conn.execute(query)).scalar_one_or_none()
    if value is not None:
        seal.open_text(value["words"], "What this database keeps encrypted")
    sealed = seal.seal_text(WORDS)

    def work(conn: Connection) -> None:
        put_setting(conn, KEY, {"words": sealed}, at=at, by="")

    await database.write(work)
