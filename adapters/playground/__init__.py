"""The playground: a chat room of our own, moderated through the same ports as any platform.

Nothing here is a shortcut: posts go through the durable queue, actions come back through
``Client``, and what they do is what a visitor sees.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter

from adapters.playground.client import RoomClient
from adapters.playground.door import Door
from adapters.playground.events import PLATFORM, digest_of
from adapters.playground.page import TEMPLATES, Render, page_router
from adapters.playground.posting import Limits
from adapters.playground.room import Room
from adapters.playground.routes import Api, Guard, open_to_all
from analysis.errors import UnreadableMedia
from bot.errors import Gone
from bot.model import Attachment, Message
from bot.ports import Accept, Action, Examined

__all__ = ["TEMPLATES", "Guard", "Limits", "Playground", "Render", "open_to_all"]

_CANNOT = {
    "ban": "the playground cannot ban: everybody who opens the page is in the room",
    "kick": "the playground cannot kick: everybody who opens the page is in the room",
    "role": "the playground's personas have no roles to change",
}
"""What chat platforms can do and this room cannot, and why."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Playground:
    """The playground as a ``Platform``."""

    def __init__(
        self,
        path: Path,
        *,
        guard: Guard = open_to_all,
        render: Render | None = None,
        desk: str = "/desk/cases/",
        simulate: bool = False,
        limits: Limits | None = None,
        now: Callable[[], datetime] = _utc_now,
        pause: float = 2.0,
        heartbeat: float = 15.0,
    ) -> None:
        """A room kept in the SQLite file ``path`` and in the folder of that name beside it.

        ``guard(scope)`` gives the dependency every route but the scripts and styles stands
        behind. Without ``render`` there is an API and no page; ``desk`` is the address of a case
        without its id. ``pause`` and ``heartbeat``
        are seconds: between offers to a full queue, and between signs of life on a stream.
        """
        self._simulate = simulate
        self._room = Room(path, now)
        self._door = Door(self._room, now, pause)
        self._client = RoomClient(self._room, now)
        self._now = now
        api = Api(
            self._room,
            self._door,
            guard=guard,
            now=now,
            limits=limits or Limits(),
            heartbeat=heartbeat,
        )
        self._router = APIRouter()
        self._router.include_router(api.router)
        if render:
            self._router.include_router(page_router(render, guard, now, desk))

    @property
    def name(self) -> str:
        """The registry's name."""
        return PLATFORM

    @property
    def client(self) -> RoomClient:
        """What actions act through."""
        return self._client

    def simulates(self, community_id: str) -> bool:  # noqa: ARG002 - one room, one community
        """Whether actions here are only recorded as what would have been done."""
        return self._simulate

    async def examine(self, community_id: str = "") -> tuple[Examined, ...]:  # noqa: ARG002 - the same
        """Nothing outside of us can be missing."""
        return ()

    def can(self, action: Action, message: Message) -> str | None:
        """None if the room allows the action here, else why not."""
        if why_not := _CANNOT.get(action.name):
            return why_not
        if action.name == "timeout" and message.author.is_moderator:
            return "the playground does not time out moderators"
        return None

    async def fetch(self, attachment: Attachment, message: Message, at_most: int) -> bytes:
        """The bytes of an upload, read from disk.

        Raises:
            Gone: the message was removed, or the file is no more.
            UnreadableMedia: larger than ``at_most`` bytes, or not an upload of ours.
            PlatformUnavailable: the disk does not answer.
        """
        digest = digest_of(attachment)
        if digest is None:
            raise UnreadableMedia("the playground fetches nothing but its own uploads")
        if await self._client.revision(message.ref) is None:
            raise Gone("the message was removed")
        data = await self._room.bytes_of(digest, at_most)
        if data is None:
            raise Gone("the upload is no more")
        if len(data) > at_most:
            raise UnreadableMedia(f"the upload is larger than {at_most} bytes")
        return data

    async def start(self, accept: Accept) -> None:
        """Open the room; what a crash kept from the queue is offered to it again.

        Raises:
            EnvironmentFailed: the room's database cannot be opened.
        """
        await self._room.open()
        await self._door.open(accept)

    async def settled(self, message: Message, case_id: str | None) -> None:
        """Show that a message was judged, and link its case."""
        post_id, at = message.ref.message_id, self._now()
        await self._room.change(
            lambda store: store.posts.judged(post_id, message.revision, case_id, at)
        )

    async def stop(self) -> None:
        """Take nothing more in, finish what is on its way, end every stream."""
        await self._door.close()
        await self._room.close()

    async def erase_author(self, author_id: str) -> int:
        """Erase someone with all they posted, also where the room is not open; how many posts.

        Raises:
            EnvironmentFailed: the room's database cannot be opened.
            PlatformUnavailable: the disk does not answer.
        """
        opened = self._door.is_open
        if not opened:
            await self._room.open()
        try:
            return await self._room.forget_author(author_id)
        finally:
            if not opened:
                await self._room.close()

    def routes(self) -> APIRouter:
        """The API, and the page where it can be rendered."""
        return self._router

    def ready(self) -> str | None:
        """None when it can work, else what is missing."""
        return None if self._door.is_open else "the playground has not started"
