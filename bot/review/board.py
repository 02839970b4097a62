"""The board: every open case that needs a person stands on one card, redrawn as the case changes.

Whoever changes a case (the web desk, chat, another process, a late answer) makes its row say so,
in the transaction of the change; the board looks for such rows every second. Posts that one author
sends within ten minutes share a card. A card that somebody took away stays away, unless its case
is escalated. Nothing here ever stops a judgement.
"""

import asyncio
import contextlib
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from bot.errors import BotError
from bot.log import logger
from bot.model import Case, CaseState, EventKind, Status
from bot.review.card import Card
from bot.review.draw import draw_case
from bot.review.posting import Posting
from bot.storage.card_rows import CardRow, Place
from bot.storage.cards import Changed, Member
from bot.storage.journal import Journal

EVERY_S = 1.0
CALM_S = 0.2
"""After a word that something changed, how long the next is waited for: a burst comes in a row."""
PACE = timedelta(seconds=1.5)
"""Between two drawings of one card; all three chosen by eye."""

_log = logger("board")


class Board:
    """Keeps cards as their cases are."""

    def __init__(
        self, journal: Journal, posting: Posting, url: Callable[[str], str] = lambda _: ""
    ) -> None:
        """``url`` is a case's address on the web desk; empty where people cannot reach it."""
        self._journal = journal
        self._posting = posting
        self._shelf = posting.shelf
        self._places = posting.places
        self._url = url
        self._locks: defaultdict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._at_work: dict[Place, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._begun = False

    def lacks(self) -> Mapping[str, str]:
        """Why no card can be put up, by ``platform:community``."""
        return self._places.lacks()

    def wake(self) -> None:
        """Something changed: look sooner than within a second."""
        self._woken.set()

    async def refresh(self, case_id: str) -> None:
        """Draw a case's card anew now. One that was drawn a moment ago is left to the next look.

        Raises:
            EnvironmentFailed: the database does not answer.
        """
        for one in await self._changed(case_id):
            if self._locks[one.place].locked():
                self.wake()
            else:
                await self._community(one.place, [one])

    async def run(self, stop: asyncio.Event) -> None:
        """Look every second, and sooner when woken, until told to stop."""
        while not stop.is_set():
            self._woken.clear()
            try:
                await self._begin()
            except BotError as exc:
                _log.error("board.failed", error=str(exc))
            await self._wait(stop)
        await asyncio.gather(*self._at_work.values())

    async def turn(self) -> None:
        """Draw what changed, and return when that is done."""
        await self._begin()
        await asyncio.gather(*self._at_work.values())

    async def _begin(self) -> None:
        """Have what changed drawn, each community beside the others and none waiting for one."""
        if not self._begun:
            await self._shelf.let_go()
            self._begun = True
        for place, whole in self._places.opened().items():
            await self._shelf.let_go(place, whole=whole)
        by_place: defaultdict[Place, list[Changed]] = defaultdict(list)
        for one in await self._changed():
            by_place[one.place].append(one)
        for place, changed in by_place.items():
            task = asyncio.create_task(self._guarded(place, changed))
            self._at_work[place] = task

    async def _changed(self, case_id: str = "") -> Sequence[Changed]:
        skipped = [*self._at_work, *self._places.left_alone()] if not case_id else []
        return await self._shelf.changed(
            self._posting.platforms.keys(), self._posting.clock(), PACE, case_id, skipped
        )

    async def _wait(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (stop, self._woken)]
        await asyncio.wait(waits, timeout=EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), CALM_S)

    async def _guarded(self, place: Place, changed: Sequence[Changed]) -> None:
        try:
            await self._community(place, changed)
        except BotError as exc:
            _log.error("board.failed", error=str(exc))
        finally:
            del self._at_work[place]

    async def _community(self, place: Place, changed: Sequence[Changed]) -> None:
        async with self._locks[place]:
            on: dict[int, CardRow] = {}
            for one in changed:
                if (card := await self._card(one)) is not None:
                    on.setdefault(card.id, card)
            for card in on.values():
                await self._draw(card)

    async def _card(self, one: Changed) -> CardRow | None:
        """The card a case stands on, or is to stand on; None where it needs none."""
        card = await self._shelf.card_of(one.case_id)
        if card is not None:
            return card
        case = await self._journal.case(one.case_id)
        if case is not None and _needs_a_card(case, one):
            return await self._shelf.put(one)
        await self._shelf.shown({one.case_id: one.changes})
        return None

    async def _draw(self, card: CardRow) -> None:
        members = await self._shelf.members(card)
        seen = {member.case_id: member.changes for member in members}
        lead = await self._journal.case(_lead(members).case_id) if members else None
        if lead is None:  # it was forgotten meanwhile
            return
        if card.gone:
            if lead.state is not CaseState.ESCALATED or card.gone == CaseState.ESCALATED.value:
                await self._shelf.shown(seen)
                return
            card = await self._shelf.anew(card)
        await self._posting.show(card, self._drawing(lead, members), seen)

    def _drawing(self, lead: Case, members: Sequence[Member]) -> Card:
        others = [one for one in members if one.case_id != lead.id]
        if lead.state is not CaseState.CLOSED:
            others = [one for one in others if one.state is not CaseState.CLOSED]
        drawing = draw_case(lead, url=self._url(lead.id))
        return dataclasses.replace(drawing, more=tuple(one.case_id for one in others))


def _lead(members: Sequence[Member]) -> Member:
    """The case a card shows: the first escalated one, else the first open, else the first."""
    order = (CaseState.ESCALATED, CaseState.OPEN, CaseState.CLOSED)
    return min(members, key=lambda one: order.index(one.state))


_FOR_A_PERSON = frozenset({Status.WITHHELD, Status.FAILED, Status.UNKNOWN})


def _needs_a_card(case: Case, changed: Changed) -> bool:
    """Whether a person must look, or a rule says that the moderators are to be told."""
    if case.state is CaseState.CLOSED or case.waiting:
        return False
    outcomes = [outcome for one in case.judgements for outcome in one.outcomes]
    return (
        changed.needs_review
        or case.state is CaseState.ESCALATED
        or any(event.kind is EventKind.APPEALED for event in case.events)
        or any(one.action == "log" or one.status in _FOR_A_PERSON for one in outcomes)
    )
