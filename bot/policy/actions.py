"""The list of actions behind a ``then``."""

from bot.actions import spec
from bot.errors import Misconfigured
from bot.policy.section import Section
from bot.ports import Action


def written_actions(section: Section, key: str) -> tuple[str, ...]:
    """The actions as the file writes them, at least one.

    Raises:
        Misconfigured: no list, an empty one, or something that is no text.
    """
    written = section.table.get(key)
    if not isinstance(written, list) or not written:
        raise Misconfigured(
            f'{section.where(key)}: {key} must list at least one action, such as ["flag"]'
        )
    for one in written:
        if not isinstance(one, str):
            raise Misconfigured(f"{section.where(key)}: an action is a text in quotes")
    return tuple(written)


def parsed(section: Section, key: str, written: tuple[str, ...]) -> tuple[Action, ...]:
    """The actions as values, merged.

    Raises:
        Misconfigured: one of them is not an action.
    """
    try:
        return spec.merge([spec.parse(one) for one in written])
    except Misconfigured as exc:
        raise Misconfigured(f"{section.where(key)}: {exc}") from exc


def read_actions(section: Section, key: str) -> tuple[Action, ...]:
    """Read a list of actions.

    Raises:
        Misconfigured: it is none, or an action in it is not one.
    """
    return parsed(section, key, written_actions(section, key))
