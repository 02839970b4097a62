"""Slack to test against: the adapter over the emulator, with memory that behaves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI

from adapters.slack import Slack
from bot.chat.signed import Signer
from bot.config.tables import MediaLimits
from bot.config.tables import Slack as Settings
from bot.errors import BotError
from bot.model import Message as Taken
from bot.ports import Action
from bot.storage.installations import Installation
from bot.web.server import WebServer
from tests.adapters.slack.chat import FakeChat
from tests.emulators.slack import Channel, Message, Team, User, World
from tests.memory import MemoryBookmarks, MemoryCommunities

NO_GAP = timedelta()
KEY = b"a key for tests"


@dataclass
class MemoryInstallations:
    """What is needed of ``bot.storage.installations.Installations``."""

    kept: dict[str, Installation] = field(default_factory=dict)

    async def save(self, platform: str, community_id: str, given: Mapping[str, object]) -> None:
        at = datetime.now(UTC)
        self.kept[community_id] = Installation(platform, community_id, at, dict(given))

    async def find(self, platform: str, community_id: str) -> Installation | None:
        return self.kept.get(community_id)

    async def all(self, platform: str) -> Sequence[Installation]:
        return tuple(self.kept.values())

    async def drop(self, platform: str, community_id: str) -> bool:
        return self.kept.pop(community_id, None) is not None


@dataclass
class Intake:
    """A queue that remembers what it took, and can be full or slow."""

    taken: list[Taken] = field(default_factory=list)
    offered: int = 0
    fails: list[BotError] = field(default_factory=list)
    """Raised one by one before anything is taken again."""
    gate: asyncio.Event | None = None
    """Where given, nothing is taken before it is set."""

    async def accept(self, messages: Sequence[Taken], /, *, lane: str = "live") -> set[str]:
        self.offered += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.fails:
            raise self.fails.pop(0)
        known = {message.key for message in self.taken}
        new = [message for message in messages if message.key not in known]
        self.taken += new
        return {message.key for message in new}

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.taken]


@dataclass
class Started:
    """The adapter at work, and hands to use Slack with."""

    world: World
    team: Team
    slack: Slack
    intake: Intake
    chat: FakeChat
    communities: MemoryCommunities
    bookmarks: MemoryBookmarks
    installations: MemoryInstallations

    @property
    def general(self) -> Channel:
        return self.team.channel("general")

    @property
    def mods(self) -> Channel:
        """The private moderators' channel that cards go to."""
        return self.team.channel("mods", private=True)

    @property
    def ann(self) -> User:
        """An ordinary member."""
        return self.team.user("ann")

    @property
    def mod(self) -> User:
        """A moderator: in the moderators' channel, and no administrator."""
        user = self.team.user("mod")
        if user not in self.mods.members:
            self.mods.members.append(user)
        return user

    async def taken(self, message: Message) -> Taken:
        """A message as the queue took it."""
        await message.acked()
        return self.intake.taken[-1]

    async def posted(self, text: str = "hello", **more: Any) -> tuple[Message, Taken]:
        """A member's post in #general, as Slack has it and as the queue took it."""
        message = await self.general.post(self.ann, text, **more)
        return message, await self.taken(message)


def settings_of(world: World, team: Team | None = None, **more: Any) -> Settings:
    """The adapter's settings for one workspace of this world, in Socket Mode."""
    made = world.settings(team)
    given = {
        "bot_token": made.bot_token,
        "app_token": made.app_token,
        "user_token": made.user_token or None,
        "api_base": made.api_base,
        "simulate": False,
        **more,
    }
    return Settings.model_validate(given)


@asynccontextmanager
async def a_slack(
    world: World,
    *,
    http: bool = False,
    intake: Intake | None = None,
    bookmarks: MemoryBookmarks | None = None,
    installations: MemoryInstallations | None = None,
    text_only: bool = True,
    gap: timedelta = NO_GAP,
    asked: Callable[[str], Iterable[Action]] = lambda _community: (),
    public_url: str = "",
    connects: bool = True,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    **more: Any,
) -> AsyncIterator[Started]:
    """The adapter, started and connected by sockets or by ``http``; stopped at the end.

    ``more`` are settings of ``[slack]``.
    """
    team = world.team()
    mods = team.channel("mods", private=True)
    road: dict[str, Any] = (
        {"app_token": None, "signing_secret": world.settings().signing_secret} if http else {}
    )
    settings = settings_of(world, **{"log_channel": mods.id, **road, **more})
    communities, intake = MemoryCommunities(), intake or Intake()
    marks, kept = bookmarks or MemoryBookmarks(), installations or MemoryInstallations()
    media = MediaLimits.model_validate({"extra_hosts": [world.file_site.host]})
    slack = Slack(
        settings,
        media,
        communities=communities,
        bookmarks=marks,
        signer=Signer(KEY),
        installations=kept,
        text_only=text_only,
        public_url=public_url,
        asked=asked,
        now=now,
        gap=gap,
    )
    chat = FakeChat()
    slack.serve(chat)
    started = Started(world, team, slack, intake, chat, communities, marks, kept)
    await slack.start(intake.accept)
    try:
        if http:
            async with served(slack) as url:
                await world.point_at(f"{url}/slack/events")
                yield started
        else:
            if connects:
                await world.connected()
            yield started
    finally:
        await slack.stop()


@asynccontextmanager
async def served(slack: Slack) -> AsyncIterator[str]:
    """The adapter's own routes on a loopback port."""
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    if routes := slack.routes():
        app.include_router(routes)
    server, stop = WebServer(app, "127.0.0.1", 0), asyncio.Event()
    serving = asyncio.create_task(server.serve(stop))
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        stop.set()
        await serving
