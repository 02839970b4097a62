"""One process per queue file: an operating system's lock that dies with its holder."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import EnvironmentFailed


class FileLock:
    """Holds ``<file>.lock`` until it is released or the process ends, however it ends.

    The lock file itself stays: removing it would let two processes lock two different files
    of the same name.

    Raises:
        EnvironmentFailed: another process holds it, or it cannot be written.
    """

    def __init__(self, guarded: Path) -> None:
        path = guarded.with_name(f"{guarded.name}.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise EnvironmentFailed(
                f"cannot write {path} ({exc.strerror}); make its directory writable for this user"
            ) from exc
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            holder = os.read(self._fd, 20).decode(errors="replace").strip() or "unknown"
            os.close(self._fd)
            raise EnvironmentFailed(
                f"another Bifocal (process {holder}) already uses {guarded}; "
                "stop it first, or give this one its own [queue] url"
            ) from exc
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let others have the file. Safe to call twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
