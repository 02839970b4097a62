"""The buttons, menus and fields within blocks: finding one, choosing in it, filling it in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.emulators.slack.kinds import Json, NotPossible

Choice = str | Sequence[str] | None

_PLAIN = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_MANY = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
_ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
_OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
_STATELESS = frozenset({"button", "workflow_button", "overflow", "image"})


@dataclass(frozen=True)
class Control:
    """One element a person can use, and the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])

    @property
    def kind(self) -> str:
        return str(self.element["type"])

    @property
    def names(self) -> tuple[str, ...]:
        """What a test may call it by, the surest first."""
        words = self.element.get("text", {}).get("text", "")
        label = self.block.get("label", {}).get("text", "") if self.is_input else ""
        block_id = self.block_id if self.is_input else ""
        value = self.element.get("value", "") if self.kind == "button" else ""
        return tuple(name for name in (self.action_id, block_id, value, words, label) if name)

    @property
    def is_input(self) -> bool:
        return bool(self.block["type"] == "input")

    @property
    def options(self) -> list[Json]:
        groups = self.element.get("option_groups", [])
        grouped = [option for group in groups for option in group["options"]]
        return [*self.element.get("options", []), *grouped]

    def option(self, choice: str) -> Json:
        for option in self.options:
            if choice in (option.get("value"), option["text"]["text"]):
                return {"text": option["text"], "value": option.get("value", "")}
        if "external" in self.kind:
            return {"text": {"type": "plain_text", "text": choice}, "value": choice}
        offered = [option.get("value") for option in self.options]
        raise NotPossible(f"{self.action_id} offers {offered}, not {choice!r}")

    def chosen(self, choice: Choice) -> Json:
        """The part of a payload that says what was chosen or written."""
        kind = self.kind
        if kind == "rich_text_input":
            return {"type": kind, "rich_text_value": choice}
        if kind in _PLAIN:
            return {"type": kind, _PLAIN[kind]: self._checked(choice)}
        if kind in _MANY:
            return {"type": kind, _MANY[kind]: list(choice or ())}
        if kind in _ONE_OPTION:
            option = None if choice is None else self.option(str(choice))
            return {"type": kind, "selected_option": option}
        if kind in _OPTIONS:
            names = [choice] if isinstance(choice, str) else list(choice or ())
            return {"type": kind, "selected_options": [self.option(name) for name in names]}
        raise NotPossible(f"nothing can be chosen in a {kind}")

    def at_first(self) -> Json:
        """What stands in it before the person touches it."""
        kind, element = self.kind, self.element
        if kind in _OPTIONS:
            return {"type": kind, "selected_options": element.get("initial_options", [])}
        if kind in _ONE_OPTION:
            return {"type": kind, "selected_option": element.get("initial_option")}
        if kind in _MANY:
            name = _MANY[kind]
            return {"type": kind, name: element.get(name.replace("selected", "initial"), [])}
        if kind == "rich_text_input":
            return {"type": kind, "rich_text_value": element.get("initial_value")}
        name = _PLAIN[kind]
        first = "initial_value" if name == "value" else name.replace("selected", "initial")
        return {"type": kind, name: element.get(first)}

    def _checked(self, choice: Choice) -> Any:
        if not isinstance(choice, str) or self.kind != "plain_text_input":
            return choice
        least, most = self.element.get("min_length", 0), self.element.get("max_length", 3000)
        if choice and not least <= len(choice) <= most:
            raise NotPossible(f"{self.action_id} takes {least} to {most} characters")
        return choice or None


def controls(blocks: Sequence[Json]) -> Iterator[Control]:
    """Every element of these blocks that a person can use, in order."""
    for block in blocks:
        held = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
        for element in held:
            if isinstance(element, dict) and "action_id" in element:
                yield Control(block, element)


def find(blocks: Sequence[Json], name: str) -> Control:
    """The control a test names by action_id, value, or words.

    Raises:
        NotPossible: none is called so, or several are; the message lists what there is.
    """
    all_of_them = list(controls(blocks))
    for nth in range(5):
        hits = [one for one in all_of_them if nth < len(one.names) and one.names[nth] == name]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise NotPossible(f"{len(hits)} controls are called {name!r}")
    offered = [one.names for one in all_of_them]
    raise NotPossible(f"there is no {name!r} here, only {offered}")


def state_of(blocks: Sequence[Json], touched: dict[tuple[str, str], Json]) -> Json:
    """``state.values``: by block and action, what stands in each field."""
    values: Json = {}
    for control in controls(blocks):
        if control.kind in _STATELESS:
            continue
        key = (control.block_id, control.action_id)
        values.setdefault(key[0], {})[key[1]] = touched.get(key) or control.at_first()
    return {"values": values}


def is_empty(field: Json) -> bool:
    """Whether a field's part of ``state.values`` holds nothing."""
    return not any(value for name, value in field.items() if name != "type")


def words_of(shape: object) -> str:
    """Every text in a piece of Block Kit, a line each, in reading order."""
    if isinstance(shape, list):
        return "\n".join(filter(None, map(words_of, shape)))
    if not isinstance(shape, dict):
        return ""
    here = shape.get("text")
    own = [here] if isinstance(here, str) else []
    return "\n".join(filter(None, [*own, *map(words_of, shape.values())]))
