"""A bounded pool of killable workers, driven by the event loop: no threads, no polling."""

import asyncio
import pickle
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from analysis.errors import SandboxBusy, UnreadableMedia, UnsupportedMedia, WorkerLost
from analysis.sandbox.forkserver import ForkServer
from analysis.sandbox.wire import HEADER, Garbled, sizes, unpack
from analysis.sandbox.worker import LENGTH, Cell, Job

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """How many workers, and what each may use."""

    workers: int
    memory: int
    """Address space of a worker in bytes."""
    wall: timedelta
    """How long one job may take before its worker is killed."""
    cpu: timedelta
    """Processor time of one job; rounded up to whole seconds."""
    tasks: int = 0
    """Replace a worker after so many jobs; 0 keeps it."""
    niceness: int = 10
    queue: int = 256
    """How many jobs may wait for a worker; the next one is refused."""


class _Worker:
    """The line to one worker process."""

    def __init__(self, name: int, line: socket.socket) -> None:
        self.name = name
        self.done = 0
        self._line = line

    def alive(self) -> bool:
        """Whether its process still holds the other end; an idle worker sends nothing."""
        try:
            self._line.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        self._line.close()

    async def do(self, job: bytes) -> object:
        """Send a job and return the answer.

        Raises:
            OSError: the worker is gone.
            Garbled: it sent what no honest worker sends.
        """
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._line, LENGTH.pack(len(job)))
        await loop.sock_sendall(self._line, job)
        text, blobs = sizes(bytes(await self._read(HEADER.size)))
        body = memoryview(await self._read(text + blobs))
        self.done += 1
        return unpack(bytes(body[:text]), body[text:])

    async def _read(self, length: int) -> bytearray:
        loop = asyncio.get_running_loop()
        taken = bytearray(length)
        view = memoryview(taken)
        while view:
            count = await loop.sock_recv_into(self._line, view)
            if not count:
                raise ConnectionResetError
            view = view[count:]
        return taken


class Pool:
    """Runs functions in workers of one kind."""

    def __init__(self, name: str, options: PoolOptions, server: ForkServer) -> None:
        self._name = name
        self._options = options
        self._server = server
        self._slots = asyncio.Semaphore(options.workers)
        self._idle: list[_Worker] = []
        self._running: set[asyncio.Task[object]] = set()
        self._waiting = 0

    async def run(self, job: Callable[..., object], *args: object, **kwargs: object) -> object:
        """Run a module-level function of the same code base; its result must cross ``wire``.

        When the caller is cancelled the job runs on to its limit, its answer unheard.

        Raises:
            UnreadableMedia, UnsupportedMedia: as the function raised them.
            WorkerLost: it died, overran a limit, or the function failed otherwise.
            SandboxBusy: too many jobs wait.
        """
        if self._waiting >= self._options.queue:
            raise SandboxBusy(f"{self._waiting} jobs wait for a {self._name} worker")
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        seconds = -(-self._options.cpu // timedelta(seconds=1))
        task = asyncio.create_task(self._attempt(Job(job, args, kwargs, seconds)))
        self._running.add(task)
        task.add_done_callback(self._settled)
        return await asyncio.shield(task)

    def warm(self) -> None:
        """Fork the workers now, so that the first jobs do not wait for them."""
        while len(self._idle) < self._options.workers:
            self._idle.append(self._hire())

    async def stop(self) -> None:
        """Kill what runs, whose callers get ``WorkerLost``, and let the idle go."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        while self._idle:
            self._idle.pop().close()

    def _settled(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        self._slots.release()
        if not task.cancelled():
            task.exception()  # a caller that was cancelled will not look at it

    async def _attempt(self, job: Job) -> object:
        text = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
        worker = self._take()
        try:
            async with asyncio.timeout(self._options.wall.total_seconds()):
                answer = await worker.do(text)
        except BaseException as exc:
            self._dismiss(worker)
            raise self._lost(exc) from exc
        return self._judge(worker, answer)

    def _lost(self, exc: BaseException) -> BaseException:
        if isinstance(exc, TimeoutError):
            return WorkerLost(f"a {self._name} job took longer than {self._options.wall}")
        if isinstance(exc, Garbled):
            return WorkerLost(f"a {self._name} worker sent {exc}")
        if isinstance(exc, OSError):
            return WorkerLost(f"a {self._name} worker died")
        if isinstance(exc, asyncio.CancelledError):
            return WorkerLost(f"the {self._name} pool was stopped")
        return exc

    def _judge(self, worker: _Worker, answer: object) -> object:
        match answer:
            case ("done", result):
                self._keep(worker)
                return result
            case ("unreadable", str() as why):
                self._keep(worker)
                raise UnreadableMedia(why)
            case ("unsupported", str() as why):
                self._keep(worker)
                raise UnsupportedMedia(why)
            case ("raised", str() as what):
                self._keep(worker)
                raise WorkerLost(f"a {self._name} job failed: {what}")
            case ("memory", _):
                self._dismiss(worker)  # its heap is in pieces
                most = self._options.memory // MIB
                raise WorkerLost(f"a {self._name} job needed more than {most} MiB")
        self._dismiss(worker)
        raise WorkerLost(f"a {self._name} worker sent an answer of no known kind")

    def _take(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.alive():
                return worker
            self._dismiss(worker)
        return self._hire()

    def _hire(self) -> _Worker:
        options = self._options
        return _Worker(*self._server.hire(Cell(options.memory, options.niceness)))

    def _keep(self, worker: _Worker) -> None:
        if self._options.tasks and worker.done >= self._options.tasks:
            self._dismiss(worker)
        else:
            self._idle.append(worker)

    def _dismiss(self, worker: _Worker) -> None:
        worker.close()
        with suppress(OSError):
            self._server.kill(worker.name)
