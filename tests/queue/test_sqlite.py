"""What is true of the embedded queue's file: durable, bounded, compact, and never half written."""

import asyncio
import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import Misconfigured, QueueFull
from bot.jobs import Answer, Dead, Done, Job
from bot.queue import open_queue
from bot.queue.sqlite import LARGEST_BODY, SqliteQueue
from tests.queue.work import Handler, a_job, a_worker, is_done, until_empty


class Clock:
    """A clock that a test turns."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program that holds the write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def a_full_disk(path: Path) -> Iterator[None]:
    """No file may grow beyond what the queue's -wal file has now."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = path.with_name(f"{path.name}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def impatient(queue: SqliteQueue) -> None:
    """Have it wait 20 ms for a lock instead of production's two seconds."""
    await queue._writer.do(lambda db: db.execute("PRAGMA busy_timeout = 20"))


def files_with(directory: Path, words: bytes) -> list[Path]:
    return [file for file in directory.iterdir() if words in file.read_bytes()]


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as other:
        return other.execute(query).fetchall()


async def test_a_job_is_on_disk_when_accept_returns(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path) as queue:
        await queue.accept([a_job("a", body="words")])

        assert rows(path, "SELECT key, body FROM jobs") == [("a", "words")]


async def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        journal = await queue._writer.do(lambda db: db.execute("PRAGMA journal_mode").fetchone())
        level = await queue._writer.do(lambda db: db.execute("PRAGMA synchronous").fetchone())

    assert (journal, level) == (("wal",), (2,))


async def test_an_attempt_is_on_disk_before_the_handler_sees_the_job(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    found: list[list[tuple[object, ...]]] = []

    async def handle(_: Job) -> Answer:
        found.append(rows(path, "SELECT state, attempts FROM jobs"))
        return Done()

    async with await SqliteQueue.open(path) as queue:
        await queue.accept([a_job("a")])
        async with a_worker(queue, handle):
            await until_empty(queue)

    assert found == [[("taken", 1)]]


async def test_many_callers_share_a_commit(tmp_path: Path) -> None:
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        statements: list[str] = []
        await queue._writer.do(lambda db: db.set_trace_callback(statements.append))
        statements.clear()

        await asyncio.gather(*(queue.accept([a_job(str(n))]) for n in range(200)))

        assert statements.count("COMMIT") < 50


async def test_a_commit_carries_a_bounded_number_of_pieces(tmp_path: Path) -> None:
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        statements: list[str] = []
        go_on = threading.Event()
        await queue._writer.do(lambda db: db.set_trace_callback(statements.append))
        statements.clear()
        blocked = queue._writer.do(lambda _: go_on.wait(10))
        waiting = asyncio.gather(*(queue.accept([a_job(str(n))]) for n in range(1200)))
        await asyncio.sleep(0)

        go_on.set()
        await asyncio.gather(blocked, waiting)

        # 1201 pieces, at most 512 together; the one that blocks may go alone.
        assert 3 <= statements.count("COMMIT") <= 4


async def test_an_accept_of_many_jobs_is_cut_into_commits(tmp_path: Path) -> None:
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        statements: list[str] = []
        await queue._writer.do(lambda db: db.set_trace_callback(statements.append))
        statements.clear()

        assert len(await queue.accept([a_job(str(n)) for n in range(1200)])) == 1200

        assert statements.count("COMMIT") == 3


async def test_a_locked_file_refuses_the_post_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path) as queue:
        await impatient(queue)

        with locked(path), pytest.raises(QueueFull, match="locked by another program"):
            await queue.accept([a_job("a")])

        assert await queue.accept([a_job("a")]) == {"a"}


async def test_the_event_loop_runs_on_while_the_file_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path) as queue:
        with locked(path):
            accepting = asyncio.create_task(queue.accept([a_job("a")]))
            for _ in range(5):
                await asyncio.sleep(0.01)
            assert not accepting.done()

        assert await accepting == {"a"}


async def test_figures_can_be_read_while_the_file_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path) as queue:
        await queue.accept([a_job("a")])

        with locked(path):
            assert (await queue.stats()).depth == 1
            assert await queue.parked() == []


async def test_what_became_of_a_job_is_written_once_the_lock_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    handler = Handler()
    handled = asyncio.Event()
    go_on = asyncio.Event()

    async def handle(job: Job) -> Answer:
        handled.set()
        await go_on.wait()
        return await handler(job)

    async with await SqliteQueue.open(path) as queue:
        await queue.accept([a_job("a")])
        async with a_worker(queue, handle):
            await handled.wait()
            await impatient(queue)
            with locked(path):
                go_on.set()
                await handler.saw(1)
                await asyncio.sleep(0.1)
            await until_empty(queue)

    assert handler.keys == ["a"]


async def test_a_full_disk_refuses_the_post_and_is_got_over(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path) as queue:
        await queue.accept([a_job("before")])

        with a_full_disk(path), pytest.raises(QueueFull, match="free disk space"):
            await queue.accept([a_job("a", body="x" * 100_000)])

        assert rows(path, "SELECT key FROM jobs") == [("before",)]
        assert await queue.accept([a_job("a", body="x" * 100_000)]) == {"a"}
        assert rows(path, "PRAGMA integrity_check") == [("ok",)]


async def test_a_file_at_its_limit_refuses_the_post_and_is_got_over(tmp_path: Path) -> None:
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        await queue._writer.do(lambda db: db.execute("PRAGMA max_page_count = 20"))

        with pytest.raises(QueueFull, match="full"):
            await queue.accept([a_job("a", body="x" * 200_000)])

        assert await queue.accept([a_job("a")]) == {"a"}


