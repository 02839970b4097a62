"""A form the bot opened, filled in by what its fields are called."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.acting import AS_USUAL, How, Person
from tests.emulators.discord.pressing import picked
from tests.emulators.discord.resolved import Resolved
from tests.emulators.discord.unfurled import everything_in

if TYPE_CHECKING:
    from tests.emulators.discord.interactions import Interaction

Json = dict[str, Any]
ROW, TEXT_INPUT, TEXT, LABEL, FILES = 1, 4, 10, 18, 19
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23


@dataclass(eq=False, repr=False)
class Modal:
    """A modal as the bot sent it."""

    asked: "Interaction"
    """What it was the answer to."""
    body: Json

    @property
    def title(self) -> str:
        return str(self.body["title"])

    @property
    def fields(self) -> list[str]:
        """What its fields are called, in their order."""
        return [name for name, _ in self._named()]

    async def submit(
        self, how: How = AS_USUAL, by: Person | None = None, /, **values: Any
    ) -> "Interaction":
        """Send it in. Values by label or custom id (spaces of a label as ``_``).

        Text for text inputs, a label or several for choices, true or false for a checkbox, files
        for uploads. What is not given keeps the bot's own value.

        Raises:
            AssertionError: a field that is not there, or one that is required is empty.
        """
        return await self.asked.world.interactions.submit(self.asked, self.filled(values), how, by)

    def filled(self, values: Json) -> Json:
        """The body of the submission."""
        resolved = Resolved(self.asked.channel)
        names = {name.replace(" ", "_") for name in self.fields}
        ids = {part["custom_id"] for _, part in self._named()}
        if odd := set(values) - names - ids:
            raise AssertionError(f"no field {odd}, only {self.fields}")
        parts = [self._answer(part, values, resolved) for part in self.body["components"]]
        said: Json = {"custom_id": self.body["custom_id"], "components": parts}
        return said | resolved.drawn()

    def _named(self) -> list[tuple[str, Json]]:
        found: list[tuple[str, Json]] = []
        label = ""
        for part in everything_in(self.body["components"]):
            if part["type"] == LABEL:
                label = part["label"]
            elif "custom_id" in part:
                found.append((part.get("label") or label, part))
        return found

    def _answer(self, part: Json, values: Json, resolved: Resolved) -> Json:
        said: Json = {"type": part["type"], "id": part["id"]}
        if part["type"] == ROW:
            inner = [self._field(each, values, resolved) for each in part["components"]]
            return said | {"components": inner}
        if part["type"] == LABEL:
            return said | {"component": self._field(part["component"], values, resolved)}
        return said

    def _field(self, part: Json, values: Json, resolved: Resolved) -> Json:
        name = next(name for name, each in self._named() if each is part)
        given = values.get(name.replace(" ", "_"), values.get(part["custom_id"]))
        said: Json = {key: part[key] for key in ("type", "id", "custom_id")}
        return said | _value(part, name, given, resolved)


def _value(part: Json, name: str, given: Any, resolved: Resolved) -> Json:
    kind = part["type"]
    if kind == CHECKBOX:
        return {"value": bool(part.get("default") if given is None else given)}
    if kind == TEXT_INPUT:
        return {"value": _text(part, name, given)}
    many = [] if given is None else given if isinstance(given, list) else [given]
    if not many and part.get("required", True):
        raise AssertionError(f"the field {name!r} is required")
    if kind == FILES:
        return {"values": [resolved.file(each) for each in many]}
    chosen = picked(part, many, resolved) if many else []
    return {"value": chosen[0] if chosen else None} if kind == RADIO else {"values": chosen}


def _text(part: Json, name: str, given: Any) -> str:
    text = str(part.get("value", "") if given is None else given)
    if not text and part.get("required", True):
        raise AssertionError(f"the field {name!r} is required")
    low, high = part.get("min_length", 0), part.get("max_length", 4000)
    if text and not low <= len(text) <= high:
        raise AssertionError(f"the field {name!r} takes {low} to {high} characters")
    return text
