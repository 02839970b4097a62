"""Slack's text as people read it, and ours so that Slack takes it for text. Pure.

Slack escapes ``&``, ``<`` and ``>``, and writes links and mentions in angle brackets
(docs.slack.dev/messaging/formatting-message-text).
"""

import re
from typing import NamedTuple

from analysis.text import well_formed

_BRACKETS = re.compile(r"<([^<>]*)>")
_CALLS = frozenset({"channel", "everyone", "here"})


class Plain(NamedTuple):
    """A text without Slack's marks, and how often it calls somebody."""

    text: str
    mentions: int


def plain(text: str) -> Plain:
    """A message's text as its readers see it; a link keeps its address beside its words."""
    mentions = 0

    def shown(found: re.Match[str]) -> str:
        nonlocal mentions
        inner, _, label = found.group(1).partition("|")
        if inner.startswith("@"):
            mentions += 1
            # The id stays behind: it names a person, and this text is sent to vendors.
            return f"@{label or 'someone'}"
        if inner.startswith("#"):
            return f"#{label.removeprefix('#') or 'channel'}"
        if inner.startswith("!"):
            word = inner[1:].partition("^")[0]
            mentions += word in _CALLS or word == "subteam"
            return label or f"@{word}"
        return _link(inner, label)

    return Plain(well_formed(unescaped(_BRACKETS.sub(shown, text))), mentions)


def _link(address: str, label: str) -> str:
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    if not label or label == bare or re.sub(r"^https?://", "", bare).rstrip("/") == label:
        return bare
    return f"{label} {bare}"


def unescaped(text: str) -> str:
    """``&lt;`` and its two siblings as what they stand for."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escaped(text: str) -> str:
    """Text that Slack shows as it is: nothing in it is a link, a mention or a mark of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fitted(text: str, most: int) -> str:
    """Escaped text of at most so many characters; what had to be cut ends in an ellipsis."""
    whole = escaped(well_formed(text))
    if len(whole) <= most:
        return whole
    cut, length = [], 0
    for character in well_formed(text):
        written = escaped(character)
        if length + len(written) > most - 1:
            break
        cut.append(written)
        length += len(written)
    return "".join(cut) + "…"
