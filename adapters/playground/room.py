"""The room: everything posted and done in it, durable, and told to those who watch.

All blocking work happens on one thread of the room's own, so that changes are made and told
in one order, and no reader ever sees half of one.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from adapters.playground.database import WrongVersion
from adapters.playground.feed import Change, Feed
from adapters.playground.posts import Draft, Post, Removal, RemovedBy, TimedOut, Upload
from adapters.playground.store import Store
from adapters.playground.uploads import Uploads, sniff
from bot.errors import EnvironmentFailed, PlatformUnavailable

T = TypeVar("T")

_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


class Room:
    """The room's store and its feed. Use ``open`` before and ``close`` after."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        """``path`` is the database; uploads lie in the folder of the same name without suffix."""
        self._path = path
        self._now = now
        self._uploads = Uploads(path.with_suffix(""))
        self._thread = ThreadPoolExecutor(1, "playground")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._store: Store | None = None
        self._told = 0
        self.feed = Feed()

    async def open(self) -> None:
        """Open the database.

        Raises:
            EnvironmentFailed: it cannot be opened.
        """
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._open)
        except WrongVersion as exc:
            raise EnvironmentFailed(
                f"{self._path} was written by a newer Bifocal ({exc}). Update, or move it away."
            ) from exc
        except (sqlite3.Error, OSError) as exc:
            damaged = getattr(exc, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
            fix = "Move it away to start anew." if damaged else "Make its folder writable."
            raise EnvironmentFailed(
                f"The playground cannot open {self._path}: {exc}. {fix}"
            ) from exc
        self._loop = loop

    async def close(self) -> None:
        """End everyone's watch and close the database; safe to repeat.

        What is still under way may act afterwards: it then opens the database for itself.
        """
        self.feed.close()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)

    async def read(self, question: Callable[[Store], T]) -> T:
        """Ask the store something.

        Raises:
            PlatformUnavailable: the disk or the database does not answer.
        """
        return await self._do(question, tell=False)

    async def change(self, what: Callable[[Store], T]) -> T:
        """Change something, and tell everyone who watches once it is on disk.

        Raises:
            PlatformUnavailable: the disk or the database does not answer.
        """
        return await self._do(what, tell=True)

    async def add(self, draft: Draft) -> Post:
        """Store a post and its files; it is seen only once it is accepted.

        Raises:
            TimedOut: its author may not post now.
        """

        def keep(store: Store) -> Post:
            self._admit(store, draft.member.id)
            uploads = [
                Upload(self._uploads.keep(f.data), f.name, sniff(f.data), len(f.data), f.alt)
                for f in draft.files
            ]
            return store.posts.add(draft, uploads)

        return await self._do(keep, tell=False)

    async def edit(self, post_id: str, text: str) -> Post:
        """Give a post new words.

        Raises:
            Gone: it is not to be seen any more.
            TimedOut: its author may not post now.
        """

        def edit(store: Store) -> Post:
            self._admit(store, store.posts.one(post_id).member.id)
            return store.posts.edit(post_id, text, self._now())

        return await self._do(edit, tell=True)

    async def take_back(self, post_id: str) -> None:
        """An author removes a post of theirs: its words and files are erased with it."""
        removal = Removal(RemovedBy.AUTHOR, "", self._now())

        def erase(store: Store) -> None:
            if store.posts.remove(post_id, removal).removal == removal:
                for digest in store.posts.erase(post_id):
                    self._uploads.drop(digest)

        await self._do(erase, tell=True)

    async def forget_author(self, author_id: str) -> int:
        """Erase someone with all they posted; how many posts that were."""

        def forget(store: Store) -> int:
            gone, digests = store.posts.forget_author(author_id)
            for digest in digests:
                self._uploads.drop(digest)
            store.compact()
            return gone

        return await self._do(forget, tell=False)

    async def bytes_of(self, digest: str, at_most: int) -> bytes | None:
        """An upload's bytes, cut after ``at_most`` and one; None when it is no more."""
        return await self._do(lambda _: self._uploads.read(digest, at_most), tell=False)

    def path_of(self, upload: Upload) -> Path:
        """Where an upload's file lies."""
        return self._uploads.path(upload.sha256)

    async def since(self, seq: int) -> list[Change]:
        """What changed after that change; see ``Store.since``."""
        return await self._do(lambda store: store.since(seq, self._now()), tell=False)

    async def _do(self, work: Callable[[Store], T], *, tell: bool) -> T:
        loop = self._loop
        if loop is None:
            raise PlatformUnavailable("the playground is not open", retry_after=5)

        def job() -> T:
            straggler = self._store is None
            store = self._open()
            try:
                made = work(store)
                if tell:
                    # From here, not from the caller, who may have been cancelled meanwhile.
                    loop.call_soon_threadsafe(self.feed.publish, self._news(store))
                return made
            finally:
                if straggler:
                    self._close()

        try:
            return await loop.run_in_executor(self._thread, job)
        except (sqlite3.Error, OSError) as exc:
            raise PlatformUnavailable(f"the playground's store failed: {exc}") from exc

    def _news(self, store: Store) -> list[Change]:
        changes = store.since(self._told, self._now())
        self._told = store.seq()
        return changes

    def _admit(self, store: Store, author_id: str) -> None:
        timeout = store.sanctions.timeout(author_id)
        if timeout and timeout.until and timeout.until > self._now():
            raise TimedOut(timeout.until, timeout.reason)

    def _open(self) -> Store:
        if self._store is None:
            self._store = Store(self._path)
            self._told = self._store.seq()
        return self._store

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
