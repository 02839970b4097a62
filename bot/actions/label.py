"""Put a label on an author, for other rules to read."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from bot.actions.durations import format_duration, parse_duration
from bot.actions.house import house_of
from bot.actions.words import read_name
from bot.errors import EnvironmentFailed, Misconfigured, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target

LONGEST = timedelta(days=365)
_FORM = re.compile(r"(\S+) for (\S+)")


@dataclass(frozen=True, slots=True)
class Label:
    """Written ``label author raider for 7d``; a rule reads it as ``'raider' in author.labels``."""

    label: str
    length: timedelta

    name = "label author"
    harshness = 20
    destructive = False

    @classmethod
    def parse(cls, parameters: str) -> Self:
        """Read the label and how long it stands.

        Raises:
            Misconfigured: either is missing or not of its form.
        """
        found = _FORM.fullmatch(" ".join(parameters.split()))
        if found is None:
            raise Misconfigured("a label says how long it stands: label author raider for 7d")
        return cls(read_name("a label", found[1]), parse_duration(found[2], at_most=LONGEST))

    @property
    def slot(self) -> str:
        """Each label by itself."""
        return f"{self.name} {self.label}"

    def __str__(self) -> str:
        return f"{self.slot} for {format_duration(self.length)}"

    def __or__(self, other: Self) -> Self:
        return max(self, other, key=lambda one: one.length)

    async def apply(self, client: Client, target: Target) -> Receipt:  # noqa: ARG002 - ours alone
        """Put it on once, however often it is asked."""
        message, until = target.message, target.now + self.length
        await house_of(target).authors.label(
            message.ref,
            message.author,
            self.label,
            until,
            nonce=target.nonce,
            reason=target.reason,
        )
        return Receipt({"until": until.isoformat()})

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - ours alone
        """Take it off; one that another post earned stays."""
        await house_of(target).authors.unlabel(target.nonce, reason=target.reason)
        return None

    async def probe(self, client: Client, target: Target) -> Presence:  # noqa: ARG002 - ours alone
        """Applied where our label stands."""
        try:
            stands = await house_of(target).authors.labelled(target.nonce)
        except (EnvironmentFailed, PlatformError):
            return Presence.UNKNOWN
        return Presence.APPLIED if stands else Presence.ABSENT
