"""From a message to content: its words as passages, its files fetched and decoded.

Names and ids stay behind here: what content does not hold, no detector and no vendor can see.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from analysis.errors import UnreadableMedia
from analysis.text import well_formed
from analysis.types import Content, Failure, FailureKind, Origin, Passage
from bot.errors import Gone, PlatformUnavailable
from bot.model import Attachment, Message
from bot.ports import Platform

Decode = Callable[[Sequence[Passage], Sequence[bytes | Failure]], Awaitable[Content]]
"""Builds content from passages and the bytes, or the failure, of each file."""


class Gatherer:
    """Collects what a message carries."""

    def __init__(self, decode: Decode, max_bytes: int) -> None:
        self.decode = decode
        self._max_bytes = max_bytes

    async def content(self, platform: Platform, message: Message) -> Content:
        """Fetch every file at the same time and decode it in the sandbox."""
        files = await asyncio.gather(
            *(
                self._fetched(platform, message, attachment, media)
                for media, attachment in enumerate(message.attachments)
            )
        )
        return await self.decode(passages(message), files)

    async def _fetched(
        self, platform: Platform, message: Message, attachment: Attachment, media: int
    ) -> bytes | Failure:
        try:
            return await platform.fetch(attachment, message, self._max_bytes)
        except Gone:
            kind, reason = FailureKind.GONE, "the file is no longer there"
        except UnreadableMedia as exc:
            kind, reason = FailureKind.UNREADABLE, str(exc)
        except PlatformUnavailable as exc:
            kind, reason = FailureKind.UNAVAILABLE, str(exc)
        return Failure("fetch", kind, reason, media)


def passages(message: Message) -> tuple[Passage, ...]:
    """Every piece of text the message brought, each with where it stood."""
    texts = [
        Passage(message.text, Origin.CAPTION),
        *(Passage(text, Origin.EMBED) for text in message.embeds),
        *(Passage(text, Origin.FORWARD) for text in message.forwarded),
    ]
    for media, attachment in enumerate(message.attachments):
        texts.append(Passage(attachment.alt, Origin.ALT, media))
        texts.append(Passage(attachment.filename, Origin.FILENAME, media))
    return tuple(
        Passage(well_formed(each.text), each.origin, each.media)
        for each in texts
        if each.text.strip()
    )
