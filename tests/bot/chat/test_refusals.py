"""Refusals stand in the audit, and nobody fills it with them."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, select

from bot.chat.asker import Rank
from bot.chat.refusals import AN_HOUR, RefusalLog
from bot.errors import EnvironmentFailed
from bot.storage.database import Database
from bot.storage.tables import audit
from tests.bot.chat.kit import an_asker
from tests.builders import NOON


async def lines(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as conn:
        rows = (await conn.execute(select(audit).order_by(audit.c.id))).all()
    return [(row.by, row.what, row.detail["command"]) for row in rows]


async def a_log(folder: Path) -> tuple[Database, RefusalLog]:
    database = await Database.open(f"sqlite+aiosqlite:///{folder}/test.db")
    return database, RefusalLog(database, lambda: NOON)


async def test_a_refusal_says_who_and_what(tmp_path: Path) -> None:
    database, log = await a_log(tmp_path)

    await log.write(an_asker(Rank.MEMBER, id="u1", name="Nora"), "ban", "Only moderators.")

    assert await lines(database) == [("Nora (u1)", "chat.refused", "ban")]
    await database.close()


async def test_one_person_fills_no_audit_and_hides_nobody_else(tmp_path: Path) -> None:
    database, log = await a_log(tmp_path)

    for _ in range(AN_HOUR + 5):
        await log.write(an_asker(Rank.MEMBER, id="u1"), "ban", "Only moderators.")
    await log.write(an_asker(Rank.MEMBER, id="u2"), "ban", "Only moderators.")

    assert len(await lines(database)) == AN_HOUR + 1
    await database.close()


class Away:
    """A database that does not answer."""

    async def write(self, work: Callable[[Connection], None]) -> None:
        raise EnvironmentFailed("the disk is full")


async def test_while_the_database_is_away_it_is_refused_all_the_same() -> None:
    log = RefusalLog(Away(), lambda: NOON)

    await log.write(an_asker(Rank.MEMBER), "ban", "Only moderators.")
