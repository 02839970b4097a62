"""The running bot on a machine in trouble: it says so, waits, and goes on by itself."""

import asyncio
import os
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journey.kills import SCAM, counted, drained
from tests.journey.process import Bot

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

MESSAGES = "/api/v1/playground/messages"
RULE = '[[rule]]\nid = "{word}"\nwhen = "text.content.contains(\'{word}\')"\nthen = ["delete"]\n'


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with Bot(tmp_path, {"BIFOCAL_POLICY__FILE": "rules.toml"}) as running:
        yield running


@pytest.fixture(autouse=True)
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    write(path, "apple")
    return path


def write(rules: Path, word: str) -> None:
    rules.write_text(RULE.format(word=word))


def make_unreadable(rules: Path) -> None:
    rules.unlink()
    rules.mkdir()  # no user, not even root, reads a directory as a file


@contextmanager
def a_full_disk(bot: Bot) -> Iterator[None]:
    """No file that the bot's own process writes may grow or change beyond its first byte."""
    before = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program that holds the write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def missing(client: httpx.AsyncClient) -> dict[str, str]:
    """What ``/readyz`` says."""
    found: dict[str, Any] = (await client.get("/readyz")).json()["missing"]
    return {name: str(why) for name, why in found.items()}


async def ready(client: httpx.AsyncClient) -> None:
    """Wait until it says that all is well."""
    async with asyncio.timeout(30):
        while await missing(client):  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(0.1)


async def sent(client: httpx.AsyncClient, text: str) -> httpx.Response:
    return await client.post(MESSAGES, data={"persona": "regular", "text": text})


def sound(folder: Path) -> list[str]:
    """What SQLite says of each database after the bot stopped."""
    said = []
    for name in ("bifocal.db", "inbox.db", "playground.db"):
        with closing(sqlite3.connect(folder / "data" / name)) as db:
            said.append(str(db.execute("PRAGMA integrity_check").fetchone()[0]))
    return said


async def test_a_full_disk_pauses_intake_is_told_and_got_over(bot: Bot, tmp_path: Path) -> None:
    async with bot.client() as client:
        first = await bot.post(client, "an apple", persona="regular")
        await drained(bot)
        posts = (await client.get(MESSAGES)).json()
        (case,) = [post["case"] for post in posts if post["ref"] == first]
        refs = {first} | {(await sent(client, f"hello {n}")).json()["ref"] for n in range(20)}
        with a_full_disk(bot):
            refused = await sent(client, "nobody can keep this")
            note = await client.post(f"/desk/cases/{case}/note", data={"note": "nor this"})
            during = await missing(client)
            alive = await client.get("/healthz")
        await ready(client)
        refs.add((await sent(client, SCAM)).json()["ref"])
        parked = (await client.get("/api/v1/parked")).json()
    await drained(bot)
    code = await bot.stop()

    assert (refused.status_code, note.status_code) == (503, 503)
    assert (alive.status_code, code) == (200, 0)
    assert "disk" in during["database"]
    assert any("storage.cannot_write" in line for line in bot.log)
    assert not [row for row in parked if row], "set aside"
    await counted(bot, refs, kills=0)
    assert sound(tmp_path) == ["ok", "ok", "ok"]


async def test_a_lock_on_the_database_is_waited_for_and_posts_are_still_taken(
    bot: Bot, tmp_path: Path
) -> None:
    async with bot.client() as client:
        with locked(tmp_path / "data" / "bifocal.db"):
            answers = [await sent(client, f"hello {n}") for n in range(10)]
            await bot.until("storage.cannot_write")
            during = await missing(client)
        await ready(client)
    await drained(bot)
    code = await bot.stop()

    assert {answer.status_code for answer in answers} == {201}
    assert "locked by another process" in during["database"]
    assert code == 0
    await counted(bot, {answer.json()["ref"] for answer in answers}, kills=0)


async def test_a_lock_on_the_inbox_refuses_posts_with_503_and_loses_none(
    bot: Bot, tmp_path: Path
) -> None:
    async with bot.client() as client:
        with locked(tmp_path / "data" / "inbox.db"):
            refused = await sent(client, "hello")
            during = await missing(client)
        await ready(client)
        taken = await sent(client, "hello")
    await drained(bot)
    code = await bot.stop()

    assert (refused.status_code, taken.status_code, code) == (503, 201, 0)
    assert int(refused.headers["retry-after"]) > 0
    assert "locked by another program" in during["queue"]
    await counted(bot, {taken.json()["ref"]}, kills=0)


async def test_a_hang_up_twice_looks_at_the_policy_and_stops_nothing(bot: Bot, rules: Path) -> None:
    write(rules, "banana")
    os.kill(bot.pid, signal.SIGHUP)
    os.kill(bot.pid, signal.SIGHUP)
    await bot.until("policy changed")
    async with bot.client() as client:
        await ready(client)
    code = await bot.stop()

    assert any("looking_again" in line for line in bot.log)
    assert code == 0


async def test_a_policy_file_that_cannot_be_read_leaves_the_old_in_force(
    bot: Bot, rules: Path
) -> None:
    make_unreadable(rules)
    await bot.until("policy refused")
    async with bot.client() as client:
        during = await missing(client)
        judged = await bot.post(client, "an apple", persona="regular")
        await drained(bot)
        posts = {post["ref"]: post for post in (await client.get(MESSAGES)).json()}
    await bot.stop()

    assert "rules.toml" in during["policy"]
    assert posts[judged]["state"] == "deleted"
