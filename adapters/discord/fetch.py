"""The files of a post: from Discord's hosts alone, and with a fresh link once where one expired."""

import httpx

from adapters.discord.events import Malformed
from adapters.discord.reading import Reader
from analysis.errors import UnreadableMedia
from bot.download import Downloader, Hosts, LinkExpired
from bot.errors import Gone, NotPermitted
from bot.model import Attachment, Message, Ref

HOSTS = frozenset({
    "cdn.discordapp.com",
    "images-ext-1.discordapp.net",
    "images-ext-2.discordapp.net",
    "media.discordapp.net",
})  # fmt: skip
"""Discord's own: uploads, and the proxy through which it shows pictures of the open web."""


class Files:
    """Fetches what a message carries."""

    def __init__(self, http: httpx.AsyncClient, extra: frozenset[str], reader: Reader) -> None:
        """``extra`` are further hosts as ``host:port``."""
        self._download = Downloader(http, Hosts(HOSTS, extra))
        self._reader = reader

    async def link(self, url: str, at_most: int, declared: int | None = None) -> bytes:
        """The bytes behind a link of Discord's.

        Raises:
            UnreadableMedia, Gone, PlatformUnavailable: as ``Downloader.fetch`` says.
        """
        return await self._download.fetch(url, at_most, declared=declared)

    async def of(self, attachment: Attachment, message: Message, at_most: int) -> bytes:
        """The bytes of an attachment.

        Raises:
            Gone: it is no more.
            UnreadableMedia: larger than allowed, or not on a host of Discord's.
            PlatformUnavailable: try again later.
        """
        try:
            return await self.link(attachment.url, at_most, attachment.size)
        except LinkExpired:
            fresh = await self._again(attachment, message.ref)
        try:
            return await self.link(fresh.url, at_most, fresh.size)
        except LinkExpired as exc:
            raise Gone("the file's link does not open, though Discord gave it just now") from exc

    async def _again(self, attachment: Attachment, ref: Ref) -> Attachment:
        """The same attachment, from the message as Discord tells it now."""
        try:
            now = await self._reader.fresh(ref)
        except (Malformed, NotPermitted) as exc:
            raise UnreadableMedia(str(exc)) from exc
        for each in now.attachments:
            if _path(each.url) == _path(attachment.url):
                return each
        raise Gone("the file is no longer on its message")


def _path(url: str) -> str:
    """What stays of a link when it is signed anew."""
    return url.partition("?")[0]