async def test_what_waits_for_a_slow_disk_is_bounded(tmp_path: Path) -> None:
    body = "x" * LARGEST_BODY
    async with await SqliteQueue.open(tmp_path / "inbox.db") as queue:
        go_on = threading.Event()
        blocked = queue._writer.do(lambda _: go_on.wait(10))

        told = asyncio.gather(
            *(queue.accept([a_job(str(n), body)]) for n in range(18)), return_exceptions=True
        )
        await asyncio.sleep(0)
        go_on.set()
        await blocked

        refused = [one for one in await told if isinstance(one, QueueFull)]
        assert len(refused) == 2
        assert "too slow" in str(refused[0])
        assert await queue.accept([a_job("then")]) == {"then"}


async def test_of_a_settled_job_only_key_and_time_remain(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path, clock=Clock(1_800_000_000.0)) as queue:
        await queue.accept([a_job("a", body="canary " * 2000)])
        async with a_worker(queue):
            await until_empty(queue)

    assert rows(path, "SELECT * FROM settled") == [("a", 1_800_000_000.0)]
    assert not files_with(tmp_path, b"canary")


async def test_a_settled_key_is_forgotten_after_its_time_as_others_settle(
    tmp_path: Path,
) -> None:
    clock = Clock()
    async with await SqliteQueue.open(tmp_path / "i.db", clock=clock, keep_settled=100.0) as queue:
        for key, later in [("a", 0.0), ("b", 90.0), ("c", 20.0)]:
            clock.now += later
            await queue.accept([a_job(key)])
            async with a_worker(queue):
                await until_empty(queue)

        assert await queue.accept([a_job("a"), a_job("b")]) == {"a"}


async def test_a_clock_set_back_between_two_starts_holds_up_no_post(tmp_path: Path) -> None:
    clock = Clock()
    async with await SqliteQueue.open(tmp_path / "inbox.db", clock=clock) as queue:
        await queue.accept([a_job("a")])
    clock.now -= 86_400.0

    handler = Handler()
    reopened = await SqliteQueue.open(tmp_path / "inbox.db", clock=clock)
    async with reopened as queue, a_worker(queue, handler):
        await handler.saw(1)

    assert handler.keys == ["a"]


async def test_jobs_a_dead_process_had_in_flight_run_one_at_a_time_beside_the_others(
    tmp_path: Path,
) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path) as queue:
        await queue.accept([a_job(key) for key in ("twice", "once", "also", "new")])
        await queue._writer.do(
            lambda db: db.execute(
                "UPDATE jobs SET state = 'taken', attempts = 1, lost = (key = 'twice') "
                "WHERE key <> 'new'"
            )
        )
    go_on = asyncio.Semaphore(0)
    handler = Handler()

    async def handle(job: Job) -> Answer:
        await handler(job)
        await go_on.acquire()
        return Done()

    async with await SqliteQueue.open(path) as queue, a_worker(queue, handle, concurrency=4):
        await handler.saw(2)
        await queue.accept([a_job("later")])
        await handler.saw(3)
        assert sorted(handler.keys) == ["later", "new", "once"]
        for _ in range(5):
            go_on.release()
        await until_empty(queue)

    assert handler.keys[3:] == ["also", "twice"]


async def test_jobs_being_taken_when_serve_is_cancelled_are_given_back(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path) as queue:
        await queue.accept([a_job("a")])
        go_on = threading.Event()
        blocked = queue._writer.do(lambda _: go_on.wait(10))
        serving = asyncio.create_task(queue.serve(is_done, 1, asyncio.Event()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

        serving.cancel()
        go_on.set()
        await asyncio.gather(blocked, serving, return_exceptions=True)

        assert serving.cancelled()
        assert rows(path, "SELECT state, attempts FROM jobs") == [("ready", 0)]


async def test_a_closed_queue_refuses(tmp_path: Path) -> None:
    queue = await SqliteQueue.open(tmp_path / "inbox.db")
    await queue.close()

    with pytest.raises(QueueFull, match="closed"):
        await queue.accept([a_job("a")])


async def test_parked_words_stay_until_the_job_is_redriven_and_settled(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    async with await SqliteQueue.open(path) as queue:
        await queue.accept([a_job("a", body="words")])
        async with a_worker(queue, Handler(a=[Dead("x"), Done()])):
            await until_empty(queue)
            assert rows(path, "SELECT body FROM jobs") == [("words",)]
            await queue.redrive("a")
            await until_empty(queue)

    assert rows(path, "SELECT body FROM jobs") == []


async def test_a_queue_is_opened_by_its_url(tmp_path: Path) -> None:
    queue = await open_queue(f"sqlite:///{tmp_path}/data/inbox.db")
    await queue.close()

    assert (tmp_path / "data" / "inbox.db").exists()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        pytest.param("kafka://host", "sqlite://", id="unknown"),
        pytest.param("sqlite://host/x", "sqlite:///data/inbox.db", id="host"),
        pytest.param("sqlite:///", "sqlite:///data/inbox.db", id="no-file"),
        pytest.param("", "sqlite://", id="empty"),
    ],
)
async def test_a_url_that_names_no_queue_is_refused_with_an_example(url: str, why: str) -> None:
    with pytest.raises(Misconfigured, match=why):
        await open_queue(url)
