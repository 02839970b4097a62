"""Tells everyone who watches the room what changed, without ever waiting for them."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Something as it stands after a change; ``seq`` is the room's counter at that change."""

    seq: int
    event: str
    """``message``, ``card``, ``timeout``, or ``reset``: too much changed, load everything."""
    data: str
    """JSON."""


class Follower:
    """One who watches. What they do not take in time is not kept for them."""

    def __init__(self, depth: int) -> None:
        self._waiting: asyncio.Queue[Change] = asyncio.Queue(depth)
        self._ended = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come: dropped for slowness, or the feed closed."""
        return self._ended.is_set()

    async def next(self, patience: float) -> Change | None:
        """The next change; None when ``patience`` seconds pass without, or it ended."""
        take = asyncio.ensure_future(self._waiting.get())
        end = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait((take, end), timeout=patience, return_when="FIRST_COMPLETED")
            return None if self.ended or not take.done() else take.result()
        finally:
            take.cancel()
            end.cancel()

    def offer(self, change: Change) -> None:
        """Queue a change, or end it all when the queue is full."""
        try:
            self._waiting.put_nowait(change)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Nothing more will come."""
        self._ended.set()


class Feed:
    """Everyone who watches. Used from the event loop only."""

    def __init__(self, *, depth: int = 256, at_most: int = 200) -> None:
        """``depth`` changes wait for each of at most so many followers (chosen by eye)."""
        self._depth = depth
        self._at_most = at_most
        self._followers: set[Follower] = set()
        self._closed = False

    @property
    def full(self) -> bool:
        """Whether no more can follow now."""
        return self._closed or len(self._followers) >= self._at_most

    @contextmanager
    def follow(self) -> Iterator[Follower]:
        """Watch for as long as the block lasts."""
        follower = Follower(self._depth)
        self._followers.add(follower)
        if self._closed:
            follower.end()
        try:
            yield follower
        finally:
            self._followers.discard(follower)

    def publish(self, changes: Iterable[Change]) -> None:
        """Tell everyone; who is too slow is dropped and finds out by asking again."""
        for change in changes:
            for follower in self._followers:
                follower.offer(change)

    def close(self) -> None:
        """End every follower, so that a server can stop."""
        self._closed = True
        for follower in self._followers:
            follower.end()
