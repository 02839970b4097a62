"""The inside of a worker process: lock itself in, then do one job after the other."""

import contextlib
import ctypes
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import traceback
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis.errors import UnreadableMedia, UnsupportedMedia
from analysis.sandbox.wire import pack

LENGTH = struct.Struct("!Q")
"""Before every job: how many bytes it has."""

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38  # linux/prctl.h
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h
OPEN_FILES = 64
"""What loading a library needs, and some; chosen by eye."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a worker may use."""

    memory: int
    """Address space in bytes."""
    niceness: int


@dataclass(frozen=True, slots=True)
class Job:
    """One call. It is pickled: a worker may trust the bot, though never the reverse."""

    function: Callable[..., object]
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    cpu: int
    """Seconds of processor time it may use."""


def confine(cell: Cell, parent: int) -> None:
    """Give up what decoding does not need; none of it can be taken back.

    On Linux: address space, core dumps, written files, open files, new privileges, the
    network (where the kernel lets an ordinary process make a network namespace), and life
    after ``parent``. macOS has no address-space limit, no parent-death signal and no such
    namespace; there the wall-clock limit and the closing socket are what is left.
    """
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    warnings.simplefilter("ignore")
    os.nice(cell.niceness)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))
    if LINUX:
        resource.setrlimit(resource.RLIMIT_AS, (cell.memory, cell.memory))
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)  # refused in some containers: best effort
        # After unshare, which would clear it: the kernel drops it when credentials change.
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked to be told
        os._exit(1)


def serve(line: socket.socket) -> None:
    """Do jobs until the bot closes its end. A job that ran out of memory is the last one."""
    while job := _next(line):
        for chunk in _answer(job):
            line.sendall(chunk)


def _next(line: socket.socket) -> Job | None:
    header = _read(line, LENGTH.size)
    if not header:
        return None
    job = pickle.loads(_read(line, *LENGTH.unpack(header)))  # noqa: S301 - the bot wrote it
    return job if isinstance(job, Job) else None


def _read(line: socket.socket, length: int) -> bytearray:
    """Exactly so many bytes; none at all when the other end is closed."""
    taken = bytearray(length)
    view = memoryview(taken)
    while view:
        count = line.recv_into(view)
        if not count:
            return bytearray()
        view = view[count:]
    return taken


def _answer(job: Job) -> list[bytes]:
    try:
        _allow(job.cpu)
        return pack(("done", job.function(*job.args, **job.kwargs)))
    except UnsupportedMedia as exc:
        return pack(("unsupported", str(exc)))
    except UnreadableMedia as exc:
        return pack(("unreadable", str(exc)))
    except MemoryError:
        return pack(("memory", ""))
    except Exception as exc:  # noqa: BLE001 - whatever it was, it must cost one job only
        return pack(("raised", _where(exc)))


def _allow(seconds: int) -> None:
    """Let this job use so much processor time, counted from now. Past it, SIGXCPU kills us."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    most = int(used.ru_utime + used.ru_stime) + 1 + seconds
    with contextlib.suppress(ValueError):  # an operator's own hard limit is lower: it holds
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def _where(exc: Exception) -> str:
    """The error's type and the line that raised it; its message may quote the post."""
    last = traceback.extract_tb(exc.__traceback__)[-1]
    return f"{type(exc).__name__} in {last.name}, {last.filename.rpartition('/')[2]}:{last.lineno}"
