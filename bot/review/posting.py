"""Puts one card up or draws it anew, and remembers what it shows. Never raises for a platform."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.communities import Communities
from bot.errors import Gone, NotPermitted, PlatformUnavailable
from bot.log import logger
from bot.model import CaseState
from bot.ports import Platform
from bot.review.card import Card
from bot.review.places import Places
from bot.storage.card_rows import CardRow
from bot.storage.cards import CardShelf
from bot.storage.journal import Journal

AWAY_S = 5.0
"""How long a platform is left alone that does not answer; chosen by eye."""

_log = logger("board")


class Posting:
    """What the boards of cases and of incidents draw through."""

    def __init__(
        self,
        journal: Journal,
        platforms: Mapping[str, Platform],
        communities: Communities,
        clock: Callable[[], datetime],
    ) -> None:
        self.platforms = platforms
        self.clock = clock
        self.places = Places(communities, clock)
        self.shelf = CardShelf(journal.database)
        self._seal = journal.seal

    async def show(self, card: CardRow, drawing: Card, seen: Mapping[str, int]) -> bool:
        """Show it, where it does not show just that already; False where that must wait.

        ``seen`` are the changes of cases that are then shown.
        """
        if self.places.closed(card.place):
            await self.shelf.hold(seen)
            return False
        if self.places.away(card.place):
            return False
        drawn = self._drawn(drawing)
        if card.card_id and drawn == card.drawn:
            await self.shelf.shown(seen)
            return await self._works(card)
        try:
            card_id = await self._put(card, drawing)
        except Gone:
            # It may have gone long ago: it was taken away as it looked then.
            await self.shelf.gone(card, card.drawn.partition(":")[0])
        except NotPermitted as exc:
            self.places.close(card.place, str(exc))
            await self.shelf.hold(seen)
        except PlatformUnavailable as exc:
            self.places.leave(card.place, exc.retry_after or AWAY_S)
        except Exception as exc:  # noqa: BLE001 - one card that breaks must not keep the others
            _log.error("board.broke", case=drawing.case_id, error=type(exc).__name__)
            self.places.leave(card.place, AWAY_S)
        else:
            await self.shelf.drawn(card, card_id, drawn, self.clock(), seen)
            return await self._works(card)
        return False

    async def _works(self, card: CardRow) -> bool:
        if self.places.works(card.place):
            await self.shelf.let_go(card.place)
        return True

    async def _put(self, card: CardRow, drawing: Card) -> str:
        """Do it on the platform; the card's id there, empty where there is nothing to show: what
        is over before anybody saw it."""
        client = self.platforms[card.place[0]].client
        card_id = card.card_id
        if not card_id and not card.fresh:
            card_id = await client.card(card.posting) or ""
        if card_id:
            await client.redraw_card(card_id, drawing)
            return card_id
        if drawing.state == CaseState.CLOSED.value:
            return ""
        try:
            return await client.post_card(drawing, nonce=card.posting)
        except Gone as exc:  # not the card, which never stood, but its channel
            raise NotPermitted(str(exc)) from exc

    def _drawn(self, drawing: Card) -> str:
        plain = repr(drawing).encode("utf-8", "surrogatepass")
        return f"{drawing.state}:{self._seal.name(plain)}"
