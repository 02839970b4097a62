"""Covers a post's pictures: posted again behind Discord's spoiler, and the original removed."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import discord
from discord import AllowedMentions, MessageFlags
from discord.http import MultipartParameters, handle_message_parameters

from adapters.discord.api import Payload, audit
from adapters.discord.escape import escaped
from adapters.discord.messages import LONGEST, SUPPRESS_EMBEDS, Tools
from adapters.discord.parts import files_of
from adapters.discord.sent import Letter, mark_of
from bot.errors import Gone, NotPermitted
from bot.model import Attachment, Message, Origin, Ref

NAME = 80
"""Characters of an author's name in the attribution."""
PREFIX = "SPOILER_"
_OURS = frozenset({Origin.UPLOAD, Origin.FORWARD, Origin.STICKER})

Fetch = Callable[[Attachment, Message], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Copier:
    """What covering needs beside the tools."""

    fetch: Fetch
    """The bytes of an attachment, within the limits for files."""
    link: Callable[[str], Awaitable[bytes]]
    """The bytes behind a link to a file of ours."""


class SpoilerActs:
    """The part of the client that covers pictures."""

    def __init__(self, tools: Tools, copier: Copier) -> None:
        self._tools = tools
        self._api = tools.api
        self._copier = copier

    async def spoiler(self, message: Message, *, nonce: str, reason: str) -> str:
        """Post the pictures again, covered and with their author's name; remove the original.

        Returns the id of what stands now: the repost, or the message where all was covered.
        """
        ref = message.ref
        channel, original = int(ref.channel_id), int(ref.message_id)
        pictures = [each for each in message.attachments if each.origin in _OURS]
        if not pictures:
            raise NotPermitted("its pictures are previews of links, which cannot be covered")
        if all(each.spoiler for each in pictures):
            await self._tools.sent.note(nonce, channel, ref.message_id)
            return ref.message_id
        words = _attributed(message)

        async def send(short: str) -> Payload:
            files = [
                (_named(each, n), await self._copier.fetch(each, message))
                for n, each in enumerate(pictures)
            ]
            with _repost(words, files, short) as params:
                return dict(
                    await self._api.ask(
                        lambda http: http.send_message(channel, params=params),
                        guild=ref.community_id,
                        what=f"write/{channel}",
                    )
                )

        stands = await self._tools.sent.once(nonce, Letter(channel, mark_of(words), send))
        try:
            await self._api.ask(
                lambda http: http.delete_message(channel, original, reason=audit(reason)),
                guild=ref.community_id,
                what=f"delete/{channel}",
            )
        except Gone:
            return stands
        return stands

    async def spoilered(self, ref: Ref, nonce: str) -> str | None:
        """What ``spoiler`` returned under this nonce, if it stands and the original does not."""
        found = await self._tools.sent.standing(nonce)
        if found is None:
            return None
        if found[1] == ref.message_id:
            return found[1]
        try:
            await self._tools.reader.payload(ref)
        except Gone:
            return found[1]
        return None

    async def unspoiler(self, message: Message, nonce: str, *, reason: str) -> str | None:  # noqa: ARG002 - nothing of others is touched
        """Show the pictures again, in our repost; None when done, else why that cannot be."""
        found = await self._tools.sent.standing(nonce)
        if found is None:
            return "The covered repost is gone."
        channel, stands = int(found[0]), int(found[1])
        if found[1] == message.ref.message_id:
            return "Its author had covered the pictures."
        told = dict(await self._api.ask(lambda http: http.get_message(channel, stands)))
        files = [
            (each.filename.removeprefix(PREFIX), await self._copier.link(each.url))
            for each in files_of(told, "")
        ]
        with handle_message_parameters(
            attachments=[discord.File(io.BytesIO(data), filename=name) for name, data in files],
            allowed_mentions=AllowedMentions.none(),
        ) as params:
            await self._api.ask(lambda http: http.edit_message(channel, stands, params=params))
        return None


def _attributed(message: Message) -> str:
    name = escaped(message.author.name or message.author.id, NAME)
    head = f"-# Reposted for {name}, picture covered."
    room = LONGEST - len(head) - 1
    return f"{head}\n{message.text[:room]}" if message.text else head


def _named(attachment: Attachment, number: int) -> str:
    """A plain name: what its author called the file may be anything."""
    _, dot, extension = attachment.filename.rpartition(".")
    kept = extension.lower() if dot and extension.isascii() and extension.isalnum() else "bin"
    return f"{PREFIX}{number}.{kept[:5]}"


def _repost(words: str, files: list[tuple[str, bytes]], nonce: str) -> MultipartParameters:
    return handle_message_parameters(
        content=words,
        attachments=[discord.File(io.BytesIO(data), filename=name) for name, data in files],
        nonce=nonce,
        allowed_mentions=AllowedMentions.none(),
        flags=MessageFlags._from_value(SUPPRESS_EMBEDS),  # noqa: SLF001 - the constructor takes no value
    )
