"""Tells moderators in chat when an entry of a bank was put out of force."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from bot.errors import PlatformError
from bot.log import logger
from bot.ports import Platform
from bot.review.draw import suspect_entry
from bot.storage.banks import SHARED, Held

_log = logger("banks")


class BankWatch:
    """A chore: looks for entries that match floods, and puts each before whom it concerns."""

    def __init__(
        self,
        watch: Callable[[], Awaitable[Sequence[Held]]],
        platforms: Mapping[str, Platform],
        communities: Callable[[str], Collection[str]],
    ) -> None:
        """``watch`` puts entries out of force; ``communities`` are the ids of a platform's."""
        self._watch = watch
        self._platforms = platforms
        self._communities = communities

    async def turn(self) -> None:
        """Once. That somebody cannot be told in chat stops nothing: the desk shows it too."""
        for held in await self._watch():
            for name, platform in self._platforms.items():
                for community in self._communities(name):
                    if held.community in {SHARED, community}:
                        await self._tell(platform, community, held)

    @staticmethod
    async def _tell(platform: Platform, community: str, held: Held) -> None:
        at = held.quarantined_at
        nonce = f"quarantine/{community}/{held.entry.id}/{at.isoformat() if at else ''}"
        try:
            card = suspect_entry(community, held.entry.bank)
            await platform.client.post_card(card, nonce=nonce)
        except PlatformError as exc:
            _log.error("quarantine.untold", error=str(exc))
