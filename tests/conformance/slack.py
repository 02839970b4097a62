"""Slack for the conformance suite: the real adapter over the emulator, in Socket Mode."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.slack import Slack
from bot.model import Message
from tests.adapters.slack.kit import Started, a_slack
from tests.emulators.slack import slack_world


@dataclass
class SlackHarness:
    """Hands on a started adapter. An administrator's token lets it delete."""

    started: Started
    cannot = frozenset({"ban", "kick", "role", "spoiler", "timeout"})

    @property
    def platform(self) -> Slack:
        return self.started.slack

    async def post(self, text: str, picture: bytes | None = None) -> Message:
        files = [("picture.png", picture)] if picture is not None else []
        return (await self.started.posted(text, files=files))[1]

    async def edit(self, message: Message, text: str) -> Message:
        found = self.started.general.find(message.ref.message_id)
        assert found is not None
        await found.edit(text)
        return await self.started.taken(found)

    async def visible(self, message: Message) -> bool:
        return self.started.general.find(message.ref.message_id) is not None


@asynccontextmanager
async def a_slack_harness(_folder: Path) -> AsyncIterator[SlackHarness]:
    """A workspace of its own."""
    async with slack_world() as world, a_slack(world) as started:
        yield SlackHarness(started)
