"""The playground for the conformance suite: the real thing, used over its own API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.playground import Playground
from bot.model import Message
from tests.adapters.playground.kit import API, Clock, Started, a_playground


@dataclass
class PlaygroundHarness:
    """Hands on a started playground."""

    started: Started
    cannot = frozenset({"ban", "kick", "role"})

    @property
    def platform(self) -> Playground:
        return self.started.playground

    async def post(self, text: str, picture: bytes | None = None) -> Message:
        images = [("picture.png", picture)] if picture is not None else []
        return await self.started.posted(text, images=images)

    async def edit(self, message: Message, text: str) -> Message:
        reply = await self.started.http.put(f"{API}/messages/{message.ref}", json={"text": text})
        assert reply.status_code == 200, reply.text
        return self.started.queue.taken[-1]

    async def visible(self, message: Message) -> bool:
        return bool((await self.started.look(message.ref))["state"] == "visible")


@asynccontextmanager
async def a_playground_harness(folder: Path) -> AsyncIterator[PlaygroundHarness]:
    """A playground in this folder."""
    async with a_playground(folder, clock=Clock(datetime.now(UTC))) as started:
        yield PlaygroundHarness(started)
