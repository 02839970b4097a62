"""What the client is told of, sent where it belongs: messages, servers, and what people ask."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import discord

from adapters.discord.api import Payload
from adapters.discord.breaker import Breaker
from adapters.discord.catch_up import CatchUp
from adapters.discord.commands import same, told
from adapters.discord.errors import translated
from adapters.discord.gateway import Gateway
from adapters.discord.guilds import Guilds
from adapters.discord.intake import Event, Intake
from adapters.discord.permissions import lacking
from adapters.discord.places import Places
from adapters.discord.presses import Presses
from adapters.discord.reading import Reader
from adapters.discord.session import Heard
from bot.errors import PlatformError
from bot.log import logger

_log = logger("discord.hearing")


class Hearing:
    """Listens to the client; everything that takes time goes on beside it."""

    def __init__(
        self,
        *,
        intake: Intake,
        reader: Reader,
        places: Places,
        guilds: Guilds,
        catch_up: CatchUp,
        presses: Presses,
        breaker: Breaker,
        denied: Callable[[str, str], None],
    ) -> None:
        self._intake = intake
        self._reader = reader
        self._places = places
        self._guilds = guilds
        self._catch_up = catch_up
        self._presses = presses
        self._breaker = breaker
        self._denied = denied
        self._beside: set[asyncio.Task[None]] = set()
        self._away: dict[int, int] = {}
        """Servers that we do not hear of now, and the newest message heard before that."""

    def message(self, event: str, payload: Payload, heard: Heard | None) -> None:  # noqa: ARG002 - new or changed, it is judged
        """A message was written or changed."""
        if not self._reader.wanted(payload):
            return
        if heard is None:
            self._intake.put(Event(payload))
        else:
            self._intake.put(Event(payload, heard, heard.take(heard.received)))

    def guild(self, event: str, payload: Payload, heard: Heard | None) -> None:
        """What is known of a server changed."""
        if event == "READY" and heard is not None:
            after = heard.missed_after
            self._away |= {int(each["id"]): after for each in payload["guilds"]}
            self.soon(self._guilds.only(payload))
        elif event == "RESUMED":
            self.soon(self._look_around())
        elif event == "GUILD_CREATE" and not payload.get("unavailable"):
            guild_id = int(payload["id"])
            self.soon(self._there(guild_id, self._away.pop(guild_id, 0)))
        elif event == "GUILD_DELETE" and not payload.get("unavailable"):
            self.soon(self._guilds.left(str(payload["id"])))
        elif event == "GUILD_DELETE" and heard is not None:
            self._away[int(payload["id"])] = heard.newest
        elif event == "THREAD_UPDATE":
            self._places.renamed(str(payload["id"]))
            self.soon(self._retitled(payload))
        if where := payload.get("guild_id"):
            self._breaker.forget(str(where))

    async def interaction(self, interaction: "discord.Interaction[Any]") -> None:
        """Somebody used a command, a menu, a button or a form."""
        await self._presses.handle(interaction)

    async def room(self) -> None:
        """Returns when more may be read."""
        await self._intake.room()

    async def logged_in(self, client: Gateway) -> None:
        """Tell Discord our commands, where it does not offer them yet."""
        application, wanted = client.application_id or 0, told()
        try:
            with translated():
                standing = await client.http.get_global_commands(application)
                if not same([dict(each) for each in standing], wanted):
                    await client.http.bulk_upsert_global_commands(application, wanted)
                    _log.info("commands.told", count=len(wanted))
        except PlatformError as exc:
            _log.warning("commands.untold", reason=str(exc))

    async def stop(self, within_s: float) -> None:
        """Let what goes on beside come to its end, for so many seconds."""
        if self._beside:
            await asyncio.wait(self._beside, timeout=within_s)
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def _there(self, guild_id: int, missed_after: int) -> None:
        guild = self._places.seen(str(guild_id))
        if guild is None:
            return
        new = await self._guilds.seen(guild)
        if sentence := lacking(guild):
            self._denied(str(guild_id), sentence)
        if not new and missed_after:
            await self._catch_up.missed(guild, missed_after)

    async def _look_around(self) -> None:
        """Learn anew, after a restart that was resumed, of the servers that we are in."""
        for community in self._guilds.known():
            if self._places.seen(community.id) is None:
                try:
                    guild = await self._places.guild(community.id)
                except PlatformError as exc:
                    _log.info("guild.unseen", guild=community.id, reason=str(exc))
                else:
                    await self._there(guild.id, 0)

    async def _retitled(self, payload: Payload) -> None:
        """A forum's post was renamed: what it says changed, so its first message is read again."""
        guild_id, thread_id = str(payload["guild_id"]), str(payload["id"])
        guild = self._places.seen(guild_id)
        spot = self._places.seen_spot(guild, thread_id) if guild else None
        if spot is None or not spot.is_post:
            return
        try:
            told = await self._reader.payload(spot.first)
        except PlatformError:
            return
        self.message("THREAD_UPDATE", told | {"guild_id": guild_id}, None)

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside; the bot goes on should it break."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    @staticmethod
    async def _guarded(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as exc:  # noqa: BLE001 - nobody waits for it; the bot goes on
            _log.error("beside.broke", error=type(exc).__name__)
