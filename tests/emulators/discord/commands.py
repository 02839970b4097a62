"""The application's commands as it registered them, and the options people fill in."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.permissions import Permission
from tests.emulators.discord.refusals import invalid, unknown
from tests.emulators.discord.resolved import Resolved

if TYPE_CHECKING:
    from tests.emulators.discord.guilds import Guild
    from tests.emulators.discord.world import World

Json = dict[str, Any]
SUB, GROUP = 1, 2
MOST = {1: 100, 2: 15, 3: 15}
"""So many of each type: slash, user menu, message menu (the latter since March 2026)."""
SLASH_NAME = re.compile(r"[-_'\w]{1,32}")


@dataclass(frozen=True)
class Command:
    """A registered command, as its body says."""

    id: int
    body: Json
    guild_id: int | None

    @property
    def name(self) -> str:
        return str(self.body["name"])

    @property
    def kind(self) -> int:
        """1 slash, 2 user menu, 3 message menu."""
        return int(self.body.get("type", 1))

    @property
    def needed(self) -> Permission | None:
        """What a member needs to see it unless an admin says otherwise; 0 is admins only."""
        said = self.body.get("default_member_permissions")
        return None if said is None else Permission(int(said))

    @property
    def in_dms(self) -> bool:
        """Whether it is offered in direct messages with the bot."""
        contexts = self.body.get("contexts")
        return self.body.get("dm_permission") is not False if contexts is None else 1 in contexts

    def data(self) -> Json:
        """How an interaction names it."""
        said: Json = {"id": str(self.id), "name": self.name, "type": self.kind}
        return said | ({"guild_id": str(self.guild_id)} if self.guild_id else {})

    def drawn(self, app_id: int) -> Json:
        defaults: Json = {
            "default_member_permissions": None,
            "dm_permission": True,
            "nsfw": False,
            "description": "",
            "options": [],
            "type": 1,
        }
        more: Json = {"id": str(self.id), "application_id": str(app_id), "version": "1"}
        where = {"guild_id": str(self.guild_id)} if self.guild_id else {}
        return defaults | self.body | more | where


@dataclass(eq=False, repr=False)
class Commands:
    """What is registered globally (None) and in guilds."""

    world: "World"
    by_place: dict[int | None, list[Command]] = field(default_factory=dict)
    syncs: int = 0
    """How often a whole list was put."""

    @property
    def names(self) -> list[str]:
        """The names of the global ones."""
        return [command.name for command in self.by_place.get(None, [])]

    def find(self, name: str, kind: int, guild: "Guild | None") -> Command:
        """The command a person would see, the guild's own first.

        Raises:
            AssertionError: none is registered under that name.
        """
        places = [*([guild.id] if guild else []), None]
        every = [each for place in places for each in self.by_place.get(place, [])]
        for command in every:
            if (command.name, command.kind) == (name, kind):
                return command
        known = [each.name for each in every if each.kind == kind]
        raise AssertionError(f"no command {name!r} is registered, only {known}")

    def put(self, place: int | None, bodies: Sequence[Json]) -> list[Command]:
        """Replace all commands of a place; those that stay keep their ids."""
        self.syncs += 1
        for kind, most in MOST.items():
            if sum(body.get("type", 1) == kind for body in bodies) > most:
                raise invalid("type", f"at most {most} commands of type {kind}")
        old = {(each.name, each.kind): each.id for each in self.by_place.get(place, [])}
        self.by_place[place] = [self._made(place, body, old) for body in bodies]
        return self.by_place[place]

    def add(self, place: int | None, body: Json) -> Command:
        """Register one; the same name and type is replaced."""
        there = self.by_place.setdefault(place, [])
        old = {(each.name, each.kind): each.id for each in there}
        made = self._made(place, body, old)
        there[:] = [each for each in there if each.id != made.id] + [made]
        return made

    def one(self, place: int | None, command_id: int) -> Command:
        for command in self.by_place.get(place, []):
            if command.id == command_id:
                return command
        raise unknown("command")

    def remove(self, place: int | None, command_id: int) -> None:
        self.by_place[place].remove(self.one(place, command_id))

    def _made(self, place: int | None, body: Json, old: dict[tuple[str, int], int]) -> Command:
        name, kind = body.get("name", ""), body.get("type", 1)
        _check(body, name, kind)
        return Command(old.get((name, kind)) or self.world.ids.next(), body, place)


def _check(body: Json, name: str, kind: int) -> None:
    slash = kind == 1
    if slash and (not SLASH_NAME.fullmatch(name) or name != name.lower()):
        raise invalid("name", "must be 1-32 lower-case letters, digits, - or _")
    if not 1 <= len(name) <= 32:
        raise invalid("name", "must be between 1 and 32 in length")
    if slash and not 1 <= len(body.get("description", "")) <= 100:
        raise invalid("description", "must be between 1 and 100 in length")
    options = body.get("options", [])
    if len(options) > 25:
        raise invalid("options", "at most 25 options")
    for option in options:
        _check(option, option["name"], 1)
        if len(option.get("choices", [])) > 25:
            raise invalid("choices", "at most 25 choices")


def typed(
    command: Command,
    inner: Sequence[str],
    given: Json,
    resolved: Resolved,
    focused: str | None = None,
) -> list[Json]:
    """The options as an interaction carries them, checked as a Discord client checks them.

    Raises:
        AssertionError: an unknown or missing option, or a value that is no choice.
    """
    known: list[Json] = command.body.get("options", [])
    if inner:
        sub = _named(known, inner[0], (SUB, GROUP))
        found = Command(command.id, sub, command.guild_id)
        filled = typed(found, inner[1:], given, resolved, focused)
        return [{"name": sub["name"], "type": sub["type"], "options": filled}]
    if any(option["type"] in {SUB, GROUP} for option in known):
        names = [option["name"] for option in known]
        raise AssertionError(f"{command.name!r} needs one of {names}")
    missing = [o["name"] for o in known if o.get("required") and o["name"] not in given]
    if missing and focused is None:
        raise AssertionError(f"{command.name!r} needs {missing}")
    return [
        _filled(_named(known, name, range(3, 12)), value, resolved, is_focused=name == focused)
        for name, value in given.items()
    ]


def _named(options: Iterable[Json], name: str, kinds: Sequence[int]) -> Json:
    fitting = [option for option in options if option["type"] in kinds]
    for option in fitting:
        if option["name"] == name:
            return option
    raise AssertionError(f"no option {name!r}, only {[option['name'] for option in fitting]}")


def _filled(option: Json, value: Any, resolved: Resolved, *, is_focused: bool) -> Json:
    said: Json = {"name": option["name"], "type": option["type"]}
    if is_focused:
        return said | {"value": value, "focused": True}
    choices = {each["name"]: each["value"] for each in option.get("choices", [])}
    if choices and value not in choices.values():
        if value not in choices:
            raise AssertionError(f"{value!r} is none of {list(choices)}")
        value = choices[value]
    match option["type"]:
        case 6:
            value = resolved.user(value)
        case 7:
            value = resolved.place(value)
        case 8:
            value = resolved.role(value)
        case 9:
            value = resolved.user(value) if hasattr(value, "user") else resolved.role(value)
        case 11:
            value = resolved.file(value)
    return said | {"value": value}
