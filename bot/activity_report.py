"""What happened in each community over some days: what the command line and the API answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from bot.communities import Community, CommunityName
from bot.storage.activity import Activity

Count = Callable[[str, str, datetime, datetime], Awaitable[Activity]]
"""What happened in a community, by its platform and id, from one moment up to another."""


async def document(
    count: Count, known: Sequence[Community], only: str, since: datetime, until: datetime
) -> Mapping[str, object]:
    """The figures of every known community, or of the one that ``only`` names."""
    wanted = CommunityName.read(only) if only else None
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "communities": [
            _figures(place, await count(place.platform, place.id, since, until))
            for place in known
            if wanted is None or wanted.names(place)
        ],
    }


def _figures(place: Community, found: Activity) -> Mapping[str, object]:
    return {
        "platform": place.platform,
        "community": place.id,
        "name": place.name,
        "posts": found.posts,
        "opened": found.opened,
        "upheld": found.upheld,
        "overturned": found.overturned,
        "actions": [
            {"action": action, "status": status, "number": number}
            for (action, status), number in sorted(found.actions.items())
        ],
        "usd": round(found.usd, 6),
    }
