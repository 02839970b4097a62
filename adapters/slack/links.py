"""Links to messages and files of a workspace, opened for those who may see them."""

import re

from adapters.slack.capture import Authors
from adapters.slack.events import Post, message_of
from adapters.slack.fetch import Files
from adapters.slack.files import attachment_of
from adapters.slack.front import Person
from adapters.slack.reading import read
from adapters.slack.shape import record, word
from adapters.slack.workspace import Workspace
from analysis.errors import UnreadableMedia
from bot.chat.asker import Refused
from bot.errors import Gone, NotPermitted
from bot.model import Message

_LINK = re.compile(r"<?(https://[^\s<>|]+)(?:\|[^<>]*)?>?")
_MESSAGE = re.compile(r"archives/([A-Z0-9]{3,30})/p(\d{10})(\d{6})\b")
_FILE = re.compile(r"files/[A-Z0-9]{3,30}/(F[A-Z0-9]{2,30})\b")
_OF_FILE = re.compile(r"https://files\.slack\.com/files-pri/(T[A-Z0-9]{2,30})-(F[A-Z0-9]{2,30})/")
"""The address of a file itself, as a browser copies it; only the id is taken from it."""
NOT_YOURS = "That link opens nothing that you can see here."


class Links:
    """Opens links."""

    def __init__(self, authors: Authors, files: Files, max_bytes: int) -> None:
        self._authors = authors
        self._files = files
        self._max_bytes = max_bytes

    @staticmethod
    def first(text: str) -> tuple[str, str]:
        """The first link of a text, empty where there is none, and the text without it."""
        found = _LINK.search(text)
        if found is None:
            return "", text
        return found.group(1), (text[: found.start()] + text[found.end() :]).strip()

    @staticmethod
    def lead_here(workspace: Workspace, link: str) -> bool:
        """Whether a link is one into this workspace."""
        file = _OF_FILE.match(link)
        return link.startswith(workspace.url) or (file is not None and file[1] == workspace.id)

    async def message(self, person: Person, link: str) -> Message | None:
        """The message that a link of this workspace opens; None where it is no such link.

        Raises:
            Refused: they may not see it, or it is not there.
        """
        found = _MESSAGE.search(link)
        if found is None:
            return None
        channel, ts = found.group(1), f"{found.group(2)}.{found.group(3)}"
        await self._check_sees(person, channel)
        try:
            post = await read(person.workspace.api, channel, ts)
        except NotPermitted:
            post = None
        if post is None:
            raise Refused(NOT_YOURS)
        return await self.read(person, post)

    async def read(self, person: Person, post: Post) -> Message:
        """A message, with who wrote it."""
        workspace = person.workspace
        author = await self._authors.of(workspace, post)
        channel = await workspace.people.channel(post.channel_id, post.kind)
        return message_of(post, workspace.id, author, channel)

    async def file(self, person: Person, link: str) -> tuple[str, bytes] | None:
        """The name and bytes of the file that a link of this workspace opens; None for others.

        Raises:
            Refused: they may not see it, or it cannot be read.
        """
        workspace = person.workspace
        found = _OF_FILE.match(link) or _FILE.search(link)
        if found is None:
            return None
        try:
            answer = await workspace.api.call("files.info", file=found.groups()[-1])
            shown = record(answer.get("file"))
            places = [*_ids(shown, "channels"), *_ids(shown, "groups"), *_ids(shown, "ims")]
            if word(shown.get("user")) != person.asker.id:
                await self._check_sees(person, *places)
            file = attachment_of({**shown, "file_access": "visible"})
            data = await self._files.fetch(workspace, file, self._max_bytes)
        except (Gone, NotPermitted) as exc:
            raise Refused(NOT_YOURS) from exc
        except UnreadableMedia as exc:
            raise Refused(f"The file cannot be read: {exc}.") from exc
        return file.filename or "file", data

    @staticmethod
    async def _check_sees(person: Person, *channels: str) -> None:
        """Let those pass who are in one of these channels.

        Raises:
            Refused: they are in none.
        """
        for channel in channels:
            try:
                if person.asker.id in await person.workspace.people.members(channel):
                    return
            except (Gone, NotPermitted):
                continue
        raise Refused(NOT_YOURS)


def _ids(file: dict[str, object], key: str) -> list[str]:
    value = file.get(key)
    return [word(one) for one in value] if isinstance(value, list) else []
