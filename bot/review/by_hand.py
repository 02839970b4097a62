"""How a person has an action done: by the enforcer, past the limits and past nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.enforce import Enforcer, Orders
from bot.errors import PlatformUnavailable
from bot.house import House
from bot.model import Case, JudgementKey, Outcome
from bot.ports import Action, Platform, Target
from bot.storage.journal import Journal


@dataclass(frozen=True, slots=True)
class ByHand:
    """Carries out one ordered action, which the caller has written down before.

    Moderators are never acted upon, a pause holds, an outdated revision is left alone, and where
    a community only rehearses it is only rehearsed.
    """

    journal: Journal
    enforcer: Enforcer
    platforms: Mapping[str, Platform]
    clock: Callable[[], datetime]
    house: House | None = None

    async def carry_out(
        self, case: Case, key: JudgementKey, action: Action, by: str, *, again: bool
    ) -> Outcome:
        """Do it and settle it. ``again``: it may have been begun before, so it is looked for first.

        Raises:
            PlatformUnavailable: the platform does not run here, or cannot be reached; nothing is
                settled.
        """
        name = key.ref.platform
        platform = self.platforms.get(name)
        if platform is None:
            raise PlatformUnavailable(f"{name} is not running here.")
        stored = await self.journal.stored(key)
        target = Target(
            message=case.message,
            nonce="",
            reason=f"Bifocal: ordered by {by}",
            now=self.clock(),
            house=self.house,
            record=None if stored is None else stored.record,
        )
        orders = Orders(platform, key, (action,), target, again, earlier={}, by=by)
        (outcome,) = await self.enforcer.carry_out(orders)
        return outcome
