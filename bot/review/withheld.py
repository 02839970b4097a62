"""Withheld actions: a person has them done after all, or drops them, one by one or many."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.enforce import Enforcer
from bot.errors import BotError, PlatformError
from bot.house import House
from bot.model import Case, EventKind, Status
from bot.ports import Platform
from bot.review.by_hand import ByHand
from bot.review.which import Settled, Which
from bot.storage import withheld
from bot.storage.journal import Journal
from bot.storage.rows import Parse
from bot.storage.withheld import Withheld

AT_ONCE = 50
"""Actions carried out per request; chosen by eye, so that a page answers within seconds."""


class WithheldActions:
    """Carries them out through the enforcer, with a person's authority instead of the policy's.

    Past the limits, and past nothing else: moderators are never acted upon, a pause holds, and
    what the platform does not allow stays withheld. Repeating it is harmless: the platform is
    asked first whether an action stands.
    """

    def __init__(
        self,
        journal: Journal,
        enforcer: Enforcer,
        platforms: Mapping[str, Platform],
        parse: Parse,
        clock: Callable[[], datetime],
        *,
        house: House | None = None,
    ) -> None:
        self._journal = journal
        self._by_hand = ByHand(journal, enforcer, platforms, clock, house)
        self._parse = parse
        self._clock = clock
        self._one_by_one = asyncio.Lock()

    async def count(self, which: Which) -> int:
        """How many actions wait for a person."""
        return await withheld.count(self._journal, which)

    async def cases(self, which: Which, limit: int) -> tuple[Case, ...]:
        """The cases they belong to, the one that waits longest first."""
        found = await withheld.withheld(self._journal, which, limit=limit)
        names = dict.fromkeys(one.case_id for one in found)
        cases = [await self._journal.case(name) for name in names]
        return tuple(case for case in cases if case is not None)

    async def release(self, which: Which, by: str) -> Settled:
        """Have them done, at most 50 at once."""
        async with self._one_by_one:
            found = await withheld.withheld(self._journal, which, limit=AT_ONCE)
            reasons = [await self._released(one, by) for one in found]
        left = tuple(reason for reason in reasons if reason is not None)
        return Settled(len(found) - len(left), left, await self.count(which))

    async def drop(self, which: Which, by: str) -> Settled:
        """They are not to be done; at most 50 at once."""
        found = await withheld.withheld(self._journal, which, limit=AT_ONCE)
        done = [await withheld.dropped(self._journal, one, by, self._clock()) for one in found]
        return Settled(sum(done), waiting=await self.count(which))

    async def _released(self, one: Withheld, by: str) -> str | None:
        """None when it is done, else why it is not."""
        action, case = self._parse(one.outcome.action), await self._journal.case(one.case_id)
        if case is None:
            return f"{one.outcome.action}: its case is gone."
        try:
            await withheld.ordered(self._journal, one, by, self._clock())
            again = _ordered_before(case, one)
            outcome = await self._by_hand.carry_out(case, one.key, action, by, again=again)
        except PlatformError as exc:
            return f"{one.outcome.action}: {exc} Try again later."
        except BotError as exc:
            return f"{one.outcome.action}: {exc}"
        if outcome.status in {Status.APPLIED, Status.SIMULATED}:
            return None
        return f"{one.outcome.action}: {outcome.detail}."


def _ordered_before(case: Case, one: Withheld) -> bool:
    """Whether a person ordered it already, so that it may have been done and not written down."""
    return any(
        event.kind is EventKind.RELEASED and event.note == one.outcome.action
        for event in case.events
    )
