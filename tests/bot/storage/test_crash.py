"""A kill at any moment loses nothing that was said to be written."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.model import Status
from bot.storage.database import Database
from bot.storage.journal import Journal, Stored
from bot.storage.seal import Seal
from tests.bot.storage.builders import a_key, a_ref, parse

ROOT = Path(__file__).parents[3]
KEY = Fernet.generate_key().decode()


async def a_process(what: str, url: str, argument: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bot.storage.process", what, url, argument),
        stdout=PIPE,
        cwd=ROOT,
    )


async def killed_after(url: str, posts: int) -> int:
    """Let a process write, kill it after so many posts, and return how many it spoke of."""
    process = await a_process("write", url, KEY)
    assert process.stdout is not None
    said = [await process.stdout.readline() for _ in range(posts)]
    process.kill()
    said += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    return sum(line.endswith(b"\n") for line in said)


def whole(stored: Stored | None) -> bool:
    """A judgement with all its parts, and its first action intended or applied, nothing else."""
    return (
        stored is not None
        and stored.case_id is not None
        and len(stored.record.assessment.signals) == 2
        and stored.record.outcomes[0].status in {Status.INTENDED, Status.APPLIED}
        and stored.record.outcomes[1].status is Status.INTENDED
    )


@pytest.mark.slow
@pytest.mark.parametrize("posts", [1, 7, 20])
async def test_what_was_written_before_a_kill_is_there_after_it(
    sqlite_url: str, posts: int
) -> None:
    said = await killed_after(sqlite_url, posts)

    database = await Database.open(sqlite_url)
    journal = Journal(database, Seal([KEY], "the test"), parse)
    stored = [await journal.stored(a_key(number)) for number in range(said)]
    unfinished = await journal.unfinished()
    halves = [await journal.stored(key) for key in unfinished]
    cases = [await journal.case_of(a_ref(number)) for number in range(said)]
    await database.close()

    assert all(one and one.record.outcomes[0].status is Status.APPLIED for one in stored)
    assert len(unfinished) in {said, said + 1}  # the one in flight is there whole, or not at all
    assert all(map(whole, halves))
    assert None not in cases


@pytest.mark.slow
async def test_a_restart_after_a_kill_goes_on_writing(sqlite_url: str) -> None:
    await killed_after(sqlite_url, 3)

    assert await killed_after(sqlite_url, 6) >= 6
