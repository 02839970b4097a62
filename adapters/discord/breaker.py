"""Stops calling long before Discord would turn the whole address away.

10,000 requests answered 401, 403 or 429 within ten minutes and the address is banned (Discord
docs, topics/rate-limits, "Invalid Request Limit"); 429 of a shared bucket do not count.
"""

from collections import deque
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp

from bot.errors import NotPermitted, PlatformUnavailable

AT_MOST = 500
"""Refused requests in the window: a twentieth of what is punished. Chosen by eye."""
WINDOW_S = 600.0
REMEMBERED_S = 300.0
"""How long a refusal is taken as said for the same thing in the same place."""
PLACES = 1000
_COUNTED = frozenset({401, 403, 429})


class Breaker:
    """Counts what Discord refused, and remembers where."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` is monotonic, in seconds."""
        self._clock = clock
        self._refused: deque[float] = deque()
        self._denied: dict[str, tuple[float, str]] = {}

    @property
    def refused(self) -> int:
        """How many requests were refused within the window."""
        while self._refused and self._refused[0] <= self._clock() - WINDOW_S:
            self._refused.popleft()
        return len(self._refused)

    def check(self, place: str = "") -> None:
        """Let a call pass, unless it is known to be refused or too many were.

        Raises:
            NotPermitted: the same was refused at this place a moment ago.
            PlatformUnavailable: too many calls were refused; in ``retry_after`` there is room.
        """
        until, why = self._denied.get(place, (0.0, ""))
        if until > self._clock():
            raise NotPermitted(why)
        if self.refused >= AT_MOST:
            wait = self._refused[0] + WINDOW_S - self._clock()
            raise PlatformUnavailable(
                "Discord refused too much lately, so nothing is asked of it for a while",
                retry_after=max(1.0, wait),
            )

    def deny(self, place: str, why: str) -> None:
        """Remember that this place refuses us."""
        if not place:
            return
        if len(self._denied) >= PLACES:
            self._denied.pop(next(iter(self._denied)))
        self._denied[place] = (self._clock() + REMEMBERED_S, why)

    def forget(self, guild_id: str) -> None:
        """Roles or channels of a guild changed: what it refused may be granted now."""
        for place in [each for each in self._denied if each.startswith(f"{guild_id}/")]:
            del self._denied[place]

    def trace(self) -> aiohttp.TraceConfig:
        """Hooks with which a client's every answer is counted."""
        hooks = aiohttp.TraceConfig()
        hooks.on_request_end.append(self._ended)
        return hooks

    async def _ended(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        ended: aiohttp.TraceRequestEndParams,
    ) -> None:
        reply = ended.response
        shared = reply.headers.get("X-RateLimit-Scope") == "shared"
        if reply.status in _COUNTED and not shared:
            self._refused.append(self._clock())
