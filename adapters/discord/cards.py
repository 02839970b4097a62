"""Cards in the moderators' channel: posted once, edited in place, their pictures with them."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import discord
from discord import AllowedMentions
from discord.http import MultipartParameters, handle_message_parameters

from adapters.discord.api import Payload
from adapters.discord.draw import components_of, drawn
from adapters.discord.events import PLATFORM
from adapters.discord.messages import Tools
from adapters.discord.sent import Letter, mark_of
from bot.chat.case_sheet import PICTURES, sheet_of
from bot.chat.signed import Sign
from bot.communities import Communities
from bot.errors import Gone, NotPermitted
from bot.review.card import Card

UPLOAD = 8 * 1024 * 1024
"""Bytes of the pictures of a card, or of an answer, together. Discord takes 10 MiB (docs,
"Uploading Files"); what does not fit is on the web desk."""


class Pictures(Protocol):
    """Where a card's pictures are kept."""

    async def picture(self, name: str) -> bytes:
        """The bytes of a picture, as WebP.

        Raises:
            LookupError: it is not kept any more.
        """
        ...


@dataclass(frozen=True, slots=True)
class Counter:
    """What cards need beside the tools."""

    communities: Communities
    log_channel: str
    """Where cards of communities go that chose no channel."""
    sign: Sign
    pictures: Callable[[], Pictures | None]


class CardActs:
    """The part of the client that puts cards before moderators.

    A card's id is ``channel/message/pictures``, so that it can be edited without looking it up.
    """

    def __init__(self, tools: Tools, counter: Counter) -> None:
        self._tools = tools
        self._api = tools.api
        self._counter = counter

    async def post_card(self, card: Card, *, nonce: str) -> str:
        """Put a card before its guild's moderators; the same nonce is the same card.

        Raises:
            NotPermitted: no channel was chosen for cards, or we may not post there.
        """
        channel = self._channel(card.community_id)
        files = await self._files(card)
        view = self._drawn(card, len(files))

        async def send(short: str) -> Payload:
            params = _params(view, [_file(each, n) for n, each in enumerate(files)], short)
            with params:
                return dict(
                    await self._api.ask(
                        lambda http: http.send_message(channel, params=params),
                        guild=card.community_id,
                        what=f"write/{channel}",
                    )
                )

        letter = Letter(channel, mark_of("", components_of(view)), send)
        message = await self._tools.sent.once(nonce, letter)
        return f"{channel}/{message}/{len(files)}"

    async def redraw_card(self, card_id: str, card: Card) -> None:
        """Show a card as it is now. Gone where somebody took it away."""
        channel, message, shown = _read(card_id)
        # Pictures that are there stay without being sent again; where there are more, all come.
        files = await self._files(card) if len(card.pictures[:PICTURES]) > shown else []
        anew = files if len(files) > shown else []
        view = self._drawn(card, max(shown, len(anew)))
        sent = [_file(each, n) for n, each in enumerate(anew)]
        with _params(view, sent) as params:
            await self._api.ask(
                lambda http: http.edit_message(channel, message, params=params),
                guild=card.community_id,
                what=f"card/{channel}",
            )

    async def card(self, nonce: str) -> str | None:
        """The id of the card that carries this nonce, if it stands."""
        found = await self._tools.sent.standing(nonce)
        if found is None:
            return None
        channel, message = found
        told = await self._api.ask(lambda http: http.get_message(int(channel), int(message)))
        return f"{channel}/{message}/{len(told['attachments'])}"

    async def remove_card(self, card: str) -> None:
        """Take a card of ours away."""
        channel, message, _ = _read(card)
        await self._api.ask(lambda http: http.delete_message(channel, message))

    def _channel(self, community_id: str) -> int:
        chosen = self._counter.communities.of(PLATFORM, community_id).log_channel
        channel = chosen or self._counter.log_channel
        if not channel.isdecimal():
            raise NotPermitted(
                "no channel was chosen for cards here: an administrator chooses one with "
                "/bifocal setup"
            )
        return int(channel)

    def _drawn(self, card: Card, pictures: int) -> discord.ui.LayoutView:
        names = [_name(n) for n in range(pictures)]
        return drawn(sheet_of(card), self._counter.sign, card.community_id, names)

    async def _files(self, card: Card) -> list[bytes]:
        kept = self._counter.pictures()
        if kept is None:
            return []
        found: list[bytes] = []
        for name in card.pictures[:PICTURES]:
            try:
                data = await kept.picture(name)
            except LookupError:
                continue
            if sum(map(len, found)) + len(data) <= UPLOAD:
                found.append(data)
        return found


def _params(
    view: discord.ui.LayoutView, files: Sequence[discord.File], nonce: str = ""
) -> MultipartParameters:
    if files:
        return handle_message_parameters(
            view=view,
            attachments=list(files),
            nonce=nonce or None,
            allowed_mentions=AllowedMentions.none(),
        )
    return handle_message_parameters(
        view=view, nonce=nonce or None, allowed_mentions=AllowedMentions.none()
    )


def _name(number: int) -> str:
    return f"SPOILER_{number}.webp"


def _file(data: bytes, number: int) -> discord.File:
    return discord.File(io.BytesIO(data), filename=_name(number))


def _read(card_id: str) -> tuple[int, int, int]:
    parts = card_id.split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):  # noqa: PLR2004 - channel, message, pictures
        raise Gone("there is no such card")
    channel, message, pictures = map(int, parts)
    return channel, message, pictures
