"""Where a platform had got to, so that it goes on there after a restart."""

from collections.abc import Mapping
from typing import Protocol


class Bookmarks(Protocol):
    """Small durable notes under names, such as ``discord/session/0``. Never a post's words."""

    async def get(self, name: str) -> Mapping[str, str]:
        """The note; empty where there is none."""
        ...

    async def put(self, name: str, note: Mapping[str, str]) -> None:
        """Write it over the one before."""
        ...

    async def under(self, prefix: str) -> Mapping[str, Mapping[str, str]]:
        """Every note whose name begins like this."""
        ...

    async def drop(self, name: str) -> None:
        """Forget it; safe to repeat."""
        ...
