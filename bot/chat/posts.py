"""The menu of a post: analyze it, report it, ask why it stands, make its pictures known."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from analysis.errors import UnreadableMedia
from bot.chat.analyzing import Analyzing
from bot.chat.asker import Asker, Rank, Refused, check_rank
from bot.chat.deciding import Deciding
from bot.chat.explaining import Explaining
from bot.chat.sheet import Button, Press, Sheet, Tone
from bot.model import Attachment, Author, Case, Message
from bot.ports import Platform
from bot.storage.journal import Journal

JUDGED_WITHIN_S = 20.0
"""How long a moderator waits for a post to be judged before its pictures can be known."""


class Reports(Protocol):
    """Takes reports of posts in."""

    async def report(self, message: Message, by: Author, words: str = "") -> None:
        """Have a post judged again and put before a person, durably; safe to repeat."""
        ...


class Posts:
    """What is asked about one post."""

    def __init__(
        self,
        journal: Journal,
        platforms: Mapping[str, Platform],
        *,
        analyzing: Analyzing,
        deciding: Deciding,
        explaining: Explaining,
        reports: Reports,
        max_bytes: int,
    ) -> None:
        """``max_bytes`` is how large a file may be."""
        self._journal = journal
        self._platforms = platforms
        self._analyzing = analyzing
        self._deciding = deciding
        self._explaining = explaining
        self._reports = reports
        self._max_bytes = max_bytes

    async def look(
        self, asker: Asker, given: Mapping[str, str], files: Sequence[tuple[str, bytes]]
    ) -> Sheet:
        """Look at words and files that were given by hand.

        Raises:
            Refused: a link was given that its platform could not open.
        """
        if given.get("link"):
            raise Refused(
                "This link cannot be opened: give one to a post or a picture of this community."
            )
        return await self._analyzing.look(asker, given.get("text", ""), files)

    async def menu(self, asker: Asker, verb: str, message: Message) -> Sheet:
        """Carry out a line of the post's menu.

        Raises:
            BotError: it was refused, or cannot be done; the message says why.
        """
        match verb:
            case "analyze":
                return await self._analyzing.look(asker, message.text, await self._files(message))
            case "report":
                return await self._report(asker, message)
            case "why":
                check_rank(asker, Rank.MODERATOR)
                return await self._explaining.why(message.ref)
            case "known_bad" | "known_good":
                return await self._known(asker, verb, message)
            case _:
                raise Refused("There is no such menu.")

    async def _report(self, asker: Asker, message: Message) -> Sheet:
        check_rank(asker, Rank.MEMBER)
        self._analyzing.spend(asker)
        await self._reports.report(message, asker.author)
        told = "Thank you. It is looked at again, and put before a moderator."
        return Sheet("Reported", (told,), tone=Tone.GOOD)

    async def _known(self, asker: Asker, verb: str, message: Message) -> Sheet:
        """Let the post have a case first: banks learn from cases, so that it can be unlearned."""
        check_rank(asker, Rank.MODERATOR)
        if not message.attachments:
            raise Refused("This post has no picture.")
        case = await self._journal.case_of(message.ref)
        if case is None:
            await self._reports.report(message, asker.author)
            case = await self._judged(message)
        if case is None:
            told = "It is being looked at. Mark its pictures on the card that comes."
            return Sheet("In a moment", (told,), tone=Tone.WATCH)
        if verb == "known_good":
            return await self._deciding.press(asker, Press(verb, case.id), {})
        told = "What are its pictures known for?"
        choose = Button("Choose…", Press(verb, case.id))
        return Sheet("Known bad pictures", (told,), buttons=(choose,), post=str(message.ref))

    async def _judged(self, message: Message) -> Case | None:
        """The case of a post that was just reported; None where it does not come in time."""
        try:
            async with asyncio.timeout(JUDGED_WITHIN_S):
                while (case := await self._journal.case_of(message.ref)) is None:  # noqa: ASYNC110 - another process may judge it
                    await asyncio.sleep(0.25)
        except TimeoutError:
            return None
        return case

    async def _files(self, message: Message) -> list[tuple[str, bytes]]:
        """The files of a post, as its platform gives them."""
        platform = self._platforms[message.ref.platform]

        async def one(attachment: Attachment) -> tuple[str, bytes]:
            return attachment.filename, await platform.fetch(attachment, message, self._max_bytes)

        try:
            return list(await asyncio.gather(*(one(each) for each in message.attachments)))
        except UnreadableMedia as exc:
            raise Refused(f"A file of this post cannot be looked at: {exc}.") from exc
