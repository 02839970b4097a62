"""What platforms and the chat are given to remember by, kept in memory."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.communities import Community


@dataclass
class MemoryBookmarks:
    """Implements ``bot.bookmarks.Bookmarks``; it outlives a platform that hands it on."""

    notes: dict[str, dict[str, str]] = field(default_factory=dict)
    writes: int = 0
    dies_at: int | None = None
    """Writing so many notes from now on is where the process is killed."""

    async def get(self, name: str) -> Mapping[str, str]:
        await asyncio.sleep(0)  # as a database lets others go on
        return dict(self.notes.get(name, {}))

    async def put(self, name: str, note: Mapping[str, str]) -> None:
        if self.dies_at is not None:
            if self.dies_at == 0:
                raise asyncio.CancelledError
            self.dies_at -= 1
        await asyncio.sleep(0)
        self.writes += 1
        self.notes[name] = dict(note)

    async def under(self, prefix: str) -> Mapping[str, Mapping[str, str]]:
        return {name: dict(note) for name, note in self.notes.items() if name.startswith(prefix)}

    async def drop(self, name: str) -> None:
        self.notes.pop(name, None)


@dataclass
class MemoryCommunities:
    """Implements ``bot.communities.Communities``."""

    known: dict[tuple[str, str], Community] = field(default_factory=dict)

    def of(self, platform: str, community_id: str) -> Community:
        return self.known.get((platform, community_id), Community(platform, community_id))

    def all(self, platform: str) -> tuple[Community, ...]:
        there = [one for one in self.known.values() if one.platform == platform and not one.left_at]
        return tuple(sorted(there, key=lambda one: one.name))

    async def change(
        self,
        platform: str,
        community_id: str,
        change: Callable[[Community], Community],
        *,
        by: str,
    ) -> Community:
        changed = self.known[platform, community_id] = change(self.of(platform, community_id))
        return changed
