"""The policy in force, read anew when its file changes."""

import asyncio
import contextlib
import threading
from pathlib import Path

import structlog

from bot.errors import Misconfigured
from bot.policy.policy import Policy, preset_bytes, read_file

_LOG = structlog.get_logger("policy")


class PolicyFile:
    """Keeps a valid policy in force, whatever becomes of its file.

    A changed file is taken once it read the same twice, so that one still being written is not;
    an invalid one is refused whole and the policy before it stays.
    """

    def __init__(self, path: Path | None, preset: str = "standard") -> None:
        """Read the file, or without one the preset.

        Raises:
            Misconfigured: at the start there is no policy to fall back to.
        """
        self._path = path
        data = read_file(path) if path else preset_bytes(preset)
        self.current = Policy.parse(data, path.name if path else f"{preset}.toml")
        self.error: str | None = None
        """Why the file as it stands is not in force, for ``/readyz``; None when it is."""
        self._in_force = self._seen = data
        self._refused: tuple[bytes, str] | None = None
        self._turn = threading.Lock()

    @property
    def data(self) -> bytes:
        """The bytes of the policy in force: of the file, or of the preset where there is none."""
        return self._in_force

    @property
    def has_file(self) -> bool:
        """Whether the settings name a file; else a preset is in force."""
        return self._path is not None

    def of(self, _community_id: str) -> Policy:
        """The rules in force, which are the same in every community."""
        return self.current

    async def watch(self, stop: asyncio.Event, every: float = 1.0) -> None:
        """Look at the file every so many seconds until ``stop`` is set."""
        while not stop.is_set():
            if self._path is not None:
                await asyncio.to_thread(self.look)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every)

    def look(self) -> None:
        """Look at the file once. Blocks for the time of a read, and never raises.

        Any thread may: a person who sends SIGHUP need not wait for the watch.
        """
        with self._turn:
            self._look()

    def _look(self) -> None:
        if self._path is None:
            return
        try:
            data = read_file(self._path)
        except Misconfigured as exc:
            self._refuse(str(exc))
            return
        still, self._seen = data == self._seen, data
        if data == self._in_force:
            self.error = None
        elif self._refused and data == self._refused[0]:
            self._refuse(self._refused[1])
        elif still:
            self._take(data, self._path.name)

    def _take(self, data: bytes, name: str) -> None:
        try:
            policy = Policy.parse(data, name)
        except Misconfigured as exc:
            self._refused = data, str(exc)
            self._refuse(str(exc))
            return
        except Exception as exc:  # noqa: BLE001 - whatever stands in the file must not end the watch
            _LOG.exception("policy not understood")
            self._refused = data, f"{name}: {exc!r:.200}"
            self._refuse(self._refused[1])
            return
        self.current, self._in_force, self.error = policy, data, None
        _LOG.info("policy changed", version=policy.version, rules=len(policy.rules))

    def _refuse(self, error: str) -> None:
        if error != self.error:
            _LOG.error("policy refused", error=error, still_in_force=self.current.version)
        self.error = error
