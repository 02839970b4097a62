"""A card a day for communities that want one: what happened on the day that is over, in UTC."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta

from bot.bookmarks import Bookmarks
from bot.communities import Communities
from bot.errors import NotPermitted, PlatformError, PlatformUnavailable
from bot.every import every
from bot.log import logger
from bot.review.card import Card
from bot.review.draw import notice
from bot.review.posting import AWAY_S, Posting
from bot.storage.card_rows import Place
from bot.storage.database import Database
from bot.storage.days import Day, the_day

EVERY_S = 60.0

_log = logger("digests")


class Digests:
    """Posts each digest once, also across restarts; nothing where nothing happened."""

    def __init__(
        self,
        database: Database,
        communities: Communities,
        bookmarks: Bookmarks,
        posting: Posting,
        url: str = "",
    ) -> None:
        self._database = database
        self._communities = communities
        self._bookmarks = bookmarks
        self._posting = posting
        self._url = url

    async def run(self, stop: asyncio.Event) -> None:
        """Look every minute whether a day is over, until told to stop."""
        await every(EVERY_S, self.turn, stop, "digests.failed")

    async def turn(self) -> None:
        """Post what is due."""
        day = (self._posting.clock() - timedelta(days=1)).date()
        places = self._posting.places
        for platform in self._posting.platforms:
            for one in self._communities.all(platform):
                place = (platform, one.id)
                if one.digest and not places.closed(place) and not places.away(place):
                    await self._community(place, day)

    async def _community(self, place: Place, day: date) -> None:
        bookmark = f"{place[0]}/digest/{place[1]}"
        if (await self._bookmarks.get(bookmark)).get("day", "") >= day.isoformat():
            return
        found = await the_day(self._database, place, day)
        if not found.nothing and not await self._posted(place, day, found):
            return
        await self._bookmarks.put(bookmark, {"day": day.isoformat()})

    async def _posted(self, place: Place, day: date, found: Day) -> bool:
        """Whether it stands, or never will."""
        nonce = f"digest/{place[0]}/{place[1]}/{day.isoformat()}"
        client = self._posting.platforms[place[0]].client
        try:
            await client.post_card(digest(place[1], day, found, self._url), nonce=nonce)
        except NotPermitted as exc:
            self._posting.places.close(place, str(exc))
            return False
        except PlatformUnavailable as exc:
            self._posting.places.leave(place, exc.retry_after or AWAY_S)
            return False
        except PlatformError as exc:
            _log.error("digest.unposted", community=place[1], error=str(exc))
        return True


def digest(community_id: str, day: date, found: Day, url: str = "") -> Card:
    """The card of one day. Pure."""
    told = [f"{_many(found.opened, 'case')} opened, {found.decided} decided, {found.waiting} open."]
    if found.done:
        told.append(f"Done: {_listed(found.done)}.")
    if found.rehearsed:
        told.append(f"Rehearsed: {_listed(found.rehearsed)}.")
    if found.withheld:
        told.append(f"{_many(found.withheld, 'action')} withheld: a person decides.")
    if found.usd:
        told.append(f"Providers cost {found.usd:.2f} US dollars.")
    return notice(community_id, f"{day:%Y-%m-%d}: the day", " ".join(told), url=url)


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
