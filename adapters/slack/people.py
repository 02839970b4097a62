"""Who somebody is in a workspace, asked of Slack and remembered for a minute."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from adapters.slack.api import Api, Shape
from adapters.slack.shape import record, word
from analysis.text import well_formed
from bot.errors import PlatformError
from bot.model import Author, Channel

REMEMBERED_S = 60.0
"""Seconds; a moderator who is one no more must not stay one for long."""
_MOST = 10_000


T = TypeVar("T")


class Remembered(Generic[T]):
    """Answers under names, each for a while."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, life: float = REMEMBERED_S
    ) -> None:
        self._clock = clock
        self._life = life
        self._kept: dict[str, tuple[float, T]] = {}

    def get(self, name: str) -> T | None:
        """What was put there, if it is not too old."""
        at, value = self._kept.get(name, (0.0, None))
        return value if value is not None and self._clock() - at < self._life else None

    def put(self, name: str, value: T) -> T:
        """Remember it; the oldest is forgotten where there are too many."""
        self._kept.pop(name, None)
        self._kept[name] = (self._clock(), value)
        if len(self._kept) > _MOST:
            self._kept.pop(next(iter(self._kept)))
        return value


@dataclass(frozen=True, slots=True)
class Person:
    """One account, as ``users.info`` tells it."""

    id: str
    name: str
    is_admin: bool = False
    is_owner: bool = False
    is_guest: bool = False
    is_bot: bool = False
    deleted: bool = False

    @property
    def roles(self) -> tuple[str, ...]:
        """What a policy may ask for: ``owner``, ``admin``, ``guest``."""
        held = (("owner", self.is_owner), ("admin", self.is_admin), ("guest", self.is_guest))
        return tuple(name for name, has in held if has)

    def author(self, *, is_moderator: bool = False) -> Author:
        """The same without Slack's words. Slack tells nobody's age."""
        return Author(self.id, self.name, self.roles, self.is_bot, is_moderator)


class People:
    """Looks people, apps and channels up in one workspace."""

    def __init__(self, api: Api, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._people: Remembered[Person] = Remembered(clock)
        self._channels: Remembered[Channel] = Remembered(clock, life=600.0)
        self._members: Remembered[frozenset[str]] = Remembered(clock)

    async def person(self, user_id: str) -> Person:
        """Who it is now, give or take a minute.

        Raises:
            Gone, NotPermitted, PlatformUnavailable: Slack does not say.
        """
        if known := self._people.get(user_id):
            return known
        answer = await self._api.call("users.info", user=user_id)
        return self._people.put(user_id, _person(user_id, record(answer.get("user"))))

    async def channel(self, channel_id: str, kind: str = "") -> Channel:
        """What a channel is called; only its kind where Slack does not say."""
        if known := self._channels.get(channel_id):
            return known
        try:
            answer = await self._api.call("conversations.info", channel=channel_id)
        except PlatformError:
            return kind_only(kind)
        found = record(answer.get("channel"))
        name = well_formed(word(found.get("name")))
        return self._channels.put(channel_id, Channel(name, _kind(found)))

    async def is_private(self, channel_id: str) -> bool:
        """Whether people come into a channel by invitation only. Raises as ``person`` does."""
        answer = await self._api.call("conversations.info", channel=channel_id)
        return bool(record(answer.get("channel")).get("is_private"))

    async def members(self, channel_id: str) -> frozenset[str]:
        """Who is in a channel now, give or take a minute. Raises as ``person`` does."""
        known = self._members.get(channel_id)
        if known is not None:
            return known
        pages = self._api.pages("conversations.members", "members", channel=channel_id, limit=1000)
        return self._members.put(channel_id, frozenset([str(one) async for one in pages]))


_KINDS = {"channel": "text", "group": "private", "im": "direct", "mpim": "direct"}


def kind_only(kind: str) -> Channel:
    """A channel of which no more is known than how Slack calls its kind in events."""
    return Channel(kind=_KINDS.get(kind, "text"))


def _kind(found: Shape) -> str:
    if found.get("is_im") or found.get("is_mpim"):
        return "direct"
    return "private" if found.get("is_private") else "text"


def _person(user_id: str, found: Shape) -> Person:
    profile = record(found.get("profile"))
    names = (profile.get("display_name"), found.get("real_name"), found.get("name"))
    name = next((word(one) for one in names if word(one)), user_id)
    return Person(
        user_id,
        well_formed(name),
        is_admin=bool(found.get("is_admin")),
        is_owner=bool(found.get("is_owner") or found.get("is_primary_owner")),
        is_guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
        is_bot=bool(found.get("is_bot")),
        deleted=bool(found.get("deleted")),
    )
