"""What a second process does to the database: its arguments are what, the URL and a word."""

import asyncio
import itertools
import sys
from datetime import UTC, datetime

from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import Seal
from bot.storage.switch import Switch
from tests.bot.storage.builders import a_key, a_new_case, a_record, applied, parse


async def write(database: Database, key: str) -> None:
    """Write posts without end; say each number once its last step is durable."""
    journal = Journal(database, Seal([key], "the argument"), parse)
    for number in itertools.count():
        record = a_record(a_key(number))
        await journal.write(record, a_new_case(number))
        await journal.settle(record.key, applied("delete"))
        print(number, flush=True)  # noqa: T201 - the parent reads it


async def pause(database: Database, key: str) -> None:
    """What ``bifocal pause`` does."""
    await Switch(database, lambda: datetime.now(UTC)).pause("ada", key)


async def main(what: str, url: str, key: str) -> None:
    database = await Database.open(url)
    await {"write": write, "pause": pause}[what](database, key)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
