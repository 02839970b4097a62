"""Carries out a verdict's actions: within limits, live or simulated, each settled once.

Every action was written as *intended*, with the verdict, before this is called. What finds
itself intended on a redelivery is looked for on the platform before it is done again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.errors import Gone, NotPermitted, PlatformError, PlatformUnavailable
from bot.limits import ActionLimits
from bot.log import logger
from bot.model import JudgementKey, Message, Outcome, Receipt, Ref, Status
from bot.ports import Action, Client, Platform, Presence, Target
from bot.review.draw import breaker
from bot.simulated import SimulatedClient, simulated_house

AGAINST_AUTHOR = 20
"""Harshness from which an action is held against an author: a label, a strike, and beyond."""

REMOVING = frozenset({"ban", "delete", "spoiler"})
"""Actions after which a message is gone; a ban takes its author's latest with it."""

_log = logger("enforce")


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be done about one judged message, and how far an earlier attempt came."""

    platform: Platform
    key: JudgementKey
    actions: tuple[Action, ...]
    target: Target
    again: bool
    """An earlier attempt may have begun to act."""
    earlier: Mapping[str, Outcome]
    """What it left, by action."""
    by: str = ""
    """The person who orders it, past the limits; empty for the policy. Everything else that
    withholds an action does so all the same."""

    @property
    def simulate(self) -> bool:
        """Whether the community only rehearses."""
        return self.platform.simulates(self.key.ref.community_id)

    def aimed(self, action: Action, done: tuple[Outcome, ...] = ()) -> "Orders":
        """The same with a target whose nonce is this action's own, after these were ``done``."""
        nonce = self.key.nonce(str(action))
        return replace(self, target=replace(self.target, nonce=nonce, done=done))

    def simulated(self) -> "Orders":
        """The same over a house that remembers nothing."""
        house = self.target.house
        return replace(self, target=replace(self.target, house=house and simulated_house(house)))


class Ledger(Protocol):
    """Where outcomes are settled: the journal."""

    async def settle(self, key: JudgementKey, outcome: Outcome) -> None:
        """Replace the intended outcome of this action by what became of it."""
        ...


class Enforcer:
    """The one place from which anything is done to a post or its author."""

    def __init__(
        self,
        ledger: Ledger,
        limits: ActionLimits,
        paused: Callable[[Ref], Awaitable[bool]],
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._paused = paused
        self._clock = clock

    async def carry_out(self, orders: Orders) -> tuple[Outcome, ...]:
        """Settle every action and return what became of each.

        Raises:
            PlatformUnavailable: the platform cannot be reached now; what is not settled stays
                intended and the caller brings the job again.
        """
        done: tuple[Outcome, ...] = ()
        for action in orders.actions:
            done = (*done, await self._settled(orders.aimed(action, done), action))
        return done

    async def _settled(self, orders: Orders, action: Action) -> Outcome:
        earlier = orders.earlier.get(str(action))
        if earlier is not None and earlier.status is not Status.INTENDED:
            return earlier
        outcome = await self._found(orders, action) if orders.again else None
        if outcome is None:
            outcome = await self._done(orders, action)
        await self._ledger.settle(orders.key, outcome)
        if outcome.status is Status.APPLIED and action.destructive:
            self._limits.note(orders.key.ref.community_id, outcome.at)
        return outcome

    async def _found(self, orders: Orders, action: Action) -> Outcome | None:
        """What an interrupted attempt left behind; None when nothing was done.

        Raises:
            PlatformUnavailable: the platform is not up, and so cannot tell yet.
        """
        if orders.simulate:
            return None
        match await action.probe(orders.platform.client, orders.target):
            case Presence.APPLIED:
                return self._outcome(action, Status.APPLIED, "found done after an interruption")
            case Presence.UNKNOWN:
                if (lacks := orders.platform.ready()) is not None:
                    # After a kill the first jobs come before the platform has started.
                    raise PlatformUnavailable(lacks)
                detail = "interrupted while it was being done, and the platform does not tell"
                return self._outcome(action, Status.UNKNOWN, detail)
            case Presence.ABSENT:
                return None

    async def _done(self, orders: Orders, action: Action) -> Outcome:
        if reason := await self._withheld(orders, action):
            return self._outcome(action, Status.WITHHELD, reason)
        live: Client = orders.platform.client
        try:
            if orders.simulate:
                await action.apply(SimulatedClient(live), orders.simulated().target)
                return self._outcome(action, Status.SIMULATED)
            receipt = await action.apply(live, orders.target)
        except Gone:
            return self._outcome(action, Status.WITHHELD, "it is already gone")
        except NotPermitted as exc:
            return self._outcome(action, Status.WITHHELD, str(exc))
        except PlatformUnavailable:
            raise
        except Exception as exc:  # noqa: BLE001 - whatever broke, a person must look at it
            _log.error("action.broke", action=action.name, error=type(exc).__name__)
            return self._outcome(action, Status.UNKNOWN, f"broke with {type(exc).__name__}")
        return replace(self._outcome(action, Status.APPLIED), receipt=receipt)

    async def _withheld(self, orders: Orders, action: Action) -> str | None:
        """Why the action must not be done now, or None."""
        if action.harshness == 0:
            return None
        if await self._paused(orders.key.ref):
            return "acting is paused"
        return (
            _protected(orders.target.message, action)
            or await _outdated(orders)
            or orders.platform.can(action, orders.target.message)
            or await self._beyond_limits(orders, action)
        )

    async def _beyond_limits(self, orders: Orders, action: Action) -> str | None:
        if not action.destructive or orders.simulate or orders.by:
            return None
        community, now = orders.key.ref.community_id, self._clock()
        reason = self._limits.exceeded(community, now)
        if reason is not None and (trip := self._limits.trip(community, now)):
            await self._tell(orders, reason, f"limits/{community}/{trip}")
        return reason

    @staticmethod
    async def _tell(orders: Orders, reason: str, nonce: str) -> None:
        """Put the limit before the moderators; that they cannot be told stops nothing."""
        try:
            card = breaker(orders.key.ref.community_id, reason)
            await orders.platform.client.post_card(card, nonce=nonce)
        except PlatformError as exc:
            _log.error("limits.untold", error=str(exc))

    def _outcome(self, action: Action, status: Status, detail: str = "") -> Outcome:
        receipt = Receipt() if status is Status.APPLIED else None
        return Outcome(str(action), status, self._clock(), receipt, detail)


def _protected(message: Message, action: Action) -> str | None:
    if action.harshness >= AGAINST_AUTHOR and message.author.is_moderator:
        return "moderators and the owner are never acted upon"
    return None


def _removed_by_us(orders: Orders) -> bool:
    """Whether an action of this judgement is why the message is gone."""
    done = (*orders.target.done, *orders.earlier.values())
    return any(
        one.action.split()[0] in REMOVING and one.status in {Status.APPLIED, Status.UNKNOWN}
        for one in done
    )


async def _outdated(orders: Orders) -> str | None:
    try:
        newest = await orders.platform.client.revision(orders.key.ref)
    except NotPermitted as exc:
        return f"whether the message was edited since cannot be seen: {exc}"
    if newest is None and not orders.by and not _removed_by_us(orders):
        return "it is gone: it was taken back before it could be judged; a person may still act"
    if newest is not None and newest != orders.key.revision:
        return "the message was edited since; its newer revision is judged on its own"
    return None
