"""The limits of components, as Discord refuses what breaks them.

https://docs.discord.com/developers/components/reference
"""

import itertools
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from tests.emulators.discord.pressing import MENUS
from tests.emulators.discord.refusals import invalid
from tests.emulators.discord.unfurled import everything_in

Json = dict[str, Any]
ROW, BUTTON, INPUT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE = 1, 2, 4, 9, 10, 11, 12, 13
SEPARATOR, CONTAINER, LABEL = 14, 17, 18
TOP_V2 = {ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER}
TOP_MODAL = {ROW, TEXT, LABEL}
MOST_PARTS, MOST_WORDS = 40, 4000


def accepted(components: Sequence[Json], *, v2: bool) -> list[Json]:
    """A message's components with the ids Discord gives them.

    Raises:
        Refusal: 50035, naming what is wrong.
    """
    tops = {part["type"] for part in components}
    if odd := tops - (TOP_V2 if v2 else {ROW}):
        raise invalid("components", f"types {sorted(odd)} cannot stand at the top")
    if not v2 and len(components) > 5:
        raise invalid("components", "must be 5 or fewer in length")
    parts = list(everything_in(components))
    if v2 and len(parts) > MOST_PARTS:
        raise invalid("components", f"{len(parts)} components exceed the maximum of {MOST_PARTS}")
    words = sum(len(part["content"]) for part in parts if part["type"] == TEXT)
    if words > MOST_WORDS:
        raise invalid("components", f"{words} characters of text exceed {MOST_WORDS}")
    return _checked(components)


def accepted_modal(body: Json) -> Json:
    """A modal with the ids Discord gives its components."""
    parts = body["components"]
    if not 1 <= len(body["title"]) <= 45:
        raise invalid("title", "must be between 1 and 45 in length")
    if not 1 <= len(body["custom_id"]) <= 100:
        raise invalid("custom_id", "must be between 1 and 100 in length")
    if not 1 <= len(parts) <= 5:
        raise invalid("components", "must be between 1 and 5 in length")
    if odd := {part["type"] for part in parts} - TOP_MODAL:
        raise invalid("components", f"types {sorted(odd)} cannot stand in a modal")
    return body | {"components": _checked(parts)}


def _checked(components: Sequence[Json]) -> list[Json]:
    kept = deepcopy(list(components))
    numbers = itertools.count(1)
    seen: set[str] = set()
    for part in everything_in(kept):
        part.setdefault("id", next(numbers))
        _check(part)
        custom_id = part.get("custom_id")
        if custom_id in seen:
            raise invalid("custom_id", "Component custom id cannot be duplicated")
        seen |= {custom_id} if custom_id else set()
    return kept


def _check(part: Json) -> None:
    custom_id = part.get("custom_id")
    if custom_id is not None and not 1 <= len(custom_id) <= 100:
        raise invalid("custom_id", "must be between 1 and 100 in length")
    match part["type"]:
        case 1:
            _check_row(part)
        case 2:
            _check_button(part)
        case kind if kind in MENUS:
            _check_menu(part)
        case 9 if not 1 <= len(part["components"]) <= 3:
            raise invalid("components", "a section takes 1 to 3 texts")
        case 10 if not part["content"]:
            raise invalid("content", "this field is required")
        case 12 if not 1 <= len(part["items"]) <= 10:
            raise invalid("items", "a gallery takes 1 to 10 items")
        case 18 if not 1 <= len(part["label"]) <= 45:
            raise invalid("label", "must be between 1 and 45 in length")


def _check_row(part: Json) -> None:
    inner = part["components"]
    kinds = {each["type"] for each in inner}
    if not 1 <= len(inner) <= (5 if kinds == {BUTTON} else 1):
        raise invalid("components", "a row takes 1 to 5 buttons, or one menu")


def _check_button(part: Json) -> None:
    if len(part.get("label") or "") > 80:
        raise invalid("label", "must be 80 or fewer in length")
    if not part.get("label") and not part.get("emoji"):
        raise invalid("label", "a button must have a label or an emoji")
    # 5 is a link, 6 a premium button; the others carry a custom id.
    if (part["style"] == 5) != ("url" in part) or (part["style"] < 5) != ("custom_id" in part):
        raise invalid("style", "a custom id and a url cannot both be specified")


def _check_menu(part: Json) -> None:
    if len(part.get("placeholder") or "") > 150:
        raise invalid("placeholder", "must be 150 or fewer in length")
    if part["type"] != MENUS[0]:
        return
    options = part["options"]
    if not 1 <= len(options) <= 25:
        raise invalid("options", "must be between 1 and 25 in length")
    if any(len(option["label"]) > 100 or len(option["value"]) > 100 for option in options):
        raise invalid("options", "a label or value must be 100 or fewer in length")
    if len({option["value"] for option in options}) < len(options):
        raise invalid("options", "the option value is already used")
