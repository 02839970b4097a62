"""Trouble to order for the REST API: rate limits, errors, slowness, silence."""

from collections import deque
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Json = dict[str, Any]


@dataclass
class Trouble:
    """What happens to requests of this method and path instead of, or before, their answer."""

    method: str
    path: str
    times: int | None = 1
    """None: until it is taken away."""
    status: int | None = None
    body: Json | str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    hang: bool = False
    drop: bool = False
    after: bool = False
    """The request is carried out first: only its answer is lost."""

    def meets(self, method: str, path: str) -> bool:
        return self.method in {"*", method} and fnmatchcase(path, self.path)


@dataclass
class Bucket:
    """A rate limit that is kept: so many requests of a route and channel in so many seconds."""

    limit: int
    per_s: float
    taken: dict[str, deque[float]] = field(default_factory=dict)

    def take(self, key: str, now: float) -> tuple[int, float]:
        """What is left, -1 when it was too much, and the seconds until there is more."""
        taken = self.taken.setdefault(key, deque())
        while taken and taken[0] <= now - self.per_s:
            taken.popleft()
        if len(taken) >= self.limit:
            return -1, taken[0] + self.per_s - now
        taken.append(now)
        return self.limit - len(taken), taken[0] + self.per_s - now


@dataclass
class Troubles:
    """Orders trouble. Paths are globs below ``/api/v10``: ``/channels/*/messages``."""

    waiting: list[Trouble] = field(default_factory=list)
    bucket: Bucket | None = None
    """Set it to have a limit kept and told by X-RateLimit headers."""

    def fail(
        self,
        method: str,
        path: str,
        status: int = 500,
        *,
        times: int | None = 1,
        code: int = 0,
        message: str = "Internal Server Error",
        after: bool = False,
    ) -> Trouble:
        """Answer with this status; ``code`` is Discord's own number. ``after``: having done it."""
        body: Json = {"message": message, "code": code}
        return self._order(Trouble(method, path, times, status, body, after=after))

    def limit(
        self,
        method: str = "*",
        path: str = "*",
        *,
        retry_after: float = 0.05,
        times: int | None = 1,
        scope: str = "user",
        via: bool = True,
    ) -> Trouble:
        """Answer 429. Scope ``user``, ``shared`` (counts against nobody) or ``global``.

        Without ``via`` it is what Cloudflare says to a banned address: text, and no such header.
        """
        headers = {"Retry-After": f"{retry_after:g}", "X-RateLimit-Scope": scope}
        if not via:
            return self._order(Trouble(method, path, times, 429, "error code: 1015", headers))
        headers["Via"] = "1.1 google"
        if scope == "global":
            headers["X-RateLimit-Global"] = "true"
        body: Json = {
            "message": "You are being rate limited.",
            "retry_after": retry_after,
            "global": scope == "global",
        }
        return self._order(Trouble(method, path, times, 429, body, headers))

    def delay(self, method: str, path: str, seconds: float, *, times: int | None = 1) -> Trouble:
        """Answer late."""
        return self._order(Trouble(method, path, times, delay_s=seconds))

    def hang(self, method: str, path: str, *, times: int | None = 1) -> Trouble:
        """Take the request and never answer."""
        return self._order(Trouble(method, path, times, hang=True))

    def drop(
        self, method: str, path: str, *, times: int | None = 1, after: bool = False
    ) -> Trouble:
        """Cut the connection without an answer; ``after``: having done what was asked."""
        return self._order(Trouble(method, path, times, drop=True, after=after))

    def stop(self, trouble: Trouble) -> None:
        """Take a lasting trouble away."""
        self.waiting.remove(trouble)

    def due(self, method: str, path: str) -> Trouble | None:
        """The first that meets this request, used up by one."""
        for trouble in self.waiting:
            if trouble.meets(method, path):
                if trouble.times is not None:
                    trouble.times -= 1
                    if not trouble.times:
                        self.waiting.remove(trouble)
                return trouble
        return None

    def _order(self, trouble: Trouble) -> Trouble:
        self.waiting.append(trouble)
        return trouble
