"""Which messages are judged, and how one is read, from an event or as Discord tells it anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.discord.api import Api, Payload
from adapters.discord.events import PLATFORM, Malformed, has_media, message_of, written
from adapters.discord.places import Places
from bot.errors import Gone
from bot.model import Message, Ref


@dataclass(frozen=True, slots=True)
class Choices:
    """What is judged, as the settings say."""

    bots: bool = False
    webhooks: bool = True
    text_only: bool = True
    cdn: str = "https://cdn.discordapp.com"
    """Where stickers lie."""


class Reader:
    """Makes messages of payloads."""

    def __init__(self, api: Api, places: Places, choices: Choices) -> None:
        self._api = api
        self._places = places
        self._choices = choices

    def wanted(self, payload: Payload) -> bool:
        """Whether an event may be judged: cheap, and yes where it cannot be told."""
        if not payload.get("guild_id") or not written(payload):
            return False
        if not self._choices.text_only and not has_media(payload):
            return False
        author = payload.get("author")
        return not isinstance(author, dict) or self._by_others(payload, author)

    def _by_others(self, payload: Payload, author: Mapping[str, Any]) -> bool:
        if str(author.get("id")) == str(self._api.me):
            return False
        # What answers a command is posted under the application's own id: a bot, no webhook.
        webhook = payload.get("webhook_id")
        if webhook and webhook != payload.get("application_id"):
            return self._choices.webhooks
        return self._choices.bots or not author.get("bot")

    async def event(self, payload: Payload) -> Message | None:
        """The message of an event; read anew from Discord where the event is not whole.

        Raises:
            Malformed: nothing can be made of it.
            Gone, NotPermitted, PlatformUnavailable: what is needed for it cannot be asked for.
        """
        guild_id = str(payload.get("guild_id") or "")
        try:
            return await self.message(guild_id, payload)
        except Malformed:
            if (ref := _ref_of(payload)) is None:
                raise
        told = {**await self.payload(ref), "guild_id": guild_id}
        return await self.message(guild_id, told) if self.wanted(told) else None

    async def message(self, guild_id: str, payload: Payload) -> Message:
        """A message from its payload.

        Raises:
            Malformed: it is not told as documented.
            Gone, NotPermitted, PlatformUnavailable: its place or author cannot be asked for.
        """
        user, channel_id = payload.get("author"), payload.get("channel_id")
        if not isinstance(user, dict) or not str(channel_id).isdecimal():
            raise Malformed("a message without author or channel")
        guild = await self._places.guild(guild_id)
        spot = await self._places.spot(guild_id, str(channel_id))
        webhook = bool(payload.get("webhook_id"))
        author = await self._places.author(guild, user, payload.get("member"), webhook=webhook)
        return message_of(payload, spot, author, self._choices.cdn)

    async def payload(self, ref: Ref) -> Payload:
        """A message as it stands now.

        Raises:
            Gone: it was removed, or never was.
            NotPermitted, PlatformUnavailable: it cannot be asked for.
        """
        numbers = (ref.channel_id, ref.message_id)
        if not all(each.isdecimal() for each in numbers):
            raise Gone("there is no such message")
        channel, message = map(int, numbers)
        return dict(
            await self._api.ask(
                lambda http: http.get_message(channel, message),
                guild=ref.community_id,
                what=f"read/{channel}",
            )
        )

    async def fresh(self, ref: Ref) -> Message:
        """A message as it stands now, with its author.

        Raises:
            Malformed: it is not told as documented.
            Gone, NotPermitted, PlatformUnavailable: it cannot be asked for.
        """
        return await self.message(ref.community_id, await self.payload(ref))

    async def title(self, ref: Ref, payload: Payload) -> str:
        """The title of the thread that a message begins; mostly nothing."""
        begins = str(payload.get("id")) == ref.channel_id or payload.get("type") == 21  # noqa: PLR2004 - thread's start
        if not begins:
            return ""
        spot = await self._places.spot(ref.community_id, ref.channel_id)
        return spot.title_of(payload)


def _ref_of(payload: Payload) -> Ref | None:
    """Which message an event is about, where at least that can be told."""
    parts = [str(payload.get(key) or "") for key in ("guild_id", "channel_id", "id")]
    return Ref(PLATFORM, *parts) if all(each.isdecimal() for each in parts) else None
