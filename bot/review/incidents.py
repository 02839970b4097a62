"""Outages before the moderators: one card a community and cause, closed when it is over."""

import asyncio
from datetime import timedelta

from bot.errors import Gone, NotPermitted, PlatformError
from bot.every import every
from bot.log import logger
from bot.review.draw import outage
from bot.review.posting import Posting
from bot.storage.incident_cards import IncidentShelf, Outage

EVERY_S = 5.0
PACE = timedelta(seconds=15)
"""Between two numbers on one card."""
MANY = 3
LONG = timedelta(minutes=2)
"""Fewer posts than that, waiting for less than this, are no outage: the first is asked about again
after a minute. All chosen by eye."""

_log = logger("board")


class Incidents:
    """Keeps the cards of outages true, and takes away the cards of posts that are forgotten."""

    def __init__(self, shelf: IncidentShelf, posting: Posting, url: str = "") -> None:
        """``url`` is the web desk's address; empty where people cannot reach it."""
        self._shelf = shelf
        self._posting = posting
        self._url = url

    async def run(self, stop: asyncio.Event) -> None:
        """Look every few seconds until told to stop."""
        await every(EVERY_S, self.turn, stop, "incidents.failed")

    async def turn(self) -> None:
        """Draw what changed, and take away what is to go."""
        for one in await self._shelf.outages(self._posting.platforms.keys()):
            await self._draw(one)
        await self._take_away()

    async def _draw(self, one: Outage) -> None:
        now, card, over = self._posting.clock(), one.card, one.incident.cases == 0
        if card is None:
            if one.incident.cases < MANY and now - one.incident.since < LONG:
                return
            card = await self._shelf.begin(one)
        elif card.drawn_at is not None and timedelta() <= now - card.drawn_at < PACE and not over:
            return
        if not card.gone:
            drawing = outage(one.place[1], one.incident, over=over, url=self._url)
            shown = await self._posting.show(card, drawing, {})
            if over and not shown and not self._posting.places.closed(card.place):
                return
        if over:
            await self._shelf.over(card)

    async def _take_away(self) -> None:
        for removal, place, card_id in await self._shelf.removals(self._posting.platforms.keys()):
            if self._posting.places.away(place):
                continue
            try:
                await self._posting.platforms[place[0]].client.remove_card(card_id)
            except Gone:
                pass
            except NotPermitted as exc:
                _log.error("card.stays", platform=place[0], community=place[1], why=str(exc))
            except PlatformError:
                self._posting.places.leave(place, EVERY_S)
                continue
            await self._shelf.removed(removal)
