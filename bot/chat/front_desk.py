"""Serves whoever asks for something in chat: finds who answers, and tells what was refused."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.chat import forms, setting_up
from bot.chat.asker import Asker, Rank, Refused
from bot.chat.deciding import Deciding
from bot.chat.people import People
from bot.chat.posts import Posts
from bot.chat.queue import CaseQueue
from bot.chat.setting_up import SettingUp
from bot.chat.sheet import Form, Press, Sheet, Tone
from bot.chat.telling import Telling
from bot.errors import BotError
from bot.log import logger
from bot.model import Author, Message
from bot.storage.evidence import EvidenceStore

_log = logger("chat")

Audit = Callable[[Asker, str, str], Awaitable[None]]
"""Writes down who was refused what, and why."""
Given = Mapping[str, str]
Files = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """Implements ``bot.chat.port.Chat``."""

    posts: Posts
    queue: CaseQueue
    deciding: Deciding
    people: People
    setting_up: SettingUp
    telling: Telling
    evidence: EvidenceStore
    audit: Audit

    async def command(self, asker: Asker, name: str, given: Given, files: Files = ()) -> Sheet:
        """Carry out a command."""
        if name == "analyze":
            looked = self.posts.look(asker, given, files)
            return await self._told(asker, name, looked)
        carry_out = _COMMANDS.get(name, _unknown)
        return await self._told(asker, name, carry_out(self, asker, given))

    async def on_message(self, asker: Asker, verb: str, message: Message) -> Sheet:
        """Carry out a line of a message's menu."""
        return await self._told(asker, verb, self.posts.menu(asker, verb, message))

    async def on_person(self, asker: Asker, verb: str, person: Author) -> Sheet:
        """Carry out a line of a person's menu: their history."""
        return await self._told(asker, verb, self.people.history(asker, person))

    def form_of(self, asker: Asker, press: Press) -> Form | None:  # noqa: ARG002 - a form tells nothing
        """What must be asked first. Whether they may is checked when it is sent."""
        return forms.form_of(press)

    async def press(self, asker: Asker, press: Press, answers: Given | None = None) -> Sheet:
        """Carry out a press."""
        return await self._told(asker, press.verb, self._pressed(asker, press, answers or {}))

    async def home(self, asker: Asker, detail: str = "") -> Sheet:
        """The queue for moderators, their own cases for everyone else."""
        if asker.rank >= Rank.MODERATOR:
            return await self._told(asker, "home", self.queue.page(asker, "queue", detail))
        return await self._told(asker, "home", self.people.own(asker))

    async def picture(self, name: str) -> bytes:
        """The bytes of a sheet's picture.

        Raises:
            LookupError: it is not kept any more.
        """
        try:
            return await self.evidence.get(name)
        except BotError as exc:
            raise LookupError(str(exc)) from exc

    async def _pressed(self, asker: Asker, press: Press, answers: Given) -> Sheet:
        if self.deciding.knows(press.verb):
            return await self.deciding.press(asker, press, answers)
        if setting_up.knows(press.verb):
            return await self.setting_up.press(asker, press, answers)
        if self.queue.knows(press.verb):
            return await self.queue.press(asker, press)
        return await self.people.press(asker, press, answers)

    async def _told(self, asker: Asker, what: str, answer: Awaitable[Sheet]) -> Sheet:
        """The answer, or in its place why there is none."""
        try:
            return await answer
        except Refused as exc:
            await self.audit(asker, what, str(exc))
            return _not_done(str(exc))
        except BotError as exc:
            return _not_done(str(exc))
        except Exception as exc:  # noqa: BLE001 - nobody in chat is to see a traceback
            _log.exception("chat.broke", what=what, platform=asker.platform)
            name = type(exc).__name__
            return _not_done(f"This is a fault of ours: {name}. The log says where.")


def _not_done(why: str) -> Sheet:
    return Sheet("Not done", (why,), tone=Tone.BAD)


async def _appeal(desk: FrontDesk, asker: Asker, given: Given) -> Sheet:
    return await desk.people.appeal(asker, given.get("case", ""), given.get("words", ""))


async def _case(desk: FrontDesk, asker: Asker, given: Given) -> Sheet:
    return await desk.queue.case(asker, given.get("case", ""))


async def _doctor(desk: FrontDesk, asker: Asker, _: Given) -> Sheet:
    return await desk.telling.doctor(asker)


async def _pause(desk: FrontDesk, asker: Asker, given: Given) -> Sheet:
    return await desk.telling.pause(asker, given.get("reason", ""))


async def _privacy(desk: FrontDesk, asker: Asker, given: Given) -> Sheet:
    return await desk.people.privacy(asker, given.get("erase", ""))


async def _queue(desk: FrontDesk, asker: Asker, _: Given) -> Sheet:
    return await desk.queue.page(asker, "queue", "")


async def _resume(desk: FrontDesk, asker: Asker, _: Given) -> Sheet:
    return await desk.telling.resume(asker)


async def _rules(desk: FrontDesk, asker: Asker, _: Given) -> Sheet:
    return desk.telling.rules(asker)


async def _setup(desk: FrontDesk, asker: Asker, _: Given) -> Sheet:
    return desk.setting_up.page(asker)


async def _stats(desk: FrontDesk, asker: Asker, given: Given) -> Sheet:
    return await desk.telling.stats(asker, given.get("days", ""))


async def _status(desk: FrontDesk, asker: Asker, _: Given) -> Sheet:
    return await desk.telling.status(asker)


async def _unknown(_desk: FrontDesk, _asker: Asker, _: Given) -> Sheet:
    raise Refused("There is no such command.")


_COMMANDS: Mapping[str, Callable[[FrontDesk, Asker, Given], Awaitable[Sheet]]] = {
    "appeal": _appeal,
    "case": _case,
    "doctor": _doctor,
    "pause": _pause,
    "privacy": _privacy,
    "queue": _queue,
    "resume": _resume,
    "rules": _rules,
    "setup": _setup,
    "stats": _stats,
    "status": _status,
}
"""Every command of ``COMMANDS`` but ``analyze``, which alone takes files."""
