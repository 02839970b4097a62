"""The bot's end of the fork server: start it, ask it for workers, have them killed."""

import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from analysis.sandbox.worker import Cell

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from analysis.sandbox.server import main; main(int(sys.argv[2]))"
)

_KEPT = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH")
"""Without these a Python built elsewhere does not find its own library."""

_SET = {
    "LC_ALL": "C.UTF-8",
    # One thread per worker, or each would take every core, and forking would be unsafe.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

_PATIENCE_S = 5.0
"""How long it may take to kill its workers and end, before it is killed itself."""


class ForkServer:
    """A child process that forks workers. It is replaced when it dies.

    It is executed, not forked, with an environment written here: neither its memory nor
    ``/proc/<pid>/environ`` of any worker holds what the bot's environment held.
    """

    def __init__(self) -> None:
        self._names = itertools.count()
        self._start()

    def hire(self, cell: Cell) -> tuple[int, socket.socket]:
        """Fork a worker; returns its name for ``kill`` and the line to it, non-blocking.

        A line that closes at once means that no worker could be forked.
        """
        name = next(self._names)
        ours, theirs = socket.socketpair()
        request = {"name": name, "memory": cell.memory, "nice": cell.niceness}
        with theirs:
            try:
                self._ask(request, theirs.fileno())
            except OSError:
                self.stop()
                self._start()
                self._ask(request, theirs.fileno())
        ours.setblocking(False)  # noqa: FBT003 - the standard library's signature
        return name, ours

    def kill(self, name: int) -> None:
        """End a worker now, whatever it is doing. One that is gone already is no error."""
        with contextlib.suppress(OSError):  # the server is dead, and its workers with it
            self._ask({"kill": name})

    def stop(self) -> None:
        """End the server and every worker, and wait for it: at most five seconds, then kill."""
        self._line.close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """Of the server's process; workers are its children."""
        return self._process.pid

    def _ask(self, request: dict[str, int], *descriptors: int) -> None:
        socket.send_fds(self._line, [json.dumps(request).encode() + b"\n"], descriptors)

    def _start(self) -> None:
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and text
                [
                    sys.executable,
                    "-I",
                    "-B",
                    "-X",
                    "utf8",
                    "-c",
                    _BOOT,
                    _paths(),
                    str(theirs.fileno()),
                ],
                env=_SET | {name: os.environ[name] for name in _KEPT if name in os.environ},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the bot, which then stops us
            )


def _paths() -> str:
    """Where the bot finds its modules, so that workers run the same code."""
    return json.dumps([str(Path(path or ".").resolve()) for path in sys.path])
