"""Every request to Discord: under a deadline, behind the breaker, its errors in our words."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import discord
from discord.http import HTTPClient

from adapters.discord.breaker import Breaker
from adapters.discord.errors import MISSING_ACCESS, MISSING_PERMISSIONS, translated
from bot.errors import NotPermitted, PlatformUnavailable

Payload = dict[str, Any]
"""JSON of Discord's, as it came."""
T = TypeVar("T")
TOTAL_S = 90.0
"""For one request with discord.py's own retries, which take 25 s for a server that fails."""
LONGEST_REASON = 512
"""Characters of an audit log reason (Discord docs, resources/audit-log)."""

Denied = Callable[[str, str], None]
"""Told of a guild that refused us something, and why."""


class Api:
    """Asks Discord, through whichever client is connected now."""

    def __init__(
        self, client: Callable[[], discord.Client | None], breaker: Breaker, denied: Denied
    ) -> None:
        self._client = client
        self.breaker = breaker
        self._denied = denied

    @property
    def me(self) -> int:
        """The bot's own id; 0 before it is known."""
        client = self._client()
        return client.user.id if client and client.user else 0

    @property
    def application_id(self) -> int:
        """The application's id; 0 before it is known."""
        client = self._client()
        return (client.application_id if client else None) or 0

    async def ask(
        self, call: Callable[[HTTPClient], Awaitable[T]], *, guild: str = "", what: str = ""
    ) -> T:
        """Make one request. ``guild`` and ``what`` name it, so that a refusal is remembered.

        Raises:
            Gone, NotPermitted, PlatformUnavailable: as ``bot.errors`` says.
        """
        client = self._client()
        if client is None or client.http.token is None:
            raise PlatformUnavailable("Discord is not connected yet", retry_after=5)
        place = f"{guild}/{what}" if what else ""
        self.breaker.check(place)
        try:
            with translated():
                async with asyncio.timeout(TOTAL_S):
                    return await call(client.http)
        except NotPermitted as exc:
            if place and getattr(exc.__cause__, "code", 0) in {MISSING_ACCESS, MISSING_PERMISSIONS}:
                self.breaker.deny(place, str(exc))
                self._denied(guild, str(exc))
            raise


def audit(reason: str) -> str:
    """A reason as Discord's audit log takes it: one line, at most 512 characters."""
    return " ".join(reason.split())[:LONGEST_REASON]
