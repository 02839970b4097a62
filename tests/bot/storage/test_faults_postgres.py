"""The running bot on a PostgreSQL that ends its connections again and again, as restarts do."""

import asyncio
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from bot.actions.spec import parse
from bot.storage.audit import Audit
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import key_file
from tests.bot.storage.schemas import POSTGRES
from tests.journey.kills import LONG_AGO, SCAM, drained
from tests.journey.process import Bot

NAME = "bifocal-restarts"
POSTS = 60


async def ends_connections() -> int:
    """What a restart does to everybody connected; how many it hit."""
    query = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s"
    )
    async with await psycopg.AsyncConnection.connect(POSTGRES, autocommit=True) as conn:
        found = await (await conn.execute(query, (NAME,))).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_every_post_is_judged_once_through_twenty_ends_of_all_connections(
    postgres_url: str, tmp_path: Path
) -> None:
    url = f"{postgres_url}&application_name={NAME}"
    hit = 0
    async with Bot(tmp_path, {"BIFOCAL_STORAGE__URL": url}) as bot:
        async with bot.client() as client:
            refs = []
            for turn in range(20):
                for number in range(POSTS // 20):
                    text = f"{SCAM if number == 0 else 'hello'} {turn} {number}"
                    refs.append(await bot.post(client, text, persona="moderator"))
                hit += await ends_connections()
                await asyncio.sleep(0.05)  # between restarts
            await drained(bot)
            parked = (await client.get("/api/v1/parked")).json()
        code = await bot.stop()

    database = await Database.open(url)
    journal = Journal(database, key_file(tmp_path / "data" / "bifocal.key"), parse)
    records = [record async for record in journal.records(LONG_AGO)]
    left = await journal.unfinished()
    await Audit(database).verify()
    await database.close()

    assert hit >= 20
    assert (code, parked, left) == (0, [], ())
    assert Counter(str(record.key.ref) for record in records) == Counter(refs)
