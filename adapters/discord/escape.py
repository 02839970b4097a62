"""Text as it was written, whatever Discord would make of it: no markup, no links, no mentions."""

import re

from analysis.text import well_formed

_MARKUP = re.compile(r"[\\*_~|`>\[\]()<#@:{}]|^[-+]", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s*\d+)\.", re.MULTILINE)
_EVERYONE = re.compile(r"@(?=everyone|here)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ELLIPSIS = "…"


def escaped(text: str, at_most: int) -> str:
    """A text with every character that is markup escaped, cut so that the result fits.

    A backslash before ``:`` and ``<`` also keeps addresses from becoming links, and ids from
    becoming mentions.
    """
    plain = _CONTROL.sub("", well_formed(text))
    whole = _marked(plain)
    if len(whole) <= at_most:
        return whole
    room = at_most - len(_ELLIPSIS)
    low, high = 0, len(plain)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(_marked(plain[:middle])) <= room else (low, middle - 1)
    return _marked(plain[:low]) + _ELLIPSIS if room > 0 else ""


def _marked(text: str) -> str:
    # A zero-width space where Discord would call everyone, should it ever ignore the backslash.
    calm = _EVERYONE.sub("@\u200b", text)
    return _NUMBERED.sub(r"\1\.", _MARKUP.sub(r"\\\g<0>", calm))


def clipped(text: str, at_most: int) -> str:
    """A text for where Discord knows no markup: labels, options, placeholders."""
    plain = " ".join(_CONTROL.sub("", well_formed(text)).split())
    return plain if len(plain) <= at_most else plain[: at_most - 1] + _ELLIPSIS
