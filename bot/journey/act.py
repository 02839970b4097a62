"""The second half of a judgement: carry out what was decided, and finish."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.enforce import Enforcer, Orders
from bot.errors import PlatformUnavailable
from bot.house import House
from bot.jobs import Later
from bot.journey.giving_up import GivenUp
from bot.model import Message, Outcome
from bot.ports import Platform, Target
from bot.storage.journal import Journal, Stored

PATIENCE = timedelta(hours=1)
"""How long an action waits for its platform before a person is asked; chosen by eye."""
RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Act:
    """Acts on a judgement that stands in the journal, once however often it is called."""

    journal: Journal
    enforcer: Enforcer
    given_up: GivenUp
    clock: Callable[[], datetime]
    house: House
    finished: Callable[[], None] = lambda: None
    """Told of every judgement that is through: its case, if any, may be shown."""

    async def on(
        self, platform: Platform, message: Message, judged: Stored, *, again: bool
    ) -> tuple[Outcome, ...] | Later:
        """What became of each action, or when to come back because the platform is away.

        ``again`` says that an earlier attempt may have begun to act.
        """
        try:
            return await self.enforcer.carry_out(self._orders(platform, message, judged, again))
        except PlatformUnavailable as exc:
            if self.clock() - judged.record.judged_at < PATIENCE:
                return Later(exc.retry_after or RETRY_S, str(exc))
            return await self.given_up.unreachable(judged)

    async def finish(self, platform: Platform, message: Message, judged: Stored) -> None:
        """Nothing is left to do; the platform may show it."""
        await self.journal.finish(judged.record.key)
        if judged.case_id:
            self.finished()
        await platform.settled(message, judged.case_id)

    def _orders(
        self,
        platform: Platform,
        message: Message,
        judged: Stored,
        again: bool,  # noqa: FBT001 - private, and named where it is public
    ) -> Orders:
        record = judged.record
        verdict = record.verdict
        target = Target(
            message=message,
            nonce="",
            reason=verdict.explanation,
            # The moment of judgement, so that a redelivered timeout ends when the first would.
            now=record.judged_at,
            house=self.house,
            record=record,
        )
        earlier = {outcome.action: outcome for outcome in record.outcomes}
        return Orders(platform, record.key, verdict.actions, target, again, earlier)
