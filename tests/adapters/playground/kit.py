"""A playground to test against: a real room on disk, a queue that behaves, a clock in hand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from PIL import Image

from adapters.playground import Limits, Playground
from bot.errors import BotError
from bot.model import Message
from bot.review.card import Card

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
API = "/api/v1/playground"


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Queue:
    """An intake that remembers what it took, and can be full or slow."""

    taken: list[Message] = field(default_factory=list)
    offered: list[Message] = field(default_factory=list)
    """Everything it was ever asked to take."""
    fails: list[BotError] = field(default_factory=list)
    """Raised one by one before anything is taken again."""
    gate: asyncio.Event | None = None
    """Where given, nothing is taken before it is set."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, messages: Sequence[Message], /, *, lane: str = "live") -> set[str]:
        self.offered += messages
        self.arrived.set()
        if self.gate:
            await self.gate.wait()
        if self.fails:
            raise self.fails.pop(0)
        new = {message.key for message in messages} - self.keys
        self.taken += [message for message in messages if message.key in new]
        return new

    @property
    def keys(self) -> set[str]:
        return {message.key for message in self.taken}


@dataclass
class Started:
    """A playground at work and a visitor's connection to it."""

    playground: Playground
    queue: Queue
    clock: Clock
    http: httpx.AsyncClient

    async def until_accepted(self) -> None:
        """Wait until the room shows as many posts as the queue took."""
        async with asyncio.timeout(5):
            await self.queue.arrived.wait()
            while not await self.listed() or len(await self.listed()) < len(self.queue.taken):
                pass

    async def send(
        self,
        text: str = "hello",
        *,
        persona: str = "newcomer",
        images: Sequence[tuple[str, bytes]] = (),
        **more: str,
    ) -> httpx.Response:
        """Post something and return the answer, whatever it is."""
        return await self.http.post(
            f"{API}/messages",
            data={"persona": persona, "text": text, **more},
            files=[("image", image) for image in images],
        )

    async def post(
        self,
        text: str = "hello",
        *,
        persona: str = "newcomer",
        images: Sequence[tuple[str, bytes]] = (),
    ) -> dict[str, Any]:
        """Post something and return how it stands."""
        reply = await self.send(text, persona=persona, images=images)
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    async def posted(
        self,
        text: str = "hello",
        *,
        persona: str = "newcomer",
        images: Sequence[tuple[str, bytes]] = (),
    ) -> Message:
        """Post something and return it as the queue took it."""
        await self.post(text, persona=persona, images=images)
        return self.queue.taken[-1]

    async def listed(self) -> list[dict[str, Any]]:
        """Every message as the API lists it."""
        reply = await self.http.get(f"{API}/messages")
        return list(reply.json())

    async def look(self, ref: object) -> dict[str, Any]:
        """One message as the API shows it."""
        reply = await self.http.get(f"{API}/messages/{ref}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json())


@asynccontextmanager
async def a_playground(
    folder: Path,
    *,
    queue: Queue | None = None,
    clock: Clock | None = None,
    limits: Limits | None = None,
) -> AsyncIterator[Started]:
    """A started playground, stopped at the end of the block."""
    queue, clock = queue or Queue(), clock or Clock()
    playground = Playground(folder / "playground.db", now=clock, limits=limits, pause=0.01)
    await playground.start(queue.accept)
    async with visitor(playground) as http:
        try:
            yield Started(playground, queue, clock, http)
        finally:
            await playground.stop()


@asynccontextmanager
async def visitor(playground: Playground) -> AsyncIterator[httpx.AsyncClient]:
    """A connection to a playground, started or not."""
    app = FastAPI()
    app.include_router(playground.routes())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


def a_png(colour: str = "teal", size: int = 16) -> bytes:
    """A small, sound picture."""
    file = BytesIO()
    Image.new("RGB", (size, size), colour).save(file, "PNG")
    return file.getvalue()


def a_card(case_id: str = "case-1") -> Card:
    """What moderators would be shown."""
    return Card(
        case_id=case_id,
        title="Scam in #general",
        author="Nova",
        channel="general",
        caption="free nitro",
        explanation="The picture promises a gift for a log-in.",
        rules=("scam-screenshot",),
        scores=(("scam", 0.93),),
        outcomes=(("delete", "applied"),),
        url="/desk/cases/case-1",
    )
