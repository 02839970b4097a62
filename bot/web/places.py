"""Where posts come from: communities by name, and the posts' own addresses on their platforms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.communities import Community, CommunityName
from bot.model import Ref
from bot.ports import LinksPosts

SAFE = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Places:
    """Every community that was ever seen, and what a platform says of a post's address."""

    known: Callable[[], Sequence[Community]]
    address_of: Callable[[Ref], str]

    @property
    def several(self) -> bool:
        """Whether it needs saying from which one a case is."""
        return len(self.known()) > 1

    def name(self, ref: Ref) -> str:
        """A community's name; its id where it has none."""
        place = (ref.platform, ref.community_id)
        names = (one.name for one in self.known() if (one.platform, one.id) == place)
        return next(names, "") or ref.community_id

    def link(self, ref: Ref) -> str:
        """Where a post opens; empty where it does not, or where that is no web address."""
        found = self.address_of(ref)
        return found if found.startswith(SAFE) else ""

    def choices(self) -> Sequence[tuple[str, str]]:
        """What a list may be limited to: how it is asked for, and what it is called."""
        return [
            (str(CommunityName(one.platform, one.id)), f"{one.name or one.id} · {one.platform}")
            for one in self.known()
        ]


def address_on(platforms: Mapping[str, object]) -> Callable[[Ref], str]:
    """Asks a post's platform for its address; empty where the platform has none to give."""

    def address(ref: Ref) -> str:
        platform = platforms.get(ref.platform)
        return platform.link(ref) if isinstance(platform, LinksPosts) else ""

    return address


NOWHERE = Places(tuple, lambda _: "")
"""Where nothing is known of communities."""
