"""Slack's ids and time stamps: unique, ordered, and shaped like the real ones."""

from collections.abc import Callable
from itertools import count

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Ids:
    """Hands out ids (``C0000001A``) and time stamps (``1700000000.000100``), never one twice."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._numbers = count(1)
        self._last = 0

    def next(self, prefix: str) -> str:
        number, digits = next(self._numbers), ""
        while number:
            number, digit = divmod(number, 36)
            digits = _DIGITS[digit] + digits
        return f"{prefix}{digits:0>9}"

    def ts(self) -> str:
        """A message's id within its channel: seconds with six decimals, always rising."""
        self._last = max(self._last + 1, int(self.now() * 1_000_000))
        seconds, micros = divmod(self._last, 1_000_000)
        return f"{seconds}.{micros:06d}"
