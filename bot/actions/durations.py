"""Lengths of time as policies write them: ``10m``, ``1h30m``, ``7d``."""

import re
from datetime import timedelta

from bot.errors import Misconfigured

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_FORM = re.compile(r"(?:\d{1,7}[wdhms])+")


def parse_duration(text: str, *, at_most: timedelta) -> timedelta:
    """Read a length of time between one second and ``at_most``.

    Raises:
        Misconfigured: not of the form, nothing at all, or too long.
    """
    if len(text) > 20 or not _FORM.fullmatch(text):  # noqa: PLR2004 - no sensible one is longer
        raise Misconfigured(f'"{text[:20]}" is not a duration; write one such as 10m, 1h30m or 7d')
    seconds = sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([wdhms])", text))
    if not 0 < seconds <= at_most.total_seconds():
        raise Misconfigured(
            f'"{text}" is out of range; the shortest is 1s, the longest {format_duration(at_most)}'
        )
    return timedelta(seconds=seconds)


def format_duration(length: timedelta) -> str:
    """Write a length of time in whole seconds, largest unit first and at most days."""
    left = int(length.total_seconds())
    parts = []
    for unit in "dhms":
        count, left = divmod(left, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
