"""Untrusted bytes are looked at only here: in processes that may be killed at any time.

    server = prepare()                       # first thing in main
    async with Sandbox(server) as sandbox:
        media, images, unseen = await sandbox.decode(media.decode, data, limits)

A fork server with an empty environment forks workers under limits of memory, processor time
and wall-clock time. One that dies costs the job it had and is replaced.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec, Self, TypeVar, cast

from analysis.sandbox.forkserver import ForkServer
from analysis.sandbox.pool import MIB, Pool, PoolOptions

__all__ = ["DECODE", "MODELS", "ForkServer", "PoolOptions", "Sandbox", "prepare"]

P = ParamSpec("P")
T = TypeVar("T")

DECODE = PoolOptions(
    workers=2,
    memory=512 * MIB,
    wall=timedelta(seconds=10),
    cpu=timedelta(seconds=10),
    tasks=1000,
)
"""Python, numpy and Pillow take 120 MiB of the address space (measured, Linux x86-64)."""

MODELS = PoolOptions(
    workers=1,
    memory=2048 * MIB,
    wall=timedelta(seconds=30),
    cpu=timedelta(seconds=30),
    tasks=500,
)
"""OCR needs at least 1 GiB of address space and 2 s to load its models (design.md 4)."""


def prepare() -> ForkServer:
    """Start the fork server: the first thing a process does, before it reads its settings."""
    return ForkServer()


class Sandbox:
    """Two pools of workers: one decodes files, one runs models over what was decoded."""

    def __init__(
        self,
        server: ForkServer | None = None,
        *,
        decode: PoolOptions = DECODE,
        models: PoolOptions = MODELS,
    ) -> None:
        self.models = models.workers
        """How many models workers there are, each with models of its own to load."""
        self._server = server or prepare()
        self._decode = Pool("decode", decode, self._server)
        self._models = Pool("models", models, self._server)

    async def decode(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a module-level function over untrusted bytes.

        Raises:
            UnreadableMedia, UnsupportedMedia: as the function raised them.
            WorkerLost: it died, overran its limits, or failed in another way.
            SandboxBusy: too many jobs wait already.
        """
        return cast("T", await self._decode.run(job, *args, **kwargs))

    async def model(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a module-level function that needs a model's memory, over decoded pictures only.

        Raises:
            WorkerLost: it died, overran its limits, or failed.
            SandboxBusy: too many jobs wait already.
        """
        return cast("T", await self._models.run(job, *args, **kwargs))

    async def start(self) -> None:
        """Fork the workers, so that the first picture does not wait for them."""
        self._decode.warm()
        self._models.warm()

    async def stop(self) -> None:
        """End every worker and the fork server; running jobs get ``WorkerLost``."""
        await self._decode.stop()
        await self._models.stop()
        await asyncio.to_thread(self._server.stop)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
