"""Finding a button or a menu on a message by what a person reads on it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.resolved import Resolved
from tests.emulators.discord.unfurled import everything_in

if TYPE_CHECKING:
    from tests.emulators.discord.messages import Message

Json = dict[str, Any]
BUTTON, TEXT_MENU, USER_MENU, ROLE_MENU, ANY_MENU, CHANNEL_MENU = 2, 3, 5, 6, 7, 8
MENUS = (TEXT_MENU, USER_MENU, ROLE_MENU, ANY_MENU, CHANNEL_MENU)


def button_named(message: "Message", name: str) -> Json:
    """The button of this label or custom id.

    Raises:
        AssertionError: there is none, it is disabled, it is a link, or the message is gone.
    """
    _stands(message)
    buttons = [part for part in everything_in(message.components) if part["type"] == BUTTON]
    for part in buttons:
        if name in {part.get("label"), part.get("custom_id"), _emoji(part)}:
            if part.get("disabled"):
                raise AssertionError(f"the button {name!r} is disabled")
            if "custom_id" not in part:
                raise AssertionError(f"the button {name!r} is a link to {part.get('url')}")
            return part
    raise AssertionError(f"no button {name!r}, only {[part.get('label') for part in buttons]}")


def _stands(message: "Message") -> None:
    if message.deleted:
        raise AssertionError("the message is gone, and its buttons with it")


def _emoji(part: Json) -> object:
    return part.get("emoji", {}).get("name")


def menu_named(message: "Message", name: str | None) -> Json:
    """The menu of this placeholder or custom id; the only one for None.

    Raises:
        AssertionError: there is none, it is disabled, or the message is gone.
    """
    _stands(message)
    menus = [part for part in everything_in(message.components) if part["type"] in MENUS]
    for part in menus:
        if name in {None, part.get("placeholder"), part["custom_id"]}:
            if part.get("disabled"):
                raise AssertionError(f"the menu {name!r} is disabled")
            return part
    raise AssertionError(f"no menu {name!r}, only {[part.get('placeholder') for part in menus]}")


def picked(part: Json, values: Sequence[Any], resolved: Resolved) -> list[str]:
    """The values as an interaction carries them.

    Raises:
        AssertionError: too few, too many, or one that the menu does not offer.
    """
    low, high = part.get("min_values", 1), part.get("max_values", 1)
    if not low <= len(values) <= high:
        raise AssertionError(f"pick {low} to {high}, not {len(values)}")
    return [_one(part, value, resolved) for value in values]


def _one(part: Json, value: Any, resolved: Resolved) -> str:
    match part["type"]:
        case 3 | 21 | 22:
            options = {option["label"]: option["value"] for option in part["options"]}
            if value not in {*options, *options.values()}:
                raise AssertionError(f"{value!r} is none of {list(options)}")
            return str(options.get(value, value))
        case 5:
            return resolved.user(value)
        case 6:
            return resolved.role(value)
        case 8:
            return resolved.place(value)
    return resolved.user(value) if hasattr(value, "user") else resolved.role(value)
