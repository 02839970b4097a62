"""Reading JSON of Slack's that may be anything: what is not as documented counts as not there."""

from typing import Any

from adapters.slack.api import Shape


def record(value: object) -> Shape:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: object) -> list[Shape]:
    """The objects of a list, or none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def word(value: Any) -> str:
    """The text, or an empty one."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """The whole number, if it is one that can be a size."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
