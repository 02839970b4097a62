"""A process to be killed: accepts jobs and serves them, writing every step to a ledger.

Run as ``python -m tests.queue.child DIRECTORY FIRST LAST``. The ledger's lines are
``accepted KEY``, ``begun KEY ATTEMPT`` and ``ended KEY``, each on disk before the next step.
A job whose key begins with ``poison`` kills the process that works on it. It ends by itself when
all is done, and on SIGTERM when what is in flight is done.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.jobs import Answer, Done, Job
from bot.queue.sqlite import SqliteQueue


class Ledger:
    """Lines on disk."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, line: str) -> None:
        os.write(self._file, f"{line}\n".encode())
        os.fsync(self._file)


async def accept(queue: SqliteQueue, ledger: Ledger, keys: list[str]) -> None:
    for key in keys:
        await queue.accept([Job(key, "{}")])
        ledger.write(f"accepted {key}")


async def main(directory: Path, first: int, last: int) -> None:
    ledger = Ledger(directory / "ledger")

    async def handle(job: Job) -> Answer:
        ledger.write(f"begun {job.key} {job.attempt}")
        if job.key.startswith("poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(0.005)
        ledger.write(f"ended {job.key}")
        return Done()

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with await SqliteQueue.open(directory / "inbox.db") as queue:

        async def post() -> None:
            keys = [str(n) for n in range(first, last)]
            await asyncio.gather(*(accept(queue, ledger, keys[lot::5]) for lot in range(5)))
            while await queue.depth():  # noqa: ASYNC110 - the end is not announced by an event
                await asyncio.sleep(0.01)
            stop.set()

        posting = asyncio.create_task(post())
        await queue.serve(handle, 4, stop)
        posting.cancel()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
