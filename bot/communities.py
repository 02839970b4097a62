"""What each community chose for itself: where cards go, by which rules, and whether it is live."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, Self


@dataclass(frozen=True, slots=True)
class Community:
    """One guild or workspace. An empty choice is the configuration's."""

    platform: str
    id: str
    name: str = ""
    live: bool | None = None
    """Whether actions are carried out; None: as the platform's ``simulate`` setting says."""
    log_channel: str = ""
    """Where cards go."""
    preset: str = ""
    """Which bundled rules; only where no policy file is named."""
    language: str = ""
    """In which its authors are told what was done."""
    moderators: tuple[str, ...] = ()
    """Roles, or people where a platform has no roles, that moderate beside those who have the
    platform's own rights."""
    analyze_for: tuple[str, ...] = ()
    """Roles, or people, that may analyse by hand; empty: everyone."""
    paused: str = ""
    """Who stopped all acting here, and why, in a sentence; empty while it acts."""
    digest: bool = False
    """Whether moderators get a daily summary."""
    joined_at: datetime | None = None
    left_at: datetime | None = None
    """When the bot was removed from it; None while it is there."""


class CommunityName(NamedTuple):
    """A community as people name it, ``discord:1`` or ``1``; no platform means any."""

    platform: str
    id: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``PLATFORM:ID`` or ``ID``."""
        platform, found, name = text.partition(":")
        return cls(platform, name) if found else cls("", text)

    def names(self, community: Community) -> bool:
        """Whether it is this one's."""
        return self.id == community.id and self.platform in {"", community.platform}

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}" if self.platform else self.id


class Communities(Protocol):
    """Every community the bot knows. Reading is from memory; changing is durable and audited."""

    def of(self, platform: str, community_id: str) -> Community:
        """What it chose; nothing but its id where it was never seen."""
        ...

    def all(self, platform: str) -> tuple[Community, ...]:
        """Those the bot is in, by name."""
        ...

    async def change(
        self,
        platform: str,
        community_id: str,
        change: Callable[[Community], Community],
        *,
        by: str,
    ) -> Community:
        """Change one and return it as it is now."""
        ...
