"""Answers to interactions: announced within Discord's three seconds, then written in place.

Only the person who asked sees them, and they mention nobody.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from adapters.discord.cards import UPLOAD
from adapters.discord.draw import drawn
from adapters.discord.forms import opened
from bot.chat.port import Chat
from bot.chat.sheet import Form, Sheet, Tone
from bot.chat.signed import Sign
from bot.errors import BotError
from bot.log import logger

LONGEST_S = 600.0
"""Seconds an answer may take; Discord forgets the question after 15 minutes."""
BROKE = Sheet(
    "That did not work",
    ("Something broke while this was done. Try again; the log says more.",),
    tone=Tone.BAD,
)
_log = logger("discord.answers")
Interaction = discord.Interaction[Any]


class Answers:
    """Writes answers."""

    def __init__(self, sign: Sign, chat: Callable[[], Chat | None], at_once: int) -> None:
        """So many answers are worked on at the same time; more are announced, and wait."""
        self._sign = sign
        self._chat = chat
        self._turn = asyncio.Semaphore(at_once)

    async def say(self, interaction: Interaction, sentence: str) -> None:
        """Answer at once, in words of ours alone."""
        view = drawn(Sheet(sentence), self._sign, str(interaction.guild_id or ""))
        await interaction.response.send_message(view=view, ephemeral=True)

    async def ask(self, interaction: Interaction, form: Form) -> None:
        """Open a form at once."""
        modal = opened(form, self._sign, str(interaction.guild_id or ""))
        await interaction.response.send_modal(modal)

    async def work(self, interaction: Interaction, work: Callable[[], Awaitable[Sheet]]) -> None:
        """Announce the answer, do the work, and write it.

        On a message that only the asker sees, it is written over; else it comes by itself.
        """
        message = interaction.message
        if message is not None and message.flags.ephemeral:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        async with self._turn:
            sheet = await self._done(work)
        files = await self._files(sheet)
        names = [each.filename for each in files]
        view = drawn(sheet, self._sign, str(interaction.guild_id or ""), names)
        await interaction.edit_original_response(view=view, attachments=files)

    @staticmethod
    async def _done(work: Callable[[], Awaitable[Sheet]]) -> Sheet:
        try:
            async with asyncio.timeout(LONGEST_S):
                return await work()
        except BotError as exc:
            return Sheet("That did not work", (str(exc),), tone=Tone.BAD)
        except Exception as exc:  # noqa: BLE001 - whatever broke, the person is told
            _log.error("answer.broke", error=type(exc).__name__)
            return BROKE

    async def _files(self, sheet: Sheet) -> list[discord.File]:
        chat, files, room = self._chat(), list[discord.File](), UPLOAD
        if chat is None:
            return files
        for number, picture in enumerate(sheet.pictures):
            try:
                data = await chat.picture(picture.name)
            except LookupError:
                continue
            if len(data) > room:  # the rest is on the web desk
                continue
            room -= len(data)
            name = f"SPOILER_{number}.webp"
            files.append(discord.File(io.BytesIO(data), filename=name, description=picture.alt))
        return files
