"""The pause switch, within one process and from another."""

import asyncio

import pytest

from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import Seal
from bot.storage.switch import Pause, Switch
from tests.bot.storage.builders import NOON, Clock, a_key, a_new_case, a_record, parse
from tests.bot.storage.test_crash import a_process


async def test_a_new_bot_is_not_paused(database: Database) -> None:
    assert not await Switch(database, Clock()).paused()


async def test_a_pause_says_who_when_and_why(database: Database) -> None:
    switch = Switch(database, Clock())
    await switch.pause("ada", "too eager")

    assert await switch.state() == Pause("ada", NOON, "too eager")


async def test_resuming_ends_the_pause(database: Database) -> None:
    switch = Switch(database, Clock())
    await switch.pause("ada")

    assert await switch.resume("bob")
    assert not await switch.paused()


async def test_resuming_what_is_not_paused_says_so(database: Database) -> None:
    assert not await Switch(database, Clock()).resume("bob")


async def test_pausing_twice_keeps_the_newer_reason(database: Database) -> None:
    switch = Switch(database, Clock())
    await switch.pause("ada", "first")
    await switch.pause("bob", "second")

    assert await switch.state() == Pause("bob", NOON, "second")


async def test_a_pause_outlives_a_restart(url: str) -> None:
    first = await Database.open(url)
    await Switch(first, Clock()).pause("ada")
    await first.close()

    again = await Database.open(url)
    paused = await Switch(again, Clock()).paused()
    await again.close()

    assert paused


@pytest.mark.slow
async def test_a_pause_from_another_process_is_seen_while_we_write(
    url: str, database: Database, seal: Seal
) -> None:
    journal, switch = Journal(database, seal, parse), Switch(database, Clock())
    done = asyncio.Event()

    async def keep_writing() -> int:
        number = 0
        while not done.is_set():
            await journal.write(a_record(a_key(number)), a_new_case(number))
            number += 1
        return number

    writing = asyncio.create_task(keep_writing())
    other = await a_process("pause", url, "too eager")
    code = await other.wait()
    seen = await switch.state()
    done.set()

    assert code == 0
    assert seen is not None
    assert seen.reason == "too eager"
    assert await writing > 0
