"""Links that people give by hand: to a message of their server, or to a picture on Discord."""

import re
from dataclasses import dataclass

import discord

from adapters.discord.events import PLATFORM, Malformed
from adapters.discord.fetch import HOSTS, Files
from adapters.discord.places import Places
from adapters.discord.reading import Reader
from bot.chat.asker import Refused
from bot.model import Ref

_MESSAGE = re.compile(
    r"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/channels/(\d{1,20})/(\d{1,20})/(\d{1,20})/?"
)
FILES = 10
"""Of one message; as many as Discord lets a member upload at once."""
HIDDEN = "You do not see that channel, so its messages are not looked at for you."


@dataclass(frozen=True, slots=True)
class Found:
    """What lies behind a link."""

    files: tuple[tuple[str, bytes], ...]
    text: str = ""


class Links:
    """Follows links, as far as the person who gave them could."""

    def __init__(self, files: Files, places: Places, reader: Reader, at_most: int) -> None:
        """``at_most`` is in bytes, for each file."""
        self._files = files
        self._places = places
        self._reader = reader
        self._at_most = at_most

    async def upload(self, url: str, size: int | None) -> bytes:
        """A file that came with a command.

        Raises:
            UnreadableMedia, Gone, PlatformUnavailable: it cannot be had.
        """
        return await self._files.link(url, self._at_most, size)

    async def follow(self, link: str, user: discord.User | discord.Member) -> Found | None:
        """What lies behind a link; None where it leads nowhere that we look.

        Raises:
            Refused: it leads where this person may not look.
            UnreadableMedia, Gone, NotPermitted, PlatformUnavailable: it cannot be had.
        """
        link = link.strip().strip("<>")
        if found := _MESSAGE.fullmatch(link):
            return await self._message(Ref(PLATFORM, *found.groups()), user)
        if any(link.startswith(f"https://{host}/") for host in HOSTS):
            return Found((("link", await self.upload(link, None)),))
        return None

    async def _message(self, ref: Ref, user: discord.User | discord.Member) -> Found | None:
        if not isinstance(user, discord.Member) or str(user.guild.id) != ref.community_id:
            return None
        guild = await self._places.guild(ref.community_id)
        channel = guild.get_channel_or_thread(int(ref.channel_id))
        if channel is None or not _sees(channel, user):
            raise Refused(HIDDEN)
        try:
            message = await self._reader.fresh(ref)
        except Malformed as exc:
            raise Refused("That message cannot be read.") from exc
        files = [
            (each.filename or "picture", await self._files.of(each, message, self._at_most))
            for each in message.attachments[:FILES]
        ]
        words = (message.text, *message.embeds, *message.forwarded)
        return Found(tuple(files), "\n".join(part for part in words if part))


def _sees(channel: discord.abc.GuildChannel | discord.Thread, user: discord.Member) -> bool:
    """Whether they may read there; of private threads only who keeps them in order is sure to."""
    allowed = channel.permissions_for(user)
    private = isinstance(channel, discord.Thread) and channel.is_private()
    reads = allowed.view_channel and allowed.read_message_history
    return reads and (allowed.manage_threads if private else True)
