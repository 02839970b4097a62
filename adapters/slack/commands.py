"""Slash commands: ``/analyze``, and ``/bifocal`` with everything else behind it."""

from collections.abc import Mapping

from adapters.slack.api import Shape
from adapters.slack.front import Front, Person, team_of
from adapters.slack.links import Links
from adapters.slack.shape import word
from adapters.slack.surfaces import Surface
from bot.chat.asker import Rank
from bot.chat.commands import COMMANDS, Argument, Command, Takes
from bot.chat.sheet import Entry, Sheet

ALONE, TOGETHER = "/analyze", "/bifocal"
NO_PICTURES = (
    "Slack lets nobody give a picture to a command: open the menu of the message that has it and "
    "choose Analyze, or give the link to the message or the file. Only you see the answer."
)
_BY_NAME = {command.name: command for command in COMMANDS}


class Commands:
    """Serves slash commands; an answer that takes longer comes after an acknowledgement."""

    def __init__(self, front: Front, links: Links) -> None:
        self._front = front
        self._links = links

    async def serve(self, body: Shape) -> Shape:
        """What is said at once, to the one who asked alone."""
        front, team = self._front, team_of(body)

        def later() -> Surface:
            return front.hook(body)

        sheet = await front.soon(self._answer(body), later, "command")
        if sheet is None:
            return {"response_type": "ephemeral", "text": "Bifocal is looking …"}
        return {"response_type": "ephemeral", **front.draw.message(sheet, team)}

    async def _answer(self, body: Shape) -> Sheet:
        person = await self._front.person(body)
        command, rest = _named(word(body.get("command")), word(body.get("text")).strip())
        if command is None:
            return help_of(person.asker.rank)
        if command.name == "analyze":
            return await self._analyze(person, rest)
        given, missing = parsed(command, rest)
        if missing is not None:
            return usage(command, missing)
        return await self._front.chat.command(person.asker, command.name, given)

    async def _analyze(self, person: Person, rest: str) -> Sheet:
        """A link to a message or a file of this workspace is opened; all else is looked at."""
        if not rest:
            return Sheet(f"Type {_typed(_BY_NAME['analyze'])}", (NO_PICTURES,))
        chat, (link, text) = self._front.chat, self._links.first(rest)
        if not self._links.lead_here(person.workspace, link):
            return await chat.command(person.asker, "analyze", {"text": rest})
        if message := await self._links.message(person, link):
            return await chat.on_message(person.asker, "analyze", message)
        if file := await self._links.file(person, link):
            return await chat.command(person.asker, "analyze", {"text": text}, [file])
        return await chat.command(person.asker, "analyze", {"link": link, "text": text})


def _named(command: str, text: str) -> tuple[Command | None, str]:
    if command == ALONE:
        return _BY_NAME["analyze"], text
    name, _, rest = text.partition(" ")
    return _BY_NAME.get(name.lower()), rest.strip()


def parsed(command: Command, text: str) -> tuple[Mapping[str, str], Argument | None]:
    """What was typed, by argument; and the argument that is missing or is not one of its options.

    All arguments take one word and the last takes the rest, or each is named: ``case=123``.
    """
    wanted = [one for one in command.arguments if one.takes is not Takes.FILE]
    given: dict[str, str] = {}
    words = text.split()
    for place, argument in enumerate(wanted):
        if not words:
            break
        last = place == len(wanted) - 1
        value = " ".join(words) if last and argument.takes is Takes.TEXT else words[0]
        words = words[len(value.split()) :]
        given[argument.name] = value.removeprefix(f"{argument.name}=")
    for argument in wanted:
        value = given.get(argument.name, "")
        if (argument.required and not value) or (
            value and argument.options and value not in argument.options
        ):
            return given, argument
    return given, None


def usage(command: Command, missing: Argument | None) -> Sheet:
    """How a command is typed."""
    said = (f"{missing.name}: {missing.about}",) if missing else ()
    return Sheet(f"Type {_typed(command)}", (*said, command.about))


def help_of(rank: Rank) -> Sheet:
    """Every command that somebody of this rank may use."""
    entries = [
        Entry(_typed(command), command.about) for command in COMMANDS if command.rank <= rank
    ]
    return Sheet("What Bifocal does here", entries=tuple(entries))


def _typed(command: Command) -> str:
    shown = [
        f"<{one.name}>" if one.required else f"[{'|'.join(one.options) or one.name}]"
        for one in command.arguments
        if one.takes is not Takes.FILE
    ]
    start = ALONE if command.name == "analyze" else f"{TOGETHER} {command.name}"
    return " ".join((start, *shown))
