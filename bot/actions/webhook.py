"""Tell a webhook."""

from dataclasses import dataclass, replace
from typing import Self

from bot.actions.house import house_of
from bot.actions.words import read_name
from bot.errors import EnvironmentFailed, PlatformError
from bot.house import Delivery
from bot.model import Receipt
from bot.ports import Client, Presence, Target

_OVERTURNED = "/overturned"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Written ``webhook NAME``, where the settings have ``[webhooks.NAME]``."""

    webhook: str

    name = "webhook"
    harshness = 3
    destructive = False

    @classmethod
    def parse(cls, parameters: str) -> Self:
        """Read the webhook's name.

        Raises:
            Misconfigured: none, or not of the form.
        """
        return cls(read_name("a webhook's name", parameters))

    @property
    def slot(self) -> str:
        """Each webhook by itself."""
        return str(self)

    def __str__(self) -> str:
        return f"webhook {self.webhook}"

    def __or__(self, other: Self) -> Self:
        return self

    async def apply(self, client: Client, target: Target) -> Receipt:  # noqa: ARG002 - no platform's
        """Commit the delivery; it is sent and sent again from there."""
        await house_of(target).outbox.put(self._delivery("acted", target))
        return Receipt()

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - no platform's
        """What was told cannot be untold; a second delivery says that it was overturned."""
        delivery = self._delivery("overturned", target)
        nonce = target.nonce + _OVERTURNED
        await house_of(target).outbox.put(replace(delivery, nonce=nonce, record=None))
        return None

    async def probe(self, client: Client, target: Target) -> Presence:  # noqa: ARG002 - no platform's
        """Applied where the delivery was committed, sent or not."""
        try:
            held = await house_of(target).outbox.holds(target.nonce)
        except (EnvironmentFailed, PlatformError):
            return Presence.UNKNOWN
        return Presence.APPLIED if held else Presence.ABSENT

    def _delivery(self, event: str, target: Target) -> Delivery:
        return Delivery(
            self.webhook, target.nonce, event, target.message, target.record, target.done
        )
