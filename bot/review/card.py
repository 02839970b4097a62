"""A case as one card, without any platform's shapes: each platform draws it its own way."""

from dataclasses import dataclass
from enum import StrEnum


class CardKind(StrEnum):
    """What a card is about."""

    CASE = "case"
    INCIDENT = "incident"
    """An outage: many cases that wait for the same thing, on one card."""
    NOTICE = "notice"
    """Words to the moderators, such as that the limits stopped the bot."""
    WISH = "wish"
    """A member asks to be erased; an administrator decides."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a moderator sees at a glance. Every text is shown as text, never as markup."""

    case_id: str
    """Empty when the post opened no case."""
    title: str
    """One line: what it is, such as ``Scam in #general``."""
    author: str
    channel: str
    caption: str
    explanation: str
    """Why, in one sentence."""
    rules: tuple[str, ...]
    scores: tuple[tuple[str, float], ...]
    """Highest first, only those worth a look."""
    outcomes: tuple[tuple[str, str], ...]
    """What was done: action and status."""
    url: str = ""
    """The case on the web desk, when it has one."""
    community_id: str = ""
    """Whose moderators see it."""
    kind: CardKind = CardKind.CASE
    state: str = "open"
    """Where the case stands: ``open``, ``escalated`` or ``closed``."""
    standing: str = ""
    """What a person made of it, such as ``Upheld by Ann``; empty while nobody did anything."""
    pictures: tuple[str, ...] = ()
    """Names in the evidence store; shown covered."""
    shadow_rules: tuple[str, ...] = ()
    """Rules that would have matched, had they been live."""
    more: tuple[str, ...] = ()
    """Further cases of the same burst, which share this card."""
    message: str = ""
    """The post's ref as ``str`` writes it, from which a platform makes its link."""
    author_id: str = ""
