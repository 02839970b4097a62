"""The reading of an action's one-word objects: names, roles, emoji."""

import re

from bot.errors import Misconfigured

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LONGEST = 100
"""Characters of a role's name; Discord's own limit (docs, "Create Guild Role")."""


def read_name(what: str, text: str) -> str:
    """A name of our own making, such as a label's.

    Raises:
        Misconfigured: not of the form.
    """
    if not _NAME.fullmatch(text):
        raise Misconfigured(
            f'{what} is written in lower-case letters, digits, - and _, got "{text[:40]}"'
        )
    return text


def read_words(what: str, text: str) -> str:
    """Somebody else's name, such as a role's: printable, its spaces made single.

    Raises:
        Misconfigured: empty, too long, or with characters that cannot be seen.
    """
    words = " ".join(text.split())
    if not 0 < len(words) <= LONGEST or not words.isprintable():
        raise Misconfigured(f"{what} takes 1 to {LONGEST} printable characters, got {len(words)}")
    return words
