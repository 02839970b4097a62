"""An application that asks vendors on loopback: real settings, providers and journey."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from analysis.dialling import Names
from analysis.remote.prepare import Pictures
from bot.config.load import load
from bot.model import Record
from bot.providers import opened_remote
from tests.bot.journey import World, a_world
from tests.builders import a_message
from tests.emulators import gemini, openai_chat

KEYS = {"gemini": gemini.KEY, "openai_chat": openai_chat.KEY}


@asynccontextmanager
async def asking(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    urls: Mapping[str, str],
    names: Names | None = None,
) -> AsyncIterator[World]:
    """An application in a folder that asks these providers, in this order, at these addresses."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("BIFOCAL_ANALYSIS__PROVIDERS", ",".join(urls))
    for name, url in urls.items():
        monkeypatch.setenv(f"BIFOCAL_PROVIDERS__{name.upper()}__API_KEY", KEYS[name])
        monkeypatch.setenv(f"BIFOCAL_PROVIDERS__{name.upper()}__BASE_URL", url)
    async with (
        opened_remote(load(), Pictures(), names=names) as remote,
        a_world(folder, remote=remote.detectors) as world,
    ):
        yield world


async def posted(world: World, *numbers: int) -> Sequence[Record]:
    """A post of its own words for each number, all at once, to their records."""
    ref = a_message().ref
    messages = [
        world.stands(a_message(f"good morning {n}", ref=ref._replace(message_id=f"m{n}")))
        for n in numbers
    ]
    await asyncio.gather(*(world.handle(message) for message in messages))
    return [await world.record(message) for message in messages]
