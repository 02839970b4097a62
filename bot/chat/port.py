"""What a platform is given to serve people who ask for something in chat."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from bot.chat.asker import Asker
from bot.chat.sheet import Form, Press, Sheet
from bot.model import Author, Message


class Chat(Protocol):
    """Answers in sheets. None of its methods raises a ``BotError``: what was refused, or went
    wrong, is told in the sheet. All but ``form_of`` may take seconds: a platform says at once that
    it is at work.
    """

    async def command(
        self,
        asker: Asker,
        name: str,
        given: Mapping[str, str],
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Sheet:
        """Carry out a command of ``COMMANDS``; ``files`` are names and bytes.

        A platform opens a ``link`` itself: to a post of the same community it gives the post's
        files and words, to a file of its own hosts the file. What it cannot open it leaves in
        ``given``, and the asker is told.
        """
        ...

    async def on_message(self, asker: Asker, verb: str, message: Message) -> Sheet:
        """Carry out a line of a message's menu, as the adapter read the message just now."""
        ...

    async def on_person(self, asker: Asker, verb: str, person: Author) -> Sheet:
        """Carry out a line of a person's menu."""
        ...

    def form_of(self, asker: Asker, press: Press) -> Form | None:
        """What must be asked before this press is carried out; None where nothing must.

        Pure and at once, so that a platform can open a form within its deadline.
        """
        ...

    async def press(
        self, asker: Asker, press: Press, answers: Mapping[str, str] | None = None
    ) -> Sheet:
        """Carry out a press, with what the form or the choice brought."""
        ...

    async def home(self, asker: Asker, detail: str = "") -> Sheet:
        """A page of one's own: the queue for moderators, their own cases for authors."""
        ...

    async def picture(self, name: str) -> bytes:
        """The bytes of a sheet's picture, as WebP.

        Raises:
            LookupError: it is not kept any more.
        """
        ...


@runtime_checkable
class ServesChat(Protocol):
    """A platform through which people ask for things."""

    def serve(self, chat: Chat) -> None:
        """Answer people through this from now on."""
        ...
