"""Fair turns: communities take turns, within one its authors do, and each waits in order.

Somebody who asks ten thousand times waits behind themselves. What waits is bounded, and when the
room is full it is the longest lane that loses its newest place.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """What waits, by community and author."""

    def __init__(self, *, at_most: int) -> None:
        self._at_most = at_most
        self._communities: OrderedDict[str, OrderedDict[str, deque[T]]] = OrderedDict()
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def add(self, community: str, author: str, item: T) -> T | None:
        """Queue it, and return what had to leave for it: None, the item itself, or another."""
        authors = self._communities.setdefault(community, OrderedDict())
        authors.setdefault(author, deque()).append(item)
        self._waiting += 1
        return self._make_room() if self._waiting > self._at_most else None

    def take(self) -> T | None:
        """Whoever's turn it is; None when nobody waits. The next turn is somebody else's."""
        for community, authors in self._communities.items():
            author, lane = next(iter(authors.items()))
            item = lane.popleft()
            authors.move_to_end(author)
            self._communities.move_to_end(community)
            self._forget(community, author)
            return item
        return None

    def put_back(self, community: str, author: str, item: T) -> None:
        """Give back a turn that could not be used: it comes first again."""
        authors = self._communities.setdefault(community, OrderedDict())
        authors.setdefault(author, deque()).appendleft(item)
        authors.move_to_end(author, last=False)
        self._communities.move_to_end(community, last=False)
        self._waiting += 1

    def remove(self, community: str, author: str, item: T) -> bool:
        """Take it out wherever it stands; False when it waits no more."""
        lane = self._communities.get(community, OrderedDict()).get(author)
        if lane is None or item not in lane:
            return False
        lane.remove(item)
        self._forget(community, author)
        return True

    def _make_room(self) -> T:
        _, community, author = max(self._lengths())
        item = self._communities[community][author].pop()
        self._forget(community, author)
        return item

    def _lengths(self) -> Iterator[tuple[int, str, str]]:
        for community, authors in self._communities.items():
            for author, lane in authors.items():
                yield len(lane), community, author

    def _forget(self, community: str, author: str) -> None:
        """Count one out, and keep no lane for somebody who has nothing in it."""
        self._waiting -= 1
        authors = self._communities[community]
        if not authors[author]:
            del authors[author]
        if not authors:
            del self._communities[community]
