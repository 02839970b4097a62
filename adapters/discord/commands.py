"""The commands and menus as Discord is told of them, and what was asked for by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from adapters.discord.api import Payload
from bot.chat.asker import Rank
from bot.chat.commands import COMMANDS, MENUS, Argument, Command, Menu, On, Takes

SLASH, PERSON, MESSAGE = 1, 2, 3
SUBCOMMAND, TEXT, FILE = 1, 3, 11
"""Discord docs, interactions/application-commands."""
_HINTS = {
    Rank.MEMBER: None,
    Rank.MODERATOR: discord.Permissions(manage_messages=True),
    Rank.ADMIN: discord.Permissions(manage_guild=True),
}
"""Who is shown a command. A hint alone: administrators change it, and the handler checks."""


def told() -> list[Payload]:
    """All commands and menus as the API takes them."""
    alone = [_command(each) for each in COMMANDS if not each.group]
    groups = dict.fromkeys(each.group for each in COMMANDS if each.group)
    return [*alone, *(_group(name) for name in groups), *(_menu(each) for each in MENUS)]


def _command(made: Command) -> Payload:
    return {
        **_base(made.name, SLASH, made.rank, outside=made.outside),
        "description": made.about,
        "options": [_option(each) for each in _ordered(made)],
    }


def _group(name: str) -> Payload:
    inner = [each for each in COMMANDS if each.group == name]
    # Seen by whoever may use any of them.
    rank = min(each.rank for each in inner)
    return {
        **_base(name, SLASH, rank, outside=any(each.outside for each in inner)),
        "description": "Set Bifocal up, and see how it is doing.",
        "options": [
            {
                "type": SUBCOMMAND,
                "name": each.name,
                "description": each.about,
                "options": [_option(one) for one in _ordered(each)],
            }
            for each in inner
        ],
    }


def _menu(made: Menu) -> Payload:
    kind = MESSAGE if made.on is On.MESSAGE else PERSON
    return _base(made.label, kind, made.rank, outside=False)


def _base(name: str, kind: int, rank: Rank, *, outside: bool) -> Payload:
    hint = _HINTS[rank]
    return {
        "name": name,
        "type": kind,
        "default_member_permissions": str(hint.value) if hint else None,
        # 0 is a guild, 1 the bot's direct messages; installed in guilds (0) alone.
        "contexts": [0, 1] if outside else [0],
        "integration_types": [0],
    }


def _ordered(made: Command) -> list[Argument]:
    """Discord wants what is required first."""
    return sorted(made.arguments, key=lambda each: not each.required)


def _option(made: Argument) -> Payload:
    option: Payload = {
        "type": FILE if made.takes is Takes.FILE else TEXT,
        "name": made.name,
        "description": made.about,
        "required": made.required,
    }
    if made.options:
        option["choices"] = [{"name": each, "value": each} for each in made.options]
    return option


def same(standing: list[Payload], wanted: list[Payload]) -> bool:
    """Whether Discord was told all of this already."""
    return sorted(map(_essence, standing)) == sorted(map(_essence, wanted))


def _essence(command: Mapping[str, Any]) -> str:
    """What of a command is ours to say, in a form that does not depend on what Discord adds."""
    kept = ("name", "description", "default_member_permissions")
    hint = [str(command.get(key) or "") for key in kept]
    contexts = ",".join(map(str, sorted(command.get("contexts") or [0])))
    options = [_essence_of_option(each) for each in command.get("options") or ()]
    return "|".join([str(command.get("type") or SLASH), *hint, contexts, *options])


def _essence_of_option(option: Mapping[str, Any]) -> str:
    inner = ";".join(_essence_of_option(each) for each in option.get("options") or ())
    choices = ",".join(str(each["value"]) for each in option.get("choices") or ())
    required = bool(option.get("required"))
    return (
        f"{option['type']}:{option['name']}:{option['description']}:{required}:{choices}({inner})"
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for by a command or a menu."""

    name: str
    """The command's own name, or the menu's verb."""
    given: Mapping[str, str]
    files: tuple[Payload, ...] = ()
    """Attachments, as Discord tells them."""
    message: Payload | None = None
    person: tuple[Payload, Payload | None] | None = None
    """User and member."""


def asked_for(data: Payload) -> Asked | None:
    """Read a command's or a menu's use; None for one that we do not offer."""
    kind, name = data.get("type", SLASH), data.get("name")
    if kind == SLASH:
        return _slash(data)
    menu = next((each for each in MENUS if each.label == name), None)
    if menu is None:
        return None
    resolved, target = data.get("resolved") or {}, str(data.get("target_id"))
    if kind == MESSAGE:
        return Asked(menu.verb, {}, message=(resolved.get("messages") or {}).get(target))
    user = (resolved.get("users") or {}).get(target)
    member = (resolved.get("members") or {}).get(target)
    return Asked(menu.verb, {}, person=(user, member) if user else None)


def _slash(data: Payload) -> Asked | None:
    group, options = "", list(data.get("options") or ())
    name = str(data.get("name"))
    if options and options[0].get("type") == SUBCOMMAND:
        group, name, options = name, str(options[0]["name"]), list(options[0].get("options") or ())
    known = any(each.name == name and each.group == group for each in COMMANDS)
    if not known:
        return None
    attachments = (data.get("resolved") or {}).get("attachments") or {}
    given = {str(each["name"]): str(each["value"]) for each in _of_type(options, TEXT)}
    files = tuple(attachments[str(each["value"])] for each in _of_type(options, FILE))
    return Asked(name, given, files)


def _of_type(options: list[Payload], kind: int) -> Iterator[Payload]:
    return (each for each in options if each.get("type") == kind)
