"""What was seen lately: how much an author posts, and where a picture keeps turning up.

Behind an async port from the start, so that several processes can share one later. The windows
lie where the caller's times put them; a clock is read only to let go of what is old.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.model import Seen

AUTHOR_WINDOW = timedelta(minutes=1)
PICTURE_WINDOW = timedelta(minutes=10)
SAME_PICTURE = 10
"""PDQ distance in bits up to which two pictures count as the same (docs: design.md §4)."""
GOOD_QUALITY = 50
"""PDQ quality below which a hash says little, so that only equal pixels count."""
MOST_POSTS = 50_000
"""Posts remembered. A window of ten minutes holds so many at 80 posts a second; beyond it the
oldest are let go, and the counts are then too low, never too high."""


class Picture(NamedTuple):
    """What identifies one picture."""

    sha256: str
    """Hex digest of the decoded pixels, 64 digits."""
    pdq: str = ""
    """PDQ hash, 64 hex digits; empty where there is none."""
    quality: int = 0
    """PDQ's quality, 0 to 100."""


class AuthorCounts(NamedTuple):
    """An author's last minute in one community."""

    messages_1m: int
    channels_1m: int


class Counters(Protocol):
    """Sliding windows over posts. Each window ends at the asked time, that moment included."""

    async def note(
        self,
        message_key: str,
        *,
        author: str,
        community: str,
        channel: str,
        pictures: Sequence[Picture],
        at: datetime,
    ) -> None:
        """Remember a post that was sent at ``at``. The same key again changes nothing."""
        ...

    async def author(self, community: str, author_id: str, at: datetime) -> AuthorCounts:
        """How many messages an author sent in the minute before, and in how many channels."""
        ...

    async def images(self, community: str, pictures: Sequence[Picture], at: datetime) -> Seen:
        """How often the most repeated of these pictures was seen in the ten minutes before.

        Each of the three numbers is the highest over the pictures; none: all are 0.
        """
        ...


class MemoryCounters:
    """Counters of one process, empty at start and bounded in memory.

    A post is remembered for ten minutes after it was noted, however old it was by then: a
    backlog's windows lie in the past. ``clock`` gives seconds that never jump.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, most_posts: int = MOST_POSTS
    ) -> None:
        self._clock = clock
        self._most_posts = most_posts
        self._noted: OrderedDict[str, tuple[float, _Post]] = OrderedDict()
        self._by_author: dict[tuple[str, str], deque[_Post]] = {}
        self._pictures: dict[str, _Sightings] = {}

    async def note(
        self,
        message_key: str,
        *,
        author: str,
        community: str,
        channel: str,
        pictures: Sequence[Picture],
        at: datetime,
    ) -> None:
        """Remember a post. The same key again changes nothing."""
        if message_key in self._noted:
            return
        post = _Post(community, channel, author, at.timestamp(), tuple(set(pictures)))
        self._noted[message_key] = (self._clock(), post)
        self._by_author.setdefault((community, author), deque()).append(post)
        if post.pictures:
            self._pictures.setdefault(community, _Sightings()).add(post)
        self._let_go()

    async def author(self, community: str, author_id: str, at: datetime) -> AuthorCounts:
        """How many messages an author sent in the minute before, and in how many channels."""
        window = _Span.before(at, AUTHOR_WINDOW)
        posts = [
            post for post in self._by_author.get((community, author_id), ()) if window.covers(post)
        ]
        return AuthorCounts(len(posts), len({post.channel for post in posts}))

    async def images(self, community: str, pictures: Sequence[Picture], at: datetime) -> Seen:
        """How often the most repeated of these pictures was seen in the ten minutes before."""
        sightings = self._pictures.get(community)
        if sightings is None:
            return Seen()
        window = _Span.before(at, PICTURE_WINDOW)
        seen = [
            {post for post in sightings.of(picture) if window.covers(post)}
            for picture in set(pictures)
        ]
        return Seen(
            image_times_10m=max(map(len, seen), default=0),
            image_channels_10m=max((len({p.channel for p in posts}) for posts in seen), default=0),
            image_authors_10m=max((len({p.author for p in posts}) for posts in seen), default=0),
        )

    def _let_go(self) -> None:
        oldest = self._clock() - PICTURE_WINDOW.total_seconds()
        while self._noted:
            noted, post = next(iter(self._noted.values()))
            if noted >= oldest and len(self._noted) <= self._most_posts:
                return
            self._noted.popitem(last=False)
            self._forget(post)

    def _forget(self, post: "_Post") -> None:
        # What is let go first was noted first, here and in both indexes.
        theirs = self._by_author[post.community, post.author]
        theirs.popleft()
        if not theirs:
            del self._by_author[post.community, post.author]
        if post.pictures:
            sightings = self._pictures[post.community]
            sightings.drop_oldest(post)
            if not sightings:
                del self._pictures[post.community]


@dataclass(frozen=True, slots=True, eq=False)
class _Post:
    community: str
    channel: str
    author: str
    at: float
    pictures: tuple[Picture, ...]


class _Span(NamedTuple):
    after: float
    until: float

    @classmethod
    def before(cls, at: datetime, length: timedelta) -> "_Span":
        return cls(at.timestamp() - length.total_seconds(), at.timestamp())

    def covers(self, post: _Post) -> bool:
        return self.after < post.at <= self.until


class _Sightings:
    """One column per picture of a post, oldest first, compared all at once by numpy."""

    def __init__(self) -> None:
        self._posts: deque[_Post] = deque()
        # Nine words a picture; each word of all pictures lies together, which is what is scanned.
        self._words = np.empty((9, 16), dtype=np.uint64)
        self._start = 0

    def __bool__(self) -> bool:
        return bool(self._posts)

    def add(self, post: _Post) -> None:
        for picture in post.pictures:
            end = self._start + len(self._posts)
            if end == self._words.shape[1]:
                self._make_room()
                end = len(self._posts)
            self._words[:, end] = _words(picture)
            self._posts.append(post)

    def drop_oldest(self, post: _Post) -> None:
        for _ in post.pictures:
            self._posts.popleft()
            self._start += 1

    def of(self, picture: Picture) -> Iterator[_Post]:
        """The posts that carried it, one for each picture that matches."""
        end = self._start + len(self._posts)
        known = self._words[:, self._start : end]
        words = _words(picture)
        same = known[0] == words[0]
        for known_word, word in zip(known[1:4], words[1:4], strict=True):
            same &= known_word == word
        if words[8]:
            bits = np.zeros(len(self._posts), dtype=np.uint16)
            for known_word, word in zip(known[4:8], words[4:8], strict=True):
                bits += np.bitwise_count(known_word ^ word)
            same |= (bits <= SAME_PICTURE) & (known[8] == 1)
        return (self._posts[int(index)] for index in np.flatnonzero(same))

    def _make_room(self) -> None:
        count = len(self._posts)
        words = np.empty((9, max(16, 2 * count)), dtype=np.uint64)
        words[:, :count] = self._words[:, self._start : self._start + count]
        self._words = words
        self._start = 0


def _words(picture: Picture) -> NDArray[np.uint64]:
    """Four words of pixel digest, four of PDQ, and whether the PDQ may be believed."""
    good = picture.quality >= GOOD_QUALITY and bool(picture.pdq)
    words = bytes.fromhex(picture.sha256) + bytes.fromhex(picture.pdq if good else "00" * 32)
    return np.append(np.frombuffer(words, dtype=">u8").astype(np.uint64), np.uint64(good))
