"""A queue that cannot be opened says why and what to do, and nothing of it is touched."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import EnvironmentFailed
from bot.queue.sqlite import SqliteQueue
from tests.queue.work import a_job


async def a_used_queue(path: Path) -> None:
    """A file with two hundred posts in it."""
    async with await SqliteQueue.open(path) as queue:
        await queue.accept([a_job(str(n), "x" * 500) for n in range(200)])


def garble_pages(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 20_000)


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite_the_start(path: Path) -> None:
    path.write_bytes(b"not a database" + path.read_bytes()[14:])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def lose_all_but_the_wal(path: Path) -> None:
    path.with_name(f"{path.name}-wal").write_bytes(b"w" * 5000)
    path.unlink()


def garble_the_wal(path: Path) -> None:
    path.with_name(f"{path.name}-wal").write_bytes(b"w" * 5000)


def become_something_else(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE t (x)")


def come_from_the_future(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 9")


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        pytest.param(garble_pages, "is damaged .*restore it from a backup", id="garbled"),
        pytest.param(cut_in_half, "is damaged .*restore it from a backup", id="truncated"),
        pytest.param(overwrite_the_start, "is not a database; move it away", id="not-a-database"),
        pytest.param(empty, "is damaged .*it is empty", id="empty"),
        pytest.param(lose_all_but_the_wal, "the file is gone but its -wal is not", id="only-wal"),
        pytest.param(garble_the_wal, "its -wal, .*, is no longer one", id="garbled-wal"),
        pytest.param(become_something_else, "a database of something else", id="other-database"),
        pytest.param(come_from_the_future, "schema 9, this one knows 1", id="newer"),
    ],
)
async def test_a_file_that_is_not_our_queue_is_refused_and_left_as_it_is(
    tmp_path: Path, harm: Callable[[Path], None], why: str
) -> None:
    path = tmp_path / "inbox.db"
    await a_used_queue(path)
    harm(path)
    before = path.read_bytes() if path.exists() else None

    with pytest.raises(EnvironmentFailed, match=why):
        await SqliteQueue.open(path)

    assert (path.read_bytes() if path.exists() else None) == before


async def test_a_refused_file_can_be_opened_once_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    await a_used_queue(path)
    whole = path.read_bytes()
    cut_in_half(path)
    with pytest.raises(EnvironmentFailed):
        await SqliteQueue.open(path)

    path.write_bytes(whole)

    async with await SqliteQueue.open(path) as queue:
        assert await queue.depth() == 200


async def test_a_lost_shm_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    await a_used_queue(path)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)

    async with await SqliteQueue.open(path) as queue:
        assert await queue.depth() == 200


async def test_a_half_made_queue_does_not_stop_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "inbox.db.new").write_bytes(b"half")

    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        assert await queue.depth() == 0


async def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    with pytest.raises(EnvironmentFailed, match=r"data/inbox\.db.* make its directory writable"):
        await SqliteQueue.open(tmp_path / "data" / "inbox.db")


async def test_a_directory_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inbox.db").mkdir()

    with pytest.raises(EnvironmentFailed, match=r"cannot open the queue .*inbox\.db"):
        await SqliteQueue.open(tmp_path / "inbox.db")


async def test_a_file_someone_else_has_locked_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    await a_used_queue(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(EnvironmentFailed, match="close other programs that have it open"):
            await SqliteQueue.open(path)


async def test_a_second_queue_on_the_same_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path):
        with pytest.raises(EnvironmentFailed, match=r"another Bifocal \(process \d+\)"):
            await SqliteQueue.open(path)

    async with await SqliteQueue.open(path) as queue:
        assert await queue.depth() == 0


@pytest.mark.slow
async def test_a_second_process_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    hold = (
        "import asyncio, sys, pathlib\n"
        "from bot.queue.sqlite import SqliteQueue\n"
        "async def main():\n"
        "    await SqliteQueue.open(pathlib.Path(sys.argv[1]))\n"
        "    print('open', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    first = await asyncio.create_subprocess_exec(
        sys.executable, "-c", hold, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert first.stdout is not None
    assert await first.stdout.readline() == b"open\n"

    with pytest.raises(EnvironmentFailed, match=f"process {first.pid}") as caught:
        await SqliteQueue.open(path)
    assert "\n" not in str(caught.value)

    first.kill()
    assert await first.wait() == -signal.SIGKILL
    await (await SqliteQueue.open(path)).close()
