"""Somebody who answers people in chat: a fake that behaves, and remembers what it was told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from bot.chat.asker import Asker, Rank
from bot.chat.sheet import (
    Button,
    Choice,
    Entry,
    Form,
    Input,
    Kind,
    Of,
    Option,
    Picture,
    Press,
    Sheet,
)
from bot.model import Author, Message

PICTURE = "f" * 64
ASKS = frozenset({"overturn", "ban"})
"""Verbs that want a reason first."""


@dataclass
class FakeChat:
    """Implements ``bot.chat.port.Chat``: says what it was asked, and by whom."""

    commands: list[tuple[Asker, str, dict[str, str], list[tuple[str, bytes]]]] = field(
        default_factory=list
    )
    on_messages: list[tuple[Asker, str, Message]] = field(default_factory=list)
    on_persons: list[tuple[Asker, str, Author]] = field(default_factory=list)
    presses: list[tuple[Asker, Press, dict[str, str] | None]] = field(default_factory=list)
    homes: list[Asker] = field(default_factory=list)
    gate: asyncio.Event | None = None
    """Where given, nothing is answered before it is set."""
    breaks: bool = False
    answer: Sheet | None = None
    """What is answered to a command instead."""

    async def command(
        self,
        asker: Asker,
        name: str,
        given: Mapping[str, str],
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Sheet:
        self.commands.append((asker, name, dict(given), list(files)))
        await self._waited()
        if self.answer is not None:
            return self.answer
        if name == "setup":
            return _setup()
        if name == "queue":
            return self._queue("first")
        return Sheet(f"Did {name}", (f"with {dict(given)}",), footer=asker.rank.name.lower())

    async def on_message(self, asker: Asker, verb: str, message: Message) -> Sheet:
        self.on_messages.append((asker, verb, message))
        await self._waited()
        return Sheet(f"Did {verb}", (message.text,), post=str(message.ref))

    async def on_person(self, asker: Asker, verb: str, person: Author) -> Sheet:
        self.on_persons.append((asker, verb, person))
        return Sheet(f"{verb} of {person.name}")

    def form_of(self, asker: Asker, press: Press) -> Form | None:
        if press.verb not in ASKS:
            return None
        reason = Input("reason", "Why?", Kind.PARAGRAPH)
        length = Input(
            "length",
            "How long?",
            Kind.OPTIONS,
            (Option("An hour", "1h"), Option("A day", "1d")),
            required=False,
        )
        return Form("Why?", press, (reason, length), "It is written down.", "Send")

    async def press(
        self, asker: Asker, press: Press, answers: Mapping[str, str] | None = None
    ) -> Sheet:
        self.presses.append((asker, press, None if answers is None else dict(answers)))
        await self._waited()
        if press.verb in {"queue", "escalated"}:
            return self._queue(press.detail or press.verb)
        return Sheet(f"Did {press.verb}", (press.subject,))

    async def home(self, asker: Asker, detail: str = "") -> Sheet:
        self.homes.append(asker)
        if asker.rank < Rank.MODERATOR:
            return Sheet("Your own cases", entries=(Entry("Case 7", "It was upheld."),))
        return self._queue("first")

    async def picture(self, name: str) -> bytes:
        if name != PICTURE:
            raise LookupError(name)
        file = BytesIO()
        Image.new("RGB", (16, 16), "red").save(file, "WEBP")
        return file.getvalue()

    async def _waited(self) -> None:
        if self.breaks:
            raise ZeroDivisionError("a fault of ours")
        if self.gate is not None:
            await self.gate.wait()

    @staticmethod
    def _queue(page: str) -> Sheet:
        opens = Button("Open", Press("case", "case-1"))
        return Sheet(
            "Waiting for a person",
            (f"page {page}",),
            entries=(Entry("Scam in #general", "free nitro", opens),),
            pictures=(Picture(PICTURE),),
            buttons=(Button("Older", Press("queue", detail="older")),),
        )


def _setup() -> Sheet:
    presets = (Option("Standard", "standard", "For most"), Option("Strict", "strict"))
    return Sheet(
        "Set Bifocal up",
        choices=(
            Choice(Press("log_channel"), "Where cards go", Of.CHANNELS),
            Choice(Press("moderators"), "Who moderates", Of.GROUPS, at_most=10),
            Choice(Press("preset"), "Which rules", options=presets, chosen=("standard",)),
        ),
        buttons=(Button("Go live", Press("live")),),
    )
