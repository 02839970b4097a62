"""kill -9 at any point loses nothing that was acknowledged."""

import asyncio
import random
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bot.jobs import Job
from bot.queue.sqlite import SqliteQueue
from tests.queue.work import Handler, a_worker, until_empty

KILLS = 6
JOBS_PER_LIFE = 400


async def a_child(directory: Path, first: int, last: int) -> asyncio.subprocess.Process:
    arguments = ["-m", "tests.queue.child", str(directory), str(first), str(last)]
    return await asyncio.create_subprocess_exec(sys.executable, *arguments)


def ledger(directory: Path) -> list[list[str]]:
    path = directory / "ledger"
    # A line that was cut off by the kill was never acted upon.
    whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
    return [line.split() for line in whole.splitlines()]


async def has_begun(directory: Path, lines: int) -> None:
    async with asyncio.timeout(20):
        while len(ledger(directory)) < lines:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.005)


def settled(directory: Path) -> Counter[str]:
    with closing(sqlite3.connect(directory / "inbox.db")) as database:
        return Counter(key for (key,) in database.execute("SELECT key FROM settled"))


@pytest.mark.slow
async def test_nothing_acknowledged_is_lost_however_often_the_process_is_killed(
    tmp_path: Path,
) -> None:
    chance = random.Random(20261123)  # noqa: S311 - the same kills every time
    for life in range(KILLS):
        child = await a_child(tmp_path, life * JOBS_PER_LIFE, (life + 1) * JOBS_PER_LIFE)
        await has_begun(tmp_path, len(ledger(tmp_path)) + chance.randint(1, 300))
        child.kill()
        assert await child.wait() == -signal.SIGKILL

    # One more life to finish what they left; what was parked on the way is visible, not lost.
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        for parked in await queue.parked():
            await queue.redrive(parked.job.key)
        rest = Handler()
        async with a_worker(queue, rest):
            await until_empty(queue)
        assert await queue.parked() == []

    lines = ledger(tmp_path)
    accepted = {key for step, key, *_ in lines if step == "accepted"}
    ended = {key for step, key, *_ in lines if step == "ended"} | set(rest.keys)
    begun = Counter(
        (key, attempt) for step, key, attempt in (line for line in lines if line[0] == "begun")
    )
    assert len(accepted) > KILLS
    assert accepted <= settled(tmp_path).keys()
    assert settled(tmp_path).keys() == ended
    # Every take was on disk before the handler saw the job: no attempt was begun twice.
    assert set(begun.values()) == {1}


@pytest.mark.slow
async def test_a_job_that_kills_its_worker_three_times_is_parked_and_the_others_are_not(
    tmp_path: Path,
) -> None:
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        keys = [str(n) for n in range(10)]
        await queue.accept([Job(key, "{}") for key in [*keys[:5], "poison", *keys[5:]]])

    exits = [await (await a_child(tmp_path, 10, 10)).wait() for _ in range(4)]

    assert exits == [-signal.SIGKILL] * 3 + [0]
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        (parked,) = await queue.parked()
        assert (parked.job.key, parked.job.attempt) == ("poison", 3)
        assert parked.reason == "took its worker down 3 times"
        assert await queue.redrive("poison")
    assert settled(tmp_path).keys() == set(keys)


@pytest.mark.slow
async def test_a_stopped_process_finishes_what_is_in_flight_and_leaves_the_rest(
    tmp_path: Path,
) -> None:
    child = await a_child(tmp_path, 0, 1000)
    await has_begun(tmp_path, 50)

    child.terminate()

    assert await child.wait() == 0
    steps = Counter(line[0] for line in ledger(tmp_path))
    assert steps["begun"] == steps["ended"] < 1000
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        rest = Handler()
        async with a_worker(queue, rest):
            await until_empty(queue)
    assert {job.attempt for job in rest.seen} == {1}
