"""What a platform's emulator must offer so that the conformance suite can try the platform.

Each entry of ``PLATFORMS`` has one harness in ``HARNESSES``: it starts the platform against
something that behaves like the real service, and lets the suite post and edit as a user would.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from bot.model import Message
from bot.ports import Platform
from tests.conformance.discord import a_discord_harness
from tests.conformance.playground import a_playground_harness
from tests.conformance.slack import a_slack_harness


class Harness(Protocol):
    """A platform at work, and hands to use it with."""

    @property
    def platform(self) -> Platform:
        """Already started."""
        ...

    @property
    def cannot(self) -> frozenset[str]:
        """Actions the platform lawfully cannot do, by name; the suite holds it to saying so."""
        ...

    async def post(self, text: str, picture: bytes | None = None) -> Message:
        """Post as an ordinary member; returns what the platform handed to ``accept``."""
        ...

    async def edit(self, message: Message, text: str) -> Message:
        """Edit as its author; returns what the platform handed to ``accept``."""
        ...

    async def visible(self, message: Message) -> bool:
        """Whether other members see it."""
        ...


HARNESSES: dict[str, Callable[[Path], AbstractAsyncContextManager[Harness]]] = {
    "discord": a_discord_harness,
    "playground": a_playground_harness,
    "slack": a_slack_harness,
}
"""One per entry of ``adapters.PLATFORMS``."""
