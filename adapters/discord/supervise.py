"""Logs in, runs the shards, and starts over where something breaks: never the bot's end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import discord

from adapters.discord.errors import translated
from adapters.discord.gateway import BETWEEN_IDENTIFIES_S, Gateway
from adapters.discord.session import Heard, Sessions
from adapters.discord.shard import FATAL, LONGEST_PAUSE_S, Fatal, Shard
from bot.errors import PlatformError
from bot.log import logger

_log = logger("discord.supervise")
NOT_YET = "Discord is not connected yet"


@dataclass(frozen=True, slots=True)
class Paces:
    """Seconds between tries, and how much is done at once; a test takes smaller ones."""

    retry: float = 1.0
    """Before the second try to log in or to connect; doubled each time."""
    identify: float = BETWEEN_IDENTIFIES_S
    offer: float = 1.0
    """Between offers to a queue that is full."""
    write: float = 1.0
    """Between two times that the place in a session is written down."""
    answers: int = 200
    """Answers to people that are worked on at the same time. More are announced, and wait."""


@dataclass(frozen=True, slots=True)
class Shards:
    """Which shards this process runs; None and none: as Discord recommends, all."""

    count: int | None = None
    ids: tuple[int, ...] = ()


class Supervisor:
    """Keeps a client at work until cancelled."""

    def __init__(
        self,
        make: Callable[[], Gateway],
        sessions: Sessions,
        shards: Shards,
        paces: Paces,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """``make`` builds a client that is not logged in; ``clock`` is monotonic, in seconds."""
        self._make = make
        self._sessions = sessions
        self._shards = shards
        self._paces = paces
        self._clock = clock
        self._now = now
        self._unwritten = asyncio.Event()
        self._running: list[Shard] = []
        self._fatal: str | None = None
        self.client: Gateway | None = None
        """The client that works now; one that broke is replaced."""

    @property
    def trouble(self) -> str | None:
        """None while every shard is told events, else what is the matter."""
        if self._fatal:
            return self._fatal
        if not self._running:
            return NOT_YET
        missing = [str(one.number) for one in self._running if not one.connected]
        return f"{NOT_YET}: shard {', '.join(missing)}" if missing else None

    async def run(self, token: str) -> None:
        """Stay at work until cancelled, or until Discord will not have us as we are."""
        pause = self._paces.retry
        while True:
            try:
                await self._once(token)
            except Fatal as exc:
                self._fatal = str(exc)
                _log.error("discord.stopped", reason=str(exc))
                return
            except PlatformError as exc:
                _log.warning("discord.unreachable", reason=str(exc))
            except Exception as exc:  # noqa: BLE001 - discord.py broke: a new client takes over
                _log.error("client.broke", error=type(exc).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _once(self, token: str) -> None:
        client = self._make()
        self.client = client
        try:
            with translated():
                await logged_in(client, token)
                count = self._shards.count or (await client.http.get_bot_gateway())[0]
            await self._connected(client, count)
        finally:
            await self.close()

    async def _connected(self, client: Gateway, count: int) -> None:
        client._connection.shard_count = client.shard_count = count  # noqa: SLF001 - from_client reads it there
        bot_id = client.user.id if client.user else 0
        numbers = self._shards.ids or tuple(range(count))
        heard = [await self._sessions.read(number, count, bot_id) for number in numbers]
        self._running = [
            Shard(
                number,
                client,
                one,
                clock=self._clock,
                first_pause=self._paces.retry,
                began=self._session_began,
            )
            for number, one in zip(numbers, heard, strict=True)
        ]
        tasks = [asyncio.ensure_future(shard.run()) for shard in self._running]
        tasks.append(asyncio.ensure_future(self._write(count, bot_id)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._written(count, bot_id)
        for task in done:
            task.result()

    def _session_began(self, heard: Heard) -> None:
        # From now on somebody listens: what is posted after this moment is missed, if anything is.
        heard.newest = heard.newest or discord.utils.time_snowflake(self._now())
        self._unwritten.set()

    async def _write(self, count: int, bot_id: int) -> None:
        """Write down where each shard is: at once when a session begins, else now and then."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._unwritten.wait(), self._paces.write)
            self._unwritten.clear()
            await self._written(count, bot_id)

    async def _written(self, count: int, bot_id: int) -> None:
        for shard in self._running:
            await self._sessions.write(shard.number, shard.heard, count, bot_id)

    async def write(self) -> None:
        """Write down now how far each shard has got."""
        client = self.client
        if client is not None and client.user is not None:
            await self._written(client.shard_count or 1, client.user.id)

    async def close(self) -> None:
        """Close the client's connections; safe to repeat."""
        if self.client is not None:
            await self.client.http.close()


async def logged_in(client: Gateway, token: str) -> None:
    """Log in, without connecting.

    Raises:
        Fatal: Discord does not take the token.
        discord.DiscordException, aiohttp.ClientError, OSError: it did not come to that.
    """
    try:
        await client.login(token)
    except discord.LoginFailure as exc:
        raise Fatal(FATAL[4004]) from exc
