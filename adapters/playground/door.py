"""The door between the room and the queue: what passes is durable on both sides."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

from adapters.playground.events import message_of
from adapters.playground.posts import Draft, Post
from adapters.playground.room import Room
from bot.errors import BotError, Gone, PlatformUnavailable
from bot.ports import Accept

T = TypeVar("T")


class Door:
    """Stores each post in the room, then hands it to ``accept``, and only then lets it be seen.

    A crash in between leaves the post in the room, not known to be accepted; the next start
    offers it again. The same ref and revision is one job, so offering twice does no harm.
    """

    def __init__(self, room: Room, now: Callable[[], datetime], pause: float) -> None:
        """``pause`` is how many seconds to wait before offering again what was not taken."""
        self._room = room
        self._now = now
        self._pause = pause
        self._accept: Accept | None = None
        self._under_way: set[asyncio.Task[Any]] = set()
        self._rest: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether posts can pass."""
        return self._accept is not None

    async def open(self, accept: Accept) -> None:
        """Let posts pass, those first that an earlier life left unaccepted."""
        rest = await self._room.read(lambda store: store.posts.unaccepted())
        self._accept = accept
        self._rest = asyncio.create_task(self._offer_rest(rest, accept))

    async def close(self) -> None:
        """Let nothing new pass, and wait for what is on its way."""
        self._accept = None
        if self._rest:
            self._rest.cancel()
            await asyncio.wait((self._rest,))
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def post(self, draft: Draft) -> Post:
        """Post something.

        Raises:
            TimedOut: its author may not post now.
            QueueFull, PlatformUnavailable: nothing of it was kept.
        """
        accept = self._opened()
        return await self._to_the_end(self._post(draft, accept))

    async def edit(self, post_id: str, text: str) -> Post:
        """Change a post's words.

        Raises:
            Gone: it is not to be seen any more.
            TimedOut: its author may not post now.
            QueueFull, PlatformUnavailable: it stays as it was.
        """
        accept = self._opened()
        return await self._to_the_end(self._edit(post_id, text, accept))

    async def _post(self, draft: Draft, accept: Accept) -> Post:
        post = await self._room.add(draft)
        try:
            await accept([message_of(post)])
        except Exception:
            # Should the queue hold it after all, its job finds the message gone.
            await self._room.change(lambda store: store.posts.withdraw(post.id))
            raise
        return await self._note(post)

    async def _edit(self, post_id: str, text: str, accept: Accept) -> Post:
        old = await self._room.read(lambda store: store.posts.one(post_id))
        if old.removal:
            raise Gone(f"message {post_id!r} was removed")
        if old.text == text:
            return old
        new = await self._room.edit(post_id, text)
        try:
            await accept([message_of(new)])
        except Exception:
            await self._room.change(lambda store: store.posts.revert(old, new.revision))
            raise
        return await self._note(new)

    async def _note(self, post: Post) -> Post:
        return await self._room.change(lambda store: store.posts.accepted(post.id, post.revision))

    async def _offer_rest(self, rest: Sequence[Post], accept: Accept) -> None:
        for post in rest:
            while not await self._offered(post, accept):  # noqa: ASYNC110 - the queue tells nobody when it has room
                await asyncio.sleep(self._pause)

    async def _offered(self, post: Post, accept: Accept) -> bool:
        try:
            await accept([message_of(post)])
            await self._note(post)
        except Gone:
            return True
        except BotError:
            return False
        return True

    def _opened(self) -> Accept:
        if self._accept is None:
            raise PlatformUnavailable("the playground is not open", retry_after=5)
        return self._accept

    async def _to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        # A visitor who hangs up must not leave a post halfway through the door.
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)
