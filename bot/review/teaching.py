"""What decisions teach the banks: one click makes a case's pictures known, an overturn unsays it.

What one moderator calls bad only flags. It may act once a second case says the same, or an
administrator does. Shared banks are changed from the command line only: what one community
decides is not for all.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from analysis.bank import GOOD_ENOUGH, WITHIN
from analysis.detectors.known_images import ACTS_WITHIN
from analysis.taxonomy import Category
from analysis.types import BankKind, Media
from bot.errors import BotError
from bot.log import logger
from bot.model import CaseEvent, EventKind
from bot.review.floods import AT_LEAST, WINDOW, distance, is_flood
from bot.review.worth import Worth, of_detectors, of_rules
from bot.storage import lessons
from bot.storage.bank_file import Known
from bot.storage.banks import SHARED, BankStore, Held
from bot.storage.decisions import NoSuchCase
from bot.storage.journal import Journal

BANKS = {BankKind.BAD: "decided-bad", BankKind.GOOD: "decided-harmless"}
"""The community's own banks that decisions go to."""

WORTH_OVER = timedelta(days=90)
"""Chosen by eye: long enough to count, short enough to follow a rule that was mended."""

_log = logger("banks")


class NoPicture(BotError):
    """The case has no picture that could be known."""


class Teacher:
    """Carries what persons decide about pictures into the banks, and watches the banks."""

    def __init__(self, journal: Journal, banks: BankStore, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._banks = banks
        self._clock = clock
        # What a person put back is left alone until the flood they looked at is over.
        self._spared: dict[str, datetime] = {}

    async def known(
        self, case_id: str, kind: BankKind, category: Category, *, by: str, confirmed: bool
    ) -> str:
        """Put the case's pictures into the community's bank; returns what came of it, in words.

        ``confirmed`` says that an administrator stands behind it.

        Raises:
            NoSuchCase: no case of that id.
            NoPicture: nothing of it could be decoded, or nothing was kept.
        """
        case = await self._journal.case(case_id)
        if case is None:
            raise NoSuchCase(f"There is no case {case_id}.")
        pictures = await lessons.pictures_of(self._journal.database, case_id)
        if not pictures:
            raise NoPicture("This case has no picture that could be read.")
        community = case.message.ref.community_id
        seconded = await self._seconded(community, pictures, case_id) if kind == "bad" else []
        sure = confirmed or kind is BankKind.GOOD
        entries = [
            Known(category, one.pdq, one.sha256, one.quality, sure, case_id) for one in pictures
        ]
        await self._banks.add(community, BANKS[kind], kind, entries, by=by)
        for held in seconded:
            await self._banks.confirm(held.entry.id, by=by)
        said = _said(kind, sure=sure, seconded=bool(seconded))
        await self._note(case_id, by, said)
        return said

    async def overturned(self, case_id: str, by: str) -> None:
        """A person found the case harmless: the entries that matched it, or came of it, yield.

        What was confirmed only flags from now on; what was not is taken out.
        """
        case = await self._journal.case(case_id)
        if case is None:
            return
        pictures = await lessons.pictures_of(self._journal.database, case_id)
        named = await lessons.banks_of(self._journal.database, case_id)
        community = case.message.ref.community_id
        for held in await self._banks.held(community):
            blamed = held.entry.bank in named and _alike(held, pictures, WITHIN)
            if held.from_case == case_id or blamed:
                await self._yield(held, case_id, by)

    async def _yield(self, held: Held, case_id: str, by: str) -> None:
        if held.entry.confirmed and held.from_case != case_id:
            await self._banks.doubt(held.entry.id, by=by)
            said = f"An entry of the bank {held.entry.bank} only flags from now on."
        else:
            await self._banks.remove(held.entry.id, by=by)
            said = f"An entry of the bank {held.entry.bank} was removed."
        await self._note(case_id, by, said)

    async def watch(self) -> Sequence[Held]:
        """Put entries out of force that match floods of unlike pictures; returns which."""
        since = self._clock() - WINDOW
        seen = await lessons.sightings(self._journal.database, since)
        everywhere = [one for each in seen.values() for one in each]
        if len(everywhere) < AT_LEAST:
            return ()
        in_force = [
            held
            for held in await self._banks.held(quarantined=False)
            if self._spared.get(held.entry.id, since) <= since
        ]

        def flooded(held: Held) -> bool:
            where = everywhere if held.community == SHARED else seen.get(held.community, ())
            return held.entry.quality >= GOOD_ENOUGH and is_flood(held.entry.pdq, where)

        # Away from the loop: a large shared bank is a second of comparing.
        caught = await asyncio.to_thread(lambda: [held for held in in_force if flooded(held)])
        for held in caught:
            await self._banks.quarantine(held.entry.id, at=self._clock(), by="")
            _log.warning("bank.quarantined", bank=held.entry.bank, entry=held.entry.id)
        return tuple(caught)

    async def quarantined(self) -> Sequence[Held]:
        """Entries that are out of force until a person has looked."""
        return await self._banks.held(quarantined=True)

    async def worth(self) -> tuple[Sequence[Worth], Sequence[Worth]]:
        """What the rules and the detectors are worth, over the last 90 days' cases."""
        since = self._clock() - WORTH_OVER
        cases = await lessons.decided(self._journal.database, since)
        return of_rules(cases), of_detectors(cases)

    async def put_back(self, entry: str, *, by: str) -> bool:
        """Let an entry match again; False where there is none of that id."""
        self._spared[entry] = self._clock()
        return await self._banks.quarantine(entry, at=None, by=by)

    async def remove(self, entry: str, *, by: str) -> bool:
        """Take an entry out; False where there is none of that id."""
        return await self._banks.remove(entry, by=by)

    async def _seconded(
        self, community: str, pictures: Sequence[Media], case_id: str
    ) -> Sequence[Held]:
        """Entries of another case that show the same picture."""
        return [
            held
            for held in await self._banks.held(community)
            if held.from_case not in {"", case_id} and _alike(held, pictures, ACTS_WITHIN)
        ]

    async def _note(self, case_id: str, by: str, said: str) -> None:
        event = CaseEvent(EventKind.TAUGHT, self._clock(), by, said)
        await lessons.taught(self._journal, case_id, event)


def _alike(held: Held, pictures: Sequence[Media], bits: int) -> bool:
    entry = held.entry
    return any(
        one.sha256 == entry.sha256
        or (min(one.quality, entry.quality) >= GOOD_ENOUGH and distance(one.pdq, entry.pdq) <= bits)
        for one in pictures
    )


def _said(kind: BankKind, *, sure: bool, seconded: bool) -> str:
    if kind is BankKind.GOOD:
        return "Its pictures are known to be harmless: equal pixels are not raised again."
    if sure:
        return "Its pictures are known to be bad, and rules may act on them."
    if seconded:
        return "A second case says the same: its pictures are known to be bad."
    return "Its pictures flag from now on. A second case, or an administrator, confirms them."
