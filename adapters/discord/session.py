"""A session that outlives the process: what Discord may replay, and from where.

The number up to which events count as heard is written only after every message before it was
committed to the queue, so that a crash loses nothing: Discord sends the rest again.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.bookmarks import Bookmarks

PREFIX = "discord/session/"


@dataclass(slots=True)
class Heard:
    """One shard's place in its session, in memory."""

    session: str = ""
    gateway: str = ""
    received: int = 0
    """The number of the newest event."""
    newest: int = 0
    """The greatest id of a message that was committed."""
    missed_after: int = 0
    """Where a fresh session begins after another: the greatest id heard in that one."""
    _life: int = 0
    _waiting: deque[tuple[int, int]] = field(default_factory=deque)

    def begin(self, session: str, gateway: str) -> None:
        """A fresh session: numbers start over. What waits of the one before still counts."""
        self.session, self.gateway, self.received = session, gateway, 0
        self.missed_after = self.newest
        self._life += 1

    def end(self) -> None:
        """The session is over; nothing can be resumed."""
        self.session = ""
        self._life += 1

    def take(self, number: int) -> tuple[int, int]:
        """A message came under this number; returns what ``done`` is told."""
        entry = (self._life, number)
        self._waiting.append(entry)
        return entry

    def done(self, entry: tuple[int, int], message_id: int = 0) -> None:
        """It was committed, or needs not be."""
        self._waiting.remove(entry)
        self.newest = max(self.newest, message_id)

    @property
    def committed(self) -> int | None:
        """The number before the first message that waits; None while one of an older session does.

        While that waits nothing of the new session may be written: Discord would not replay it.
        """
        if not self._waiting:
            return self.received
        life, number = self._waiting[0]
        return number - 1 if life == self._life else None

    def as_note(self, shards: int, bot_id: int) -> dict[str, str] | None:
        """What is written down; None while that must not change."""
        committed = self.committed
        if committed is None:
            return None
        return {
            "session": self.session,
            "gateway": self.gateway,
            "sequence": str(committed),
            "newest": str(self.newest),
            "shards": str(shards),
            "bot": str(bot_id),
        }


class Sessions:
    """The sessions of all shards, on the way to and from the bookmarks."""

    def __init__(self, bookmarks: Bookmarks) -> None:
        self._bookmarks = bookmarks
        self._written: dict[int, dict[str, str]] = {}

    async def read(self, shard: int, shards: int, bot_id: int) -> Heard:
        """Where a shard had got to; fresh where it never was, or was another bot's."""
        note = await self._bookmarks.get(f"{PREFIX}{shard}")
        if not _fits(note, shards, bot_id):
            return Heard(newest=_number(note.get("newest")) if _same_bot(note, bot_id) else 0)
        return Heard(
            session=note["session"],
            gateway=note["gateway"],
            received=_number(note.get("sequence")),
            newest=_number(note.get("newest")),
        )

    async def write(self, shard: int, heard: Heard, shards: int, bot_id: int) -> None:
        """Write down where a shard has got to, if that changed."""
        note = heard.as_note(shards, bot_id)
        if note is None or note == self._written.get(shard):
            return
        await self._bookmarks.put(f"{PREFIX}{shard}", note)
        self._written[shard] = note


def _fits(note: Mapping[str, str], shards: int, bot_id: int) -> bool:
    resumable = bool(note.get("session")) and bool(note.get("gateway"))
    return resumable and note.get("shards") == str(shards) and _same_bot(note, bot_id)


def _same_bot(note: Mapping[str, str], bot_id: int) -> bool:
    return note.get("bot") == str(bot_id)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
