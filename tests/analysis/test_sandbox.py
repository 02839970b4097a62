"""The sandbox: what a worker may not do, what its death costs, and that none is left behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.errors import SandboxBusy, UnreadableMedia, UnsupportedMedia, WorkerLost
from analysis.sandbox import DECODE, MODELS, Sandbox, prepare

LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and Linux's limits")
CANARY = "canary-3f9a71c2"
INHERITED = {
    "DYLD_LIBRARY_PATH",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "__CF_USER_TEXT_ENCODING",
}


def echo(value: int) -> int:
    return value


def pid() -> int:
    return os.getpid()


def hang() -> None:
    signal.pause()


def spin() -> None:
    while True:
        pass


def hang_after_telling(path: str) -> None:
    os.kill(int(path), signal.SIGUSR1)
    signal.pause()


def allocate(size: int) -> int:
    return len(bytearray(size))


def segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def unreadable() -> None:
    raise UnreadableMedia("torn in two")


def unsupported() -> None:
    raise UnsupportedMedia("an SVG drawing")


def stumble() -> None:
    raise LookupError(CANARY)


def a_function() -> object:
    return echo


def environment() -> list[tuple[str, str]]:
    return list(os.environ.items())


def write_file(path: str) -> None:
    Path(path).write_text("x", encoding="utf-8")


def connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1).close()


def core_limit_and_niceness() -> tuple[int, int]:
    import resource  # noqa: PLC0415 - in the worker only

    return resource.getrlimit(resource.RLIMIT_CORE)[1], os.nice(0)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    brief = replace(DECODE, wall=timedelta(seconds=2))
    async with Sandbox(decode=brief, models=replace(MODELS, workers=1)) as running:
        yield running


async def test_a_job_gives_its_result(sandbox: Sandbox) -> None:
    answer = await sandbox.decode(echo, 41)

    assert answer == 41


async def test_a_job_runs_in_another_process(sandbox: Sandbox) -> None:
    where = await sandbox.decode(pid)

    assert where != os.getpid()


async def test_refusals_of_media_keep_their_type_and_sentence(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableMedia, match="torn in two"):
        await sandbox.decode(unreadable)
    with pytest.raises(UnsupportedMedia, match="an SVG drawing"):
        await sandbox.decode(unsupported)


async def test_any_other_error_is_a_lost_job_that_quotes_nothing(sandbox: Sandbox) -> None:
    with pytest.raises(WorkerLost, match="LookupError in stumble") as caught:
        await sandbox.decode(stumble)

    assert CANARY not in str(caught.value)


async def test_a_result_of_a_foreign_type_does_not_cross(sandbox: Sandbox) -> None:
    with pytest.raises(WorkerLost, match="TypeError"):
        await sandbox.decode(a_function)


async def test_a_worker_killed_in_mid_task_costs_one_failure(sandbox: Sandbox) -> None:
    started = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, started.set)
    victims = {await sandbox.decode(pid), await sandbox.decode(pid)}
    job = asyncio.create_task(sandbox.decode(hang_after_telling, str(os.getpid())))
    await started.wait()
    for victim in victims:
        os.kill(victim, signal.SIGKILL)

    with pytest.raises(WorkerLost, match="died"):
        await job
    assert await sandbox.decode(echo, 1) == 1


async def test_a_crash_costs_one_failure(sandbox: Sandbox) -> None:
    with pytest.raises(WorkerLost, match="died"):
        await sandbox.decode(segfault)

    assert await sandbox.decode(echo, 1) == 1


@LINUX_ONLY
async def test_a_memory_bomb_costs_one_failure(sandbox: Sandbox) -> None:
    with pytest.raises(WorkerLost, match="needed more than 512 MiB"):
        await sandbox.decode(allocate, 2 * 1024**3)

    assert await sandbox.decode(echo, 1) == 1


async def test_a_job_past_its_wall_limit_is_killed(sandbox: Sandbox) -> None:
    with pytest.raises(WorkerLost, match="longer than 0:00:02"):
        await sandbox.decode(hang)

    assert await sandbox.decode(echo, 1) == 1


async def test_a_job_past_its_processor_limit_is_killed() -> None:
    options = replace(DECODE, cpu=timedelta(seconds=1), wall=timedelta(seconds=30))
    async with Sandbox(decode=options) as sandbox:
        with pytest.raises(WorkerLost, match="died"):
            await sandbox.decode(spin)


async def test_other_jobs_go_on_while_one_hangs(sandbox: Sandbox) -> None:
    hanging = asyncio.create_task(sandbox.decode(hang))

    answers = [await sandbox.decode(echo, number) for number in range(5)]

    assert answers == list(range(5))
    with pytest.raises(WorkerLost):
        await hanging


async def test_the_event_loop_never_waits_for_a_worker(sandbox: Sandbox) -> None:
    loop = asyncio.get_running_loop()
    jobs = [asyncio.create_task(sandbox.decode(echo, 1)) for _ in range(50)]
    longest, last = 0.0, loop.time()
    while not all(job.done() for job in jobs):
        await asyncio.sleep(0)
        longest, last = max(longest, loop.time() - last), loop.time()

    assert longest < 1.0  # generous: the machine may be busy, and a hang would take two


async def test_a_cancelled_caller_does_not_take_the_worker_away() -> None:
    async with Sandbox(decode=replace(DECODE, workers=1, wall=timedelta(seconds=1))) as sandbox:
        job = asyncio.create_task(sandbox.decode(hang))
        await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

        assert await sandbox.decode(echo, 1) == 1


async def test_a_full_queue_refuses_the_next_job() -> None:
    options = replace(DECODE, workers=1, queue=1, wall=timedelta(seconds=1))
    async with Sandbox(decode=options) as sandbox:
        jobs = [asyncio.create_task(sandbox.decode(hang)) for _ in range(2)]
        await asyncio.sleep(0)

        with pytest.raises(SandboxBusy, match="1 jobs wait"):
            await sandbox.decode(echo, 1)
        await asyncio.gather(*jobs, return_exceptions=True)


async def test_a_worker_is_replaced_after_its_number_of_tasks() -> None:
    async with Sandbox(decode=replace(DECODE, workers=1, tasks=2)) as sandbox:
        pids = [await sandbox.decode(pid) for _ in range(4)]

    assert pids[0] == pids[1] != pids[2] == pids[3]


async def test_a_dead_fork_server_is_replaced() -> None:
    server = prepare()
    async with Sandbox(server) as sandbox:
        await sandbox.decode(pid)
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.to_thread(os.waitid, os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)

        answers = await asyncio.gather(
            *(sandbox.decode(echo, number) for number in range(4)), return_exceptions=True
        )
        assert 3 in answers
        assert await sandbox.decode(echo, 9) == 9


async def test_no_secret_of_the_parent_is_in_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIFOCAL_DISCORD__TOKEN", CANARY)

    async with Sandbox() as sandbox:
        seen = await sandbox.decode(environment)

    assert CANARY not in str(seen)
    assert {name for name, _ in seen} <= INHERITED


def kernels_copy(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


@LINUX_ONLY
async def test_no_secret_is_in_the_kernels_copy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIFOCAL_DISCORD__TOKEN", CANARY)
    server = prepare()

    async with Sandbox(server) as sandbox:
        worker = await sandbox.decode(pid)
        copies = [kernels_copy(who) for who in (worker, server.pid)]

    assert not any(CANARY.encode() in copy for copy in copies)


async def test_a_worker_writes_no_file(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(WorkerLost, match="OSError"):
        await sandbox.decode(write_file, str(tmp_path / "made"))


async def test_a_worker_dumps_no_core_and_is_nice(sandbox: Sandbox) -> None:
    core, niceness = await sandbox.decode(core_limit_and_niceness)

    assert core == 0
    assert niceness >= 10


@LINUX_ONLY
async def test_a_worker_has_no_network(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(WorkerLost, match=r"OSError|ConnectionRefusedError"):
            await sandbox.decode(connect, port)


async def test_signals_meant_for_the_bot_leave_the_workers_to_finish() -> None:
    server = prepare()
    async with Sandbox(server, decode=replace(DECODE, workers=1)) as sandbox:
        worker = await sandbox.decode(pid)
        for ending in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            os.kill(worker, ending)
            os.kill(server.pid, ending)

        assert await sandbox.decode(pid) == worker


def children_of(parent: int) -> list[int]:
    return [
        int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    ]


def gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@LINUX_ONLY
async def test_stopping_leaves_no_process() -> None:
    server = prepare()
    async with Sandbox(server) as sandbox:
        await sandbox.decode(pid)
        started = [server.pid, *children_of(server.pid)]

    assert len(started) == 4
    assert all(gone(process) for process in started)


PARENT = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from analysis.sandbox import Sandbox, prepare
from tests.analysis.test_sandbox import hang, pid

async def main():
    server = prepare()
    async with Sandbox(server) as sandbox:
        busy = asyncio.create_task(sandbox.decode(hang))
        worker = await sandbox.decode(pid)
        print(server.pid, worker, flush=True)
        await busy

asyncio.run(main())
"""


@LINUX_ONLY
def test_workers_die_with_a_parent_that_was_killed() -> None:
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", PARENT, root], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        server, _ = map(int, parent.stdout.readline().split())
        started = [server, *children_of(server)]
        parent.kill()
        parent.wait()

        deadline = time.monotonic() + 10
        while not all(gone(process) for process in started) and time.monotonic() < deadline:
            time.sleep(0.02)

    assert len(started) == 4
    assert all(gone(process) for process in started)
