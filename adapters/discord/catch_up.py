"""What was posted while nobody listened, from the channels' histories: bounded, and behind.

A gap is written down before anything of it is read, and shrinks as it is: a crash in between
loses nothing. Newest first, since that is what people see; what lies beyond the bounds is left,
and said to be.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import discord

from adapters.discord.api import Api, Payload
from adapters.discord.events import Malformed
from adapters.discord.reading import Reader
from bot.bookmarks import Bookmarks
from bot.errors import Gone, NotPermitted, PlatformUnavailable
from bot.log import logger
from bot.model import Message

PREFIX = "discord/gap/"
PAGE = 100
"""Messages of a history that Discord gives at once."""
MARGIN = timedelta(minutes=1)
"""Messages of different channels may come out of order: a gap begins so much earlier."""

_log = logger("discord.catch_up")


_Room = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is caught up with."""

    messages: int = 10_000
    """In each channel."""
    channels: int = 200
    """In each server, those with the newest messages first."""
    age: timedelta = timedelta(days=1)


class Offer(Protocol):
    """Hands messages over behind live ones."""

    async def __call__(self, messages: list[Message]) -> None:
        """Returns once they are committed."""
        ...


class CatchUp:
    """Reads what was missed, one page at a time."""

    def __init__(
        self,
        api: Api,
        reader: Reader,
        bookmarks: Bookmarks,
        bounds: Bounds,
        *,
        now: Callable[[], datetime],
        pause: float,
    ) -> None:
        """``pause`` is how many seconds to wait where Discord does not answer."""
        self._api = api
        self._reader = reader
        self._bookmarks = bookmarks
        self._bounds = bounds
        self._now = now
        self._pause = pause
        self._work = asyncio.Event()
        self._work.set()  # gaps of an earlier life
        self._writing = asyncio.Lock()
        self.left = 0
        """Channels that are still to be read."""

    async def missed(self, guild: discord.Guild, newest: int) -> None:
        """Note what may have been posted in a server after this message id, until now."""
        after = self._floor(newest)
        rooms: list[_Room] = [
            *guild.text_channels,
            *guild.voice_channels,
            *guild.stage_channels,
            *guild.threads,
        ]
        behind = [room for room in rooms if (room.last_message_id or 0) > after]
        behind.sort(key=lambda room: room.last_message_id or 0, reverse=True)
        if len(behind) > self._bounds.channels:
            _log.warning("channels.left_out", count=len(behind) - self._bounds.channels)
        gaps = {
            str(room.id): f"{after}:{(room.last_message_id or 0) + 1}:{self._bounds.messages}"
            for room in behind[: self._bounds.channels]
        }
        if not gaps:
            return
        name = f"{PREFIX}{guild.id}"
        async with self._writing:
            # A gap that an earlier life did not finish reaches further back, and stays so.
            older = await self._bookmarks.get(name)
            wider = {key: _wider(older, gaps, key) for key in older}
            await self._bookmarks.put(name, gaps | wider)
        self._work.set()

    def _floor(self, newest: int) -> int:
        """The id after which messages are wanted: of the last one heard, and not too old."""
        margin = discord.utils.time_snowflake(
            discord.utils.snowflake_time(newest) - MARGIN if newest else self._now()
        )
        return max(margin, discord.utils.time_snowflake(self._now() - self._bounds.age))

    async def serve(self, offer: Offer) -> None:
        """Read gaps as they are noted, until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            try:
                await self._all(offer)
            except Exception as exc:  # noqa: BLE001 - such as a database that is busy: once more
                _log.error("catch_up.broke", error=type(exc).__name__)
                await asyncio.sleep(self._pause)
                self._work.set()

    async def _all(self, offer: Offer) -> None:
        notes = await self._bookmarks.under(PREFIX)
        self.left = sum(len(note) for note in notes.values())
        for name, note in notes.items():
            await self._guild(name, note, offer)

    async def _guild(self, name: str, note: Mapping[str, str], offer: Offer) -> None:
        guild_id = name.removeprefix(PREFIX)
        for channel_id in tuple(note):
            closed = await self._channel(name, guild_id, channel_id, offer)
            self.left -= 1
            await self._forget(name, channel_id, closed)

    async def _forget(self, name: str, channel_id: str, closed: str) -> None:
        """Strike a gap that is closed, unless it was made wider meanwhile."""
        async with self._writing:
            current = dict(await self._bookmarks.get(name))
            if current.get(channel_id, closed) != closed:
                self._work.set()
                return
            current.pop(channel_id, None)
            if current:
                await self._bookmarks.put(name, current)
            else:
                await self._bookmarks.drop(name)

    async def _channel(self, name: str, guild_id: str, channel_id: str, offer: Offer) -> str:
        """Read one channel backwards until its gap is closed, or its bounds are reached.

        Returns the gap as it stood when the last page of it was read.
        """
        while True:
            note = (await self._bookmarks.get(name)).get(channel_id, "")
            gap = _read(note)
            if gap is None:
                return note
            after, before, left = gap
            try:
                page = await self._page(int(channel_id), before, min(PAGE, left))
            except (Gone, NotPermitted) as exc:
                _log.info("channel.left_out", channel=channel_id, reason=str(exc))
                return note
            fresh = [each for each in page if int(each["id"]) > after]
            await self._offered(guild_id, fresh, offer)
            if len(fresh) < min(PAGE, left):
                return note
            if left <= len(page):
                _log.warning("messages.left_out", channel=channel_id)
                return note
            narrower = f"{after}:{int(fresh[-1]['id'])}:{left - len(page)}"
            if not await self._narrowed(name, channel_id, note, narrower):
                return note

    async def _narrowed(self, name: str, channel_id: str, note: str, narrower: str) -> bool:
        """Write down how far a gap was read; False where it was made wider meanwhile."""
        async with self._writing:
            current = dict(await self._bookmarks.get(name))
            if current.get(channel_id) != note:
                return False
            await self._bookmarks.put(name, current | {channel_id: narrower})
            return True

    async def _page(self, channel: int, before: int, count: int) -> Sequence[Payload]:
        """A page of history, newest first; where Discord does not answer, later."""
        while True:
            try:
                told = await self._api.ask(
                    lambda http: http.logs_from(channel, count, before=before)
                )
            except PlatformUnavailable as exc:
                await asyncio.sleep(max(self._pause, exc.retry_after or 0.0))
                continue
            return [dict(each) for each in told]

    async def _offered(self, guild_id: str, page: Sequence[Payload], offer: Offer) -> None:
        wanted = [each | {"guild_id": guild_id} for each in page]
        wanted = [each for each in wanted if self._reader.wanted(each)]
        messages: list[Message] = []
        for payload in wanted:
            message = await self._one(guild_id, payload)
            if message is not None:
                messages.append(message)
        if messages:
            await offer(messages)

    async def _one(self, guild_id: str, payload: Payload) -> Message | None:
        while True:
            try:
                return await self._reader.message(guild_id, payload)
            except PlatformUnavailable as exc:
                await asyncio.sleep(max(self._pause, exc.retry_after or 0.0))
            except (Gone, NotPermitted, Malformed) as exc:
                _log.error("message.unread", message=str(payload.get("id")), error=str(exc))
                return None


def _read(gap: str) -> tuple[int, int, int] | None:
    """After which message, before which, and how many at most."""
    parts = gap.split(":")
    if len(parts) != 3 or not all(each.isdecimal() for each in parts):  # noqa: PLR2004 - as written above
        return None
    after, before, left = map(int, parts)
    return after, before, left


def _wider(older: Mapping[str, str], newer: Mapping[str, str], channel: str) -> str:
    """One gap for two that were noted for the same channel."""
    old, new = _read(older[channel]), _read(newer.get(channel, ""))
    if old is None or new is None:
        return newer.get(channel, older[channel])
    return f"{min(old[0], new[0])}:{max(old[1], new[1])}:{max(old[2], new[2])}"
