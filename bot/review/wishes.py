"""Members' wishes to be erased, on cards before the moderators, until an administrator decides."""

import asyncio
import dataclasses
from datetime import timedelta

from bot.every import every
from bot.review.card import Card, CardKind
from bot.review.draw import notice
from bot.review.posting import Posting
from bot.storage.erasures import Erasures, Wish, WishState

EVERY_S = 3.0
KEPT = timedelta(days=7)
"""How long a declined wish's card is kept true; chosen by eye."""


class Wishes:
    """Puts a card up for each wish. The card of one that is carried out goes with the person."""

    def __init__(self, erasures: Erasures, posting: Posting) -> None:
        self._erasures = erasures
        self._posting = posting

    async def run(self, stop: asyncio.Event) -> None:
        """Look every few seconds until told to stop."""
        await every(EVERY_S, self.turn, stop, "wishes.failed")

    async def turn(self) -> None:
        """Put up and redraw what changed."""
        for wish in await self._erasures.standing(list(self._posting.platforms)):
            card = await self._erasures.card(wish)
            declined = wish.state is WishState.DECLINED
            if card.gone or (declined and not card.card_id):
                continue
            if declined and self._posting.clock() - wish.asked_at > KEPT:
                continue
            await self._posting.show(card, drawn(wish), {})


def drawn(wish: Wish) -> Card:
    """The card of a wish. Pure."""
    who = wish.name or wish.person.author_id
    told = (
        "Everything Bifocal keeps about them here would go: their posts' records and cases, words "
        "and pictures, strikes and labels. Only an administrator can do this, and nobody can undo "
        "it. What stands on the platform itself stays."
    )
    if wish.state is WishState.DECLINED:
        told = "An administrator declined. They may ask again."
    card = notice(wish.person.community, f"{who} asks to be erased", told)
    return dataclasses.replace(
        card,
        kind=CardKind.WISH,
        author=who,
        author_id=wish.person.author_id,
        state="closed" if wish.state is WishState.DECLINED else "open",
    )
