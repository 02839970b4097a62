"""Which workspaces installed the app, and their tokens: kept encrypted in the bot's database."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.storage.installations import Installation


class Installations(Protocol):
    """What is needed of ``bot.storage.installations.Installations``.

    What is kept of a workspace: ``bot_token``, ``user_token`` (or empty), ``name`` and ``by``.
    """

    async def save(self, platform: str, community_id: str, given: Mapping[str, object]) -> None:
        """Keep it, over the one before."""
        ...

    async def find(self, platform: str, community_id: str) -> Installation | None:
        """A community's; None where there is none."""
        ...

    async def all(self, platform: str) -> Sequence[Installation]:
        """A platform's."""
        ...

    async def drop(self, platform: str, community_id: str) -> bool:
        """Forget it; safe to repeat."""
        ...
