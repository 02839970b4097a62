"""What people ask for in chat: commands, menus, buttons and forms, each answered in time.

Discord gives three seconds. Where a form must be filled in first it is opened at once; else the
answer is announced, and follows when it is there.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import discord
from discord import InteractionType

from adapters.discord.answers import Answers
from adapters.discord.asker import asker_of
from adapters.discord.commands import Asked, asked_for
from adapters.discord.controls import PICK
from adapters.discord.events import PLATFORM, Malformed, author_of
from adapters.discord.forms import filled_in
from adapters.discord.links import Links
from adapters.discord.places import Places
from adapters.discord.reading import Reader
from analysis.errors import UnreadableMedia
from bot.chat.asker import Asker, Refused
from bot.chat.port import Chat
from bot.chat.sheet import Press, Sheet, Tone
from bot.chat.signed import Signer
from bot.communities import Communities
from bot.errors import Gone, PlatformError
from bot.log import logger

FORGED = "forged"
"""Under this verb a press that is not ours is brought to ``Chat``, which refuses and audits it."""
AT_ONCE = 4
"""Commands that may fetch files at the same time; chosen by eye."""
STARTING = "Bifocal is starting. Try again in a moment."
UNKNOWN = "Bifocal does not offer this any more."

_log = logger("discord.presses")
Interaction = discord.Interaction[Any]


class Presses:
    """Turns interactions into ``Chat``'s calls, and what comes back into answers."""

    def __init__(
        self,
        *,
        signer: Signer,
        communities: Communities,
        places: Places,
        reader: Reader,
        links: Links,
        chat: Callable[[], Chat | None],
        answers: int,
    ) -> None:
        """``answers`` is how many are worked on at the same time."""
        self._signer = signer
        self._communities = communities
        self._places = places
        self._reader = reader
        self._links = links
        self._chat = chat
        self._answers = Answers(signer.write, chat, answers)
        self._fetching = asyncio.Semaphore(AT_ONCE)

    async def handle(self, interaction: Interaction) -> None:
        """Answer one interaction; whatever breaks, the person is told in a sentence."""
        try:
            await self._handle(interaction)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as exc:
            # Too late, or answered by an earlier life of ours: there is nobody left to tell.
            _log.warning("interaction.unanswered", error=type(exc).__name__)

    async def _handle(self, interaction: Interaction) -> None:
        chat, data = self._chat(), dict(interaction.data or {})
        if chat is None:
            await self._answers.say(interaction, STARTING)
        elif interaction.type is InteractionType.application_command:
            await self._command(interaction, chat, data)
        elif interaction.type is InteractionType.component:
            await self._component(interaction, chat, data)
        elif interaction.type is InteractionType.modal_submit:
            await self._pressed(interaction, chat, str(data["custom_id"]), filled_in(data))

    async def _command(self, interaction: Interaction, chat: Chat, data: dict[str, Any]) -> None:
        asked = asked_for(data)
        if asked is None:
            await self._answers.say(interaction, UNKNOWN)
            return
        await self._answers.work(interaction, lambda: self._asked(interaction, chat, asked))

    async def _asked(self, interaction: Interaction, chat: Chat, asked: Asked) -> Sheet:
        asker = await self._asker(interaction)
        guild_id = asker.community_id
        if asked.message is not None:
            try:
                message = await self._reader.message(guild_id, asked.message)
            except Malformed:
                return _cannot("That message cannot be read.")
            return await chat.on_message(asker, asked.name, message)
        if asked.person is not None:
            user, member = asked.person
            guild = await self._places.guild(guild_id)
            moderators = self._communities.of(PLATFORM, guild_id).moderators
            return await chat.on_person(
                asker, asked.name, author_of(user, member, guild, moderators)
            )
        try:
            given, files = await self._given(interaction, asked)
        except (Refused, UnreadableMedia, PlatformError) as exc:
            return _cannot(str(exc))
        return await chat.command(asker, asked.name, given, files)

    async def _given(
        self, interaction: Interaction, asked: Asked
    ) -> tuple[Mapping[str, str], list[tuple[str, bytes]]]:
        """A command's arguments, with its files and what lies behind its link fetched."""
        given, files = dict(asked.given), list[tuple[str, bytes]]()
        async with self._fetching:
            for each in asked.files:
                size = each.get("size")
                data = await self._links.upload(str(each["url"]), size)
                files.append((str(each.get("filename") or "file"), data))
            found = await self._links.follow(given.get("link", ""), interaction.user)
        if found is not None:
            del given["link"]
            files += found.files
            text = "\n".join(part for part in (given.get("text"), found.text) if part)
            given |= {"text": text} if text else {}
        return given, files

    async def _component(self, interaction: Interaction, chat: Chat, data: dict[str, Any]) -> None:
        custom_id = str(data["custom_id"])
        values = [str(each) for each in data.get("values") or ()]
        if self._verb(interaction, custom_id) == PICK and values:
            await self._pressed(interaction, chat, values[0])
        elif data.get("component_type") == discord.ComponentType.button.value:
            await self._pressed(interaction, chat, custom_id)
        else:
            await self._pressed(interaction, chat, custom_id, {"chosen": ",".join(values)})

    async def _pressed(
        self,
        interaction: Interaction,
        chat: Chat,
        custom_id: str,
        answers: Mapping[str, str] | None = None,
    ) -> None:
        try:
            press = self._signer.read(custom_id, str(interaction.guild_id or ""))
        except Refused as exc:
            refused = str(exc)
            await self._answers.work(
                interaction, lambda: self._forged(interaction, chat, custom_id, refused)
            )
            return
        if answers is None and (form := chat.form_of(self._asker_now(interaction), press)):
            await self._answers.ask(interaction, form)
            return

        async def carried_out() -> Sheet:
            return await chat.press(await self._asker(interaction), press, answers)

        await self._answers.work(interaction, carried_out)

    async def _forged(
        self, interaction: Interaction, chat: Chat, custom_id: str, refused: str
    ) -> Sheet:
        asker = await self._asker(interaction)
        _log.warning("press.forged", by=asker.id, guild=asker.community_id)
        await chat.press(asker, Press(FORGED, detail=custom_id[:32]))
        return _cannot(refused)

    def _verb(self, interaction: Interaction, custom_id: str) -> str:
        try:
            return self._signer.read(custom_id, str(interaction.guild_id or "")).verb
        except Refused:
            return ""

    def _asker_now(self, interaction: Interaction) -> Asker:
        """Who asks, by what is known at this moment."""
        guild = self._places.seen(str(interaction.guild_id or ""))
        return asker_of(interaction, guild, self._communities)

    async def _asker(self, interaction: Interaction) -> Asker:
        """Who asks; their guild is asked for where it is not known."""
        if interaction.guild_id is not None:
            try:
                await self._places.guild(str(interaction.guild_id))
            except (Gone, PlatformError):
                return self._asker_now(interaction)
        return self._asker_now(interaction)


def _cannot(sentence: str) -> Sheet:
    return Sheet("That cannot be done", (sentence,), tone=Tone.WATCH)
