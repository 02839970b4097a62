"""The fork server's process: started with an empty environment, it forks workers on request.

It loads the decoders once, so that a new worker costs a fork and not an import, and it holds
no secret, because it was executed afresh and never saw the bot's memory or environment.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
from typing import NoReturn

from analysis.sandbox.worker import LINUX, Cell, confine, serve

PRELOAD = (
    "PIL.AvifImagePlugin",
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.WebPImagePlugin",
    "analysis.media",
    "analysis.readers.qr",
)


def main(control: int) -> None:
    """Serve requests from the inherited socket until its other end closes, then kill all."""
    # A service manager signals every process; the bot still needs us while it finishes its
    # jobs, and ends us by closing the socket.
    for ending in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.SIG_IGN)
    with socket.socket(fileno=control) as line:
        if LINUX:  # macOS's frameworks do not survive a fork once they are loaded
            _preload()
        Nursery(line).run()


def _preload() -> None:
    for module in PRELOAD:
        with contextlib.suppress(ImportError):  # an extra that is not installed
            importlib.import_module(module)
    gc.freeze()  # what is shared stays shared: the collector would touch every page


class Nursery:
    """The workers of one bot. One thread, so a pid is never signalled after it was reaped."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._children: dict[int, int] = {}
        self._wake, wake = os.pipe()
        for end in (self._wake, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler must stand to be woken
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._wakers = (self._wake, wake)

    def run(self) -> None:
        """Answer requests until the bot is gone."""
        rest = b""
        try:
            while True:
                ready, _, _ = select.select([self._line.fileno(), self._wake], [], [])
                self._reap()
                if self._line.fileno() in ready:
                    text, descriptors, _, _ = socket.recv_fds(self._line, 4096, 4)
                    if not text:
                        return
                    *requests, rest = (rest + text).split(b"\n")
                    for request in requests:
                        self._obey(json.loads(request), descriptors)
        finally:
            for name in tuple(self._children):
                self._kill(name)

    def _obey(self, request: dict[str, int], descriptors: list[int]) -> None:
        if "kill" in request:
            self._kill(request["kill"])
        else:
            self._fork(
                request["name"], descriptors.pop(0), Cell(request["memory"], request["nice"])
            )

    def _fork(self, name: int, line: int, cell: Cell) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:  # no more processes: the closing socket tells the bot
            os.close(line)
            return
        if pid == 0:
            self._become_worker(line, cell, parent)
        os.close(line)
        self._children[name] = pid

    def _become_worker(self, line: int, cell: Cell, parent: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for wake in self._wakers:
                os.close(wake)
            self._line.close()
            confine(cell, parent)
            with socket.socket(fileno=line) as mine:
                serve(mine)
        finally:
            os._exit(0)

    def _kill(self, name: int) -> None:
        pid = self._children.pop(name, None)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 4096)
        for name, pid in tuple(self._children.items()):
            if os.waitpid(pid, os.WNOHANG)[0]:
                del self._children[name]
