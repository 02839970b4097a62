"""Who asks, as their platform vouches for them at this moment."""

from dataclasses import dataclass
from enum import IntEnum

from bot.errors import BotError
from bot.model import Author


class Rank(IntEnum):
    """What someone may do in a community; each rank includes those before it."""

    MEMBER = 0
    MODERATOR = 1
    ADMIN = 2


class Refused(BotError):
    """They may not, or not now. The message is a sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class Asker:
    """A person, where they are, and what they may do there."""

    platform: str
    community_id: str
    """Empty outside of any community, as in a direct message."""
    channel_id: str
    author: Author
    rank: Rank = Rank.MEMBER
    parent_id: str = ""
    """The channel that a thread hangs in, where they ask in one."""

    @property
    def id(self) -> str:
        """Their id on the platform."""
        return self.author.id

    @property
    def name(self) -> str:
        """How they are shown to others, for the history of a case."""
        return self.author.name or self.author.id


_MUST_BE = {
    Rank.MEMBER: "Do this in a community, not in a direct message.",
    Rank.MODERATOR: "Only moderators may do this. Ask one of them, or report the post.",
    Rank.ADMIN: "Only administrators of this community may do this.",
}


def check_rank(asker: Asker, rank: Rank) -> None:
    """Let those pass who have at least this rank in the community they ask in.

    Raises:
        Refused: they have not, or they ask outside of any community.
    """
    if not asker.community_id:
        raise Refused(_MUST_BE[Rank.MEMBER])
    if asker.rank < rank:
        raise Refused(_MUST_BE[rank])
