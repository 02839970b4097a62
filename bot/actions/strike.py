"""Count a strike against an author."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from bot.actions.durations import format_duration, parse_duration
from bot.actions.house import house_of
from bot.errors import EnvironmentFailed, Misconfigured, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target

USUAL = timedelta(days=30)
"""How long a strike counts where the policy does not say; chosen by eye, as long as records."""
LONGEST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Strike:
    """The author's next offence weighs more; written ``strike`` or ``strike for 90d``."""

    length: timedelta = USUAL

    name = slot = "strike"
    harshness = 35
    destructive = False

    @classmethod
    def parse(cls, parameters: str) -> Self:
        """Read how long it counts, if that is said.

        Raises:
            Misconfigured: not of the form, or longer than a year.
        """
        if not parameters:
            return cls()
        word, _, length = parameters.partition(" ")
        if word != "for":
            raise Misconfigured("strike stands alone or says how long it counts: strike for 90d")
        return cls(parse_duration(length.strip(), at_most=LONGEST))

    def __str__(self) -> str:
        return f"strike for {format_duration(self.length)}"

    def __or__(self, other: Self) -> Self:
        return max(self, other, key=lambda one: one.length)

    async def apply(self, client: Client, target: Target) -> Receipt:  # noqa: ARG002 - ours alone
        """Count it once, however often it is asked."""
        message, until = target.message, target.now + self.length
        await house_of(target).authors.strike(
            message.ref, message.author, until, nonce=target.nonce, reason=target.reason
        )
        return Receipt({"until": until.isoformat()})

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - ours alone
        """Refund it."""
        await house_of(target).authors.refund(target.nonce, reason=target.reason)
        return None

    async def probe(self, client: Client, target: Target) -> Presence:  # noqa: ARG002 - ours alone
        """Applied where the strike stands."""
        try:
            stands = await house_of(target).authors.struck(target.nonce)
        except (EnvironmentFailed, PlatformError):
            return Presence.UNKNOWN
        return Presence.APPLIED if stands else Presence.ABSENT
