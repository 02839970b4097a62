"""What we sent, found again by its nonce: also when we died between sending and noting it.

Before something is sent, that it will be is written down; afterwards, its id. Discord itself
refuses a second message with the same nonce for some minutes, and what was sent without our
learning its id is looked for where it must stand.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import discord

from adapters.discord.api import Api, Payload
from adapters.discord.parts import component_words
from bot.bookmarks import Bookmarks
from bot.errors import Gone

PREFIX = "discord/sent/"
KEPT = timedelta(days=30)
"""How long a nonce is known: no job comes again later than that."""
BEFORE = timedelta(minutes=1)
"""Clocks differ: what was sent is looked for from so long before it was written down."""
PAGE = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent."""

    channel: int
    mark: str
    """Of its words, to know it by when only they are left."""
    send: Callable[[str], Awaitable[Payload]]
    """Sends it under a nonce of at most 25 characters."""


def mark_of(content: str, components: object = ()) -> str:
    """What a message is known by where its nonce is not told."""
    parts = components if isinstance(components, list) else []
    told = f"{content.strip()}\n{component_words(parts)}"
    return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Sent:
    """Sends each nonce once, and finds what stands under it."""

    def __init__(self, api: Api, bookmarks: Bookmarks, now: Callable[[], datetime]) -> None:
        self._api = api
        self._bookmarks = bookmarks
        self._now = now

    async def once(self, nonce: str, letter: Letter) -> str:
        """Send it, or find it sent; returns the message's id.

        Raises:
            Gone, NotPermitted, PlatformUnavailable: it was not sent.
        """
        name = _name(nonce)
        note = await self._bookmarks.get(name)
        known = note.get("id") or (await self._lost(nonce, note) if note else None)
        if known is None:
            await self._write(name, letter, "")
            try:
                told = await letter.send(short(nonce))
            except Gone:
                await self._bookmarks.drop(name)
                raise
            known = str(told["id"])
        if known != note.get("id"):
            await self._write(name, letter, known)
        return known

    async def standing(self, nonce: str) -> tuple[str, str] | None:
        """The channel and the id of what was sent under a nonce, if it stands."""
        note = await self._bookmarks.get(_name(nonce))
        if not note:
            return None
        known = note.get("id") or await self._lost(nonce, note)
        if known is None:
            return None
        channel, message = int(note["channel"]), int(known)
        try:
            await self._api.ask(lambda http: http.get_message(channel, message))
        except Gone:
            return None
        return note["channel"], known

    async def note(self, nonce: str, channel: int, message_id: str) -> None:
        """Write down something that stands under a nonce without having been sent."""
        await self._put(_name(nonce), str(channel), "", message_id)

    async def clean(self) -> None:
        """Forget nonces that are too old to come again."""
        oldest = (self._now() - KEPT).isoformat()
        for name, note in (await self._bookmarks.under(PREFIX)).items():
            if note.get("at", "") < oldest:
                await self._bookmarks.drop(name)

    async def _write(self, name: str, letter: Letter, message_id: str) -> None:
        await self._put(name, str(letter.channel), letter.mark, message_id)

    async def _put(self, name: str, channel: str, mark: str, message_id: str) -> None:
        at = self._now().isoformat()
        await self._bookmarks.put(
            name, {"channel": channel, "mark": mark, "at": at, "id": message_id}
        )

    async def _lost(self, nonce: str, note: Mapping[str, str]) -> str | None:
        """The id of what was sent without its id being written down."""
        since = datetime.fromisoformat(note["at"]) - BEFORE
        after, channel = discord.utils.time_snowflake(since), int(note["channel"])
        page = await self._api.ask(lambda http: http.logs_from(channel, PAGE, after=after))
        ours = [each for each in page if int(each["author"]["id"]) == self._api.me]
        for each in ours:
            if each.get("nonce") == short(nonce):
                return str(each["id"])
        taken = {one.get("id") for one in (await self._bookmarks.under(PREFIX)).values()}
        for each in ours:
            same = mark_of(each.get("content") or "", each.get("components")) == note["mark"]
            if same and not each.get("nonce") and str(each["id"]) not in taken:
                return str(each["id"])
        return None


def short(nonce: str) -> str:
    """A nonce as Discord takes it: at most 25 characters (docs, "Create Message")."""
    return sha256(nonce.encode("utf-8", "surrogatepass")).hexdigest()[:25]


def _name(nonce: str) -> str:
    return PREFIX + sha256(nonce.encode("utf-8", "surrogatepass")).hexdigest()[:32]
