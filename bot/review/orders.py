"""Orders: a moderator has something done about a post and its author, from the post's case."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.enforce import Enforcer
from bot.errors import PlatformError
from bot.house import House
from bot.model import Case, EventKind, Outcome, Status
from bot.ports import Platform
from bot.review.by_hand import ByHand
from bot.storage.decisions import NoSuchCase
from bot.storage.journal import Journal
from bot.storage.orders import interrupted, ordered
from bot.storage.rows import Parse

_MAY_STAND = frozenset({Status.INTENDED, Status.UNKNOWN})
_BY_A_PERSON = frozenset({EventKind.ORDERED, EventKind.RELEASED})


class PersonOrders:
    """Has actions done with a person's authority; each is undone by an overturn like any other."""

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
        self._platforms = platforms
        self._by_hand = ByHand(journal, enforcer, platforms, clock, house)
        self._parse = parse
        self._clock = clock
        self._one_by_one = asyncio.Lock()
        self._looked = False

    async def do(self, case_id: str, action: str, by: str) -> Outcome:
        """Have it done, such as ``timeout 1h``; what was done already is not done again.

        The outcome says what became of it: applied, simulated, withheld, or failed where the
        platform could not be reached.

        Raises:
            Misconfigured: no such action, or its parameters are not of its form.
            NoSuchCase: no case of that id.
            AlreadyDecided: the case was overturned.
            Claimed: another moderator holds it.
        """
        wanted = self._parse(action)
        async with self._one_by_one:
            case = await self._case(case_id)
            done = self._done(case)
            now = self._clock()
            order = await ordered(self._journal, case_id, str(wanted), by, now, done=done)
            before = order.before
            if before is not None and before.status in done:
                return before
            begun = before is not None and before.status in _MAY_STAND
            again = begun or _ordered_before(case, str(wanted))
            try:
                return await self._by_hand.carry_out(case, order.key, wanted, by, again=again)
            except PlatformError as exc:
                failed = Outcome(str(wanted), Status.FAILED, self._clock(), None, str(exc))
                await self._journal.settle(order.key, failed)
                return failed

    async def turn(self) -> None:
        """Once after a start, say of orders that a crash cut off that nobody knows what became."""
        if self._looked:
            return
        for key, outcome in await interrupted(self._journal):
            detail = "the process died while it was being done"
            lost = Outcome(outcome.action, Status.UNKNOWN, self._clock(), None, detail)
            await self._journal.settle(key, lost)
        self._looked = True

    def _done(self, case: Case) -> frozenset[Status]:
        """What leaves nothing to do: a rehearsal does, as long as the community rehearses."""
        ref = case.message.ref
        platform = self._platforms.get(ref.platform)
        if platform is not None and platform.simulates(ref.community_id):
            return frozenset({Status.APPLIED, Status.SIMULATED})
        return frozenset({Status.APPLIED})

    async def _case(self, case_id: str) -> Case:
        case = await self._journal.case(case_id)
        if case is None:
            raise NoSuchCase(f"There is no case {case_id}.")
        return case


def _ordered_before(case: Case, action: str) -> bool:
    """Whether a person ordered it already, so that it may have been done and not written down."""
    return any(event.kind in _BY_A_PERSON and event.note == action for event in case.events)
