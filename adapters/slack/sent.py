"""Finds what we sent under a nonce again, also after being killed between sending and noting.

Before anything is sent, where and when is noted; after, its id. Whoever finds the first note
without the second looks in that place, from that time on, for a message that carries the nonce
in its metadata. Only a digest of the nonce is written, as it names the post.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from weakref import WeakValueDictionary

from adapters.slack.api import Api, Shape
from adapters.slack.shape import record, records, word
from bot.bookmarks import Bookmarks
from bot.errors import PlatformUnavailable

PREFIX = "slack/sent/"
KEPT = timedelta(days=45)
"""How long a nonce is found; nothing is repeated so late, and cases find cards by their id."""
_EVENT = "bifocal_sent"
_SKEW_S = 60.0
"""Our clock and Slack's may differ by so much; chosen by eye."""

Send = Callable[[Shape], Awaitable[str]]
"""Sends something with this metadata and returns its time stamp."""


def digest(nonce: str) -> str:
    """What stands for a nonce."""
    return sha256(nonce.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def metadata(nonce: str) -> Shape:
    """What a message carries to be found by."""
    return {"event_type": _EVENT, "event_payload": {"nonce": digest(nonce)}}


def carries(raw: Shape, nonce: str) -> bool:
    """Whether a message carries this nonce."""
    carried = record(raw.get("metadata"))
    payload = record(carried.get("event_payload"))
    return carried.get("event_type") == _EVENT and payload.get("nonce") == digest(nonce)


class Turns:
    """One at a time under each nonce."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, nonce: str) -> asyncio.Lock:
        """The lock of this nonce."""
        return self._locks.setdefault(digest(nonce), asyncio.Lock())


class Sent:
    """Cards and notes, each of which is to be sent once."""

    def __init__(self, bookmarks: Bookmarks, now: Callable[[], datetime]) -> None:
        self._bookmarks = bookmarks
        self._now = now
        self._turns = Turns()

    async def once(self, api: Api, nonce: str, place: str, send: Send) -> str:
        """Send it, unless it was; returns ``place:time stamp``.

        ``place`` ends in the channel's id. Raises what ``send`` and the look-up raise.
        """
        name = PREFIX + digest(nonce)
        async with self._turns.of(nonce):
            if found := await self.found(api, nonce):
                return found
            begun = {"place": place, "at": self._now().isoformat()}
            await self._bookmarks.put(name, begun)
            made = f"{place}:{await send(metadata(nonce))}"
            await self._bookmarks.put(name, {**begun, "id": made})
            return made

    async def found(self, api: Api, nonce: str) -> str | None:
        """The id of what was sent under a nonce; None where nothing was.

        Raises:
            PlatformUnavailable: something may have been sent and Slack cannot be asked.
        """
        name = PREFIX + digest(nonce)
        note = await self._bookmarks.get(name)
        if not note:
            return None
        if known := note.get("id"):
            return known
        place = note["place"]
        if place.startswith("ephemeral:"):
            raise PlatformUnavailable("Slack does not tell whether the note was shown.")
        begun = datetime.fromisoformat(note["at"]).timestamp() - _SKEW_S
        found = await self._searched(api, place.rpartition(":")[2], nonce, begun)
        if found is None:
            return None
        await self._bookmarks.put(name, {**note, "id": f"{place}:{found}"})
        return f"{place}:{found}"

    async def place(self, nonce: str) -> str:
        """Where something was sent, or was to be; empty where nothing was."""
        return (await self._bookmarks.get(PREFIX + digest(nonce))).get("place", "")

    async def forget(self, nonce: str) -> None:
        """It was taken away: the same nonce may be sent again."""
        await self._bookmarks.drop(PREFIX + digest(nonce))

    async def sweep(self) -> None:
        """Forget what is older than anything that is repeated."""
        oldest = self._now() - KEPT
        for name, note in (await self._bookmarks.under(PREFIX)).items():
            if datetime.fromisoformat(note["at"]) < oldest:
                await self._bookmarks.drop(name)

    @staticmethod
    async def _searched(api: Api, channel: str, nonce: str, since: float) -> str | None:
        page = api.pages(
            "conversations.history",
            "messages",
            channel=channel,
            oldest=f"{since:.6f}",
            include_all_metadata=True,
            limit=200,
        )
        async for raw in page:
            for one in records([raw]):
                if carries(one, nonce):
                    return word(one.get("ts"))
        return None
