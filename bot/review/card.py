"""A case as one card, without any platform's shapes: each platform draws it its own way."""

from dataclasses import dataclass


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
