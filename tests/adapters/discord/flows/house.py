"""The whole application on Discord, with SimCord for Discord: real client, chat, journal and desk.

Time stands still unless a test moves it, and is the same for Discord and the application.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import discord
import httpx
import simcord
from pydantic import SecretStr

from adapters.discord import Discord
from analysis.sandbox import prepare
from bot.application import Application
from bot.chat.signed import Signer
from bot.clock import SteadyClock
from bot.config.tables import Analysis, Limits, MediaLimits, Provider, Settings, Storage, Web
from bot.config.tables import Discord as DiscordSettings
from bot.core import Core, opened_core
from bot.jobs import Answer, Job
from bot.policy.choice import chosen_in
from bot.policy.file import PolicyFile
from bot.queue import open_queue
from bot.queue.port import Queue
from bot.storage.store import Store, opened
from tests.adapters.discord.kit import QUICK

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
"""When SimCord's clock begins."""
KEY = "a secret that a vendor would share"
CDN = "cdn.simcord.invalid"
RULES = """
[[rule]]
id = "scam"
when = "scores.scam >= 0.8"
then = ["delete", "timeout 1h", "flag"]
because = "It looks like a scam."

[[rule]]
id = "known"
when = "image.known_bad || image.suspected_bad"
then = ["flag"]
because = "The picture is known."

[[rule]]
id = "asked"
when = "text.content.contains('look at this')"
then = ["flag"]
because = "Somebody asked for it."
"""


class Hands:
    """Of one clock, by which SimCord and the application live."""

    def __init__(self) -> None:
        self.env: simcord.Env | None = None
        self.files: dict[str, bytes] = {}
        """What lies on Discord's own hosts, by address."""

    def now(self) -> datetime:
        return self.env.now() if self.env else BEGAN

    def seconds(self) -> float:
        return (self.now() - BEGAN).total_seconds()

    def file(self, request: httpx.Request) -> httpx.Response:
        """A file from where Discord keeps it."""
        url = str(request.url)
        data = self.files.get(url) or (self.env.backend.cdn.get(url) if self.env else None)
        return (
            httpx.Response(404)
            if data is None
            else httpx.Response(200, stream=httpx.ByteStream(data))
        )


@dataclass
class Life:
    """One run of the application."""

    application: Application
    platform: Discord
    client: discord.Client
    working: "asyncio.Task[None]"
    over: asyncio.Event
    answers: "asyncio.Queue[tuple[Job, Answer]]"
    """What came of each job, in order."""
    open: asyncio.Event
    """While it is not set, accepted posts wait to be judged."""

    async def end(self) -> None:
        """Stop as the application does: the platform first, then what is in flight."""
        await self.platform.stop()
        self.over.set()
        await self.working


@dataclass
class House:
    """What outlives a run."""

    settings: Settings
    rules: PolicyFile
    store: Store
    core: Core
    queue: Queue
    http: httpx.AsyncClient
    hands: Hands

    def life(self) -> Life:
        """Begin a run. Its client is to be attached to SimCord."""
        platform = Discord(
            self.settings.discord,
            self.settings.media,
            communities=self.store.communities,
            bookmarks=self.store.bookmarks,
            signer=Signer(*self.store.journal.seal.signing),
            http=self.http,
            now=self.hands.now,
            clock=self.hands.seconds,
            paces=QUICK,
        )
        application = Application(
            settings=self.settings,
            rules=self.rules,
            choice=chosen_in(self.store.communities, self.rules),
            store=self.store,
            core=self.core,
            queue=self.queue,
            platforms={platform.name: platform},
            clock=SteadyClock(self.hands.now, self.hands.seconds),
        )
        platform.serve(application.front_desk)
        over, gate = asyncio.Event(), asyncio.Event()
        answers = asyncio.Queue[tuple[Job, Answer]]()
        gate.set()

        async def handle(job: Job) -> Answer:
            await gate.wait()
            answer = await application.app.handle(job)
            answers.put_nowait((job, answer))
            return answer

        working = asyncio.create_task(self.queue.serve(handle, 2, over))
        client = platform.open(application.app.accept)
        return Life(application, platform, client, working, over, answers, gate)


def settings_in(
    folder: Path,
    *,
    live: bool = True,
    actions: int = 100,
    unsupported: Literal["note", "review"] = "review",
    vendor: str = "",
) -> Settings:
    """Settings that reach nothing but SimCord, and a vendor's address where one is given."""
    asked = ("generic_http",) if vendor else ()
    return Settings(
        storage=Storage(url=f"sqlite+aiosqlite:///{folder}/bifocal.db", evidence_url="memory://"),
        analysis=Analysis(ocr=False, providers=asked, remote="always"),
        providers={name: Provider(base_url=vendor, api_key=SecretStr(KEY)) for name in asked},
        media=MediaLimits(extra_hosts=(f"{CDN}:443",), unsupported=unsupported),
        limits=Limits(actions_per_hour=actions, analyze_per_user_per_hour=3),
        web=Web(public_url="https://desk.example"),
        discord=DiscordSettings(simulate=not live),
    )


@asynccontextmanager
async def a_house(folder: Path, settings: Settings, rules: str) -> AsyncIterator[House]:
    """Everything that a run needs, in a folder of its own."""
    (folder / "policy.toml").write_text(rules, "utf-8")
    hands = Hands()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened(settings.storage, hands.now))
        core = await stack.enter_async_context(opened_core(settings, prepare(), store.spend))
        queue = await open_queue(f"sqlite:///{folder}/inbox.db")
        stack.push_async_callback(queue.close)
        http = httpx.AsyncClient(transport=httpx.MockTransport(hands.file))
        stack.push_async_callback(http.aclose)
        policy = PolicyFile(folder / "policy.toml", "standard")
        yield House(settings, policy, store, core, queue, http, hands)
