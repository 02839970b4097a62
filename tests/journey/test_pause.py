"""``bifocal pause`` from another process, while posts stream in."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.actions.spec import parse
from bot.model import Status
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import key_file
from tests.journey.kills import LONG_AGO, drained
from tests.journey.process import Bot, command

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
RULE = '[[rule]]\nid = "all"\nwhen = "text.content.contains(\'apple\')"\nthen = ["delete"]\n'


async def test_acting_stops_within_a_second_of_the_pause(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULE)
    enough, stop = asyncio.Event(), asyncio.Event()

    async def stream() -> None:
        async with bot.client() as client:
            posted = 0
            while not stop.is_set():
                await bot.post(client, f"apple {posted}", (), "regular")
                posted += 1
                if posted == 20:
                    enough.set()

    async with Bot(tmp_path, {"BIFOCAL_POLICY__FILE": "rules.toml"}) as bot:
        posting = asyncio.create_task(stream())
        await enough.wait()
        await command(tmp_path, "pause")
        paused = datetime.now(UTC)
        async with bot.client() as client:
            for n in range(20):
                await bot.post(client, f"apple later {n}", (), "regular")
        stop.set()
        await posting
        await drained(bot)
        assert await bot.stop() == 0

    done = await outcomes(tmp_path)
    acted = [at for status, at in done if status is Status.APPLIED]
    withheld = [at for status, at in done if status is Status.WITHHELD]
    assert len(withheld) >= 20
    assert acted
    assert max(acted) < paused + timedelta(seconds=1)


async def outcomes(folder: Path) -> list[tuple[Status, datetime]]:
    """What became of every removal, and when."""
    data = folder / "data"
    database = await Database.open(f"sqlite+aiosqlite:///{data}/bifocal.db")
    try:
        journal = Journal(database, key_file(data / "bifocal.key"), parse)
        records = [record async for record in journal.records(LONG_AGO)]
    finally:
        await database.close()
    return [(one.status, one.at) for record in records for one in record.outcomes]
