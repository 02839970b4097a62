"""Starts the real bot in a folder of its own, talks to it over loopback, and may kill it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

ROOT = Path(__file__).parents[2]
QUICK = {
    "BIFOCAL_WEB__PORT": "0",
    "BIFOCAL_ANALYSIS__OCR": "false",
    "BIFOCAL_ANALYSIS__DECODE_WORKERS": "1",
    "BIFOCAL_LIMITS__ACTIONS_PER_HOUR": "100000",
    "BIFOCAL_LIMITS__ACTIONS_PER_DAY": "100000",
    "BIFOCAL_LOG__FORMAT": "json",
}
"""Settings for tests that are not about reading pictures."""
UNUSED = "unused"
"""A token for a bot whose API nobody calls; to make a real one takes a process of its own."""
_LINK = re.compile(r"(http://127\.0\.0\.1:\d+)/signin\?code=(\S+)")


def environment(**more: str) -> dict[str, str]:
    """Our own process's, without any setting of Bifocal's but these."""
    mine = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("BIFOCAL_") and name not in {"PORT", "DATABASE_URL"}
    }
    return {**mine, "PYTHONPATH": str(ROOT), **QUICK, **more}


async def command(folder: Path, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Run ``bifocal …`` to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        env=environment(**settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@dataclass
class Bot:
    """One folder with a bot's data, and the process that serves it, when one does."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    token: str = ""
    url: str = ""
    code: str = ""
    """The one-time code of the last start's sign-in link."""
    log: list[str] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _reader: "asyncio.Task[None] | None" = None

    async def __aenter__(self) -> Self:
        """Start it; whatever becomes of the test, no process outlives the block."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it and wait until it says where it can be reached."""
        await self.sign_up()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=self.folder,
            env=environment(**self.settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read(self._process, ready))
        await ready

    async def sign_up(self) -> None:
        """Make the administrator's token, unless there is one."""
        if not self.token:
            made = await command(
                self.folder, "tokens", "create", "test", "--scope", "admin", **self.settings
            )
            self.token = made[1].split()[-1]

    async def _read(
        self, process: asyncio.subprocess.Process, ready: "asyncio.Future[None]"
    ) -> None:
        assert process.stderr is not None
        async for raw in process.stderr:
            line = raw.decode()
            self.log.append(line)
            if (found := _LINK.search(line)) and not ready.done():
                self.url, self.code = found.groups()
                ready.set_result(None)
        if not ready.done():
            ready.set_exception(RuntimeError("it ended: " + "".join(self.log[-20:])))

    async def kill(self) -> None:
        """As a power cut would, for the process."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """As an operator would; returns the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        assert self._reader is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        code = await self._process.wait()
        await self._reader
        return code

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    async def until(self, words: str) -> None:
        """Wait for a line of the log."""
        async with asyncio.timeout(60):
            while not any(words in line for line in self.log):  # noqa: ASYNC110 - lines have no event
                await asyncio.sleep(0.05)

    def client(self) -> httpx.AsyncClient:
        """A client with the token of an administrator."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30)

    async def post(
        self,
        client: httpx.AsyncClient,
        text: str,
        images: Sequence[bytes] = (),
        persona: str = "newcomer",
    ) -> str:
        """Post in the playground; returns the ref once it was acknowledged."""
        files = [("image", (f"{n}.png", data, "image/png")) for n, data in enumerate(images)]
        reply = await client.post(
            "/api/v1/playground/messages", data={"persona": persona, "text": text}, files=files
        )
        reply.raise_for_status()
        return str(reply.json()["ref"])
