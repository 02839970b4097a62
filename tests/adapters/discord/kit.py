"""The platform at work against the emulated Discord, with fakes that behave for all else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from PIL import Image
from pydantic import SecretStr

from adapters.discord import Discord, Paces
from bot.chat.asker import Asker, Rank, Refused, check_rank
from bot.chat.commands import COMMANDS
from bot.chat.sheet import Form, Press, Sheet
from bot.chat.signed import Signer
from bot.config.tables import Discord as Settings
from bot.config.tables import MediaLimits
from bot.errors import BotError
from bot.model import Author, Message
from tests.emulators.discord import Guild, World
from tests.memory import MemoryBookmarks, MemoryCommunities

KEY = b"a key of a test, which outlives restarts"
QUICK = Paces(retry=0.02, identify=0.0, offer=0.02, write=0.02, answers=8)


@dataclass
class Communities(MemoryCommunities):
    """What guilds chose, in memory."""

    def choose(self, guild: Guild, **choices: Any) -> None:
        """Let a guild choose something beforehand."""
        key = ("discord", str(guild.id))
        self.known[key] = replace(self.of(*key), **choices)


@dataclass
class Queue:
    """An intake that remembers what it took, by lane, and can be full, slow or broken."""

    taken: list[Message] = field(default_factory=list)
    lanes: list[tuple[str, Message]] = field(default_factory=list)
    offers: int = 0
    fails: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def accept(self, messages: Sequence[Message], /, *, lane: str = "live") -> set[str]:
        self.offers += 1
        await self.gate.wait()
        if self.fails:
            raise self.fails.pop(0)
        known = {message.key for message in self.taken}
        new = [message for message in messages if message.key not in known]
        self.taken += new
        self.lanes += [(lane, message) for message in new]
        return {message.key for message in new}

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.taken]

    def lane(self, name: str) -> list[Message]:
        return [message for lane, message in self.lanes if lane == name]


OUTSIDE = frozenset(each.name for each in COMMANDS if each.outside)
Ask = tuple[str, Asker, Mapping[str, str]]


@dataclass
class Chat:
    """Answers in sheets of its own, refuses by rank as the real one does, and audits."""

    asked: list[Ask] = field(default_factory=list)
    """What was carried out: its name, by whom, and with what."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """What was refused: the verb, and to whom."""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    persons: list[Author] = field(default_factory=list)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    """What is answered to a command or a verb; else its name."""
    forms: dict[str, Form] = field(default_factory=dict)
    """What must be asked before a verb."""
    ranks: dict[str, Rank] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    wait: asyncio.Event = field(default_factory=asyncio.Event)
    broken: Exception | None = None

    def __post_init__(self) -> None:
        self.wait.set()

    async def command(
        self,
        asker: Asker,
        name: str,
        given: Mapping[str, str],
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Sheet:
        self.files += files
        return await self._answered(asker, name, given)

    async def on_message(self, asker: Asker, verb: str, message: Message) -> Sheet:
        self.messages.append(message)
        return await self._answered(asker, verb, {})

    async def on_person(self, asker: Asker, verb: str, person: Author) -> Sheet:
        self.persons.append(person)
        return await self._answered(asker, verb, {})

    def form_of(self, asker: Asker, press: Press) -> Form | None:
        form = self.forms.get(press.verb)
        return replace(form, press=press) if form else None

    async def press(
        self, asker: Asker, press: Press, answers: Mapping[str, str] | None = None
    ) -> Sheet:
        given = {"subject": press.subject, "detail": press.detail, **(answers or {})}
        return await self._answered(asker, press.verb, given)

    async def home(self, asker: Asker, detail: str = "") -> Sheet:
        return await self._answered(asker, "home", {"detail": detail})

    async def picture(self, name: str) -> bytes:
        return self.pictures[name]

    async def _answered(self, asker: Asker, name: str, given: Mapping[str, str]) -> Sheet:
        await self.wait.wait()
        if self.broken is not None:
            raise self.broken
        try:
            if name == "forged":
                raise Refused("This button is not valid here.")
            if name not in OUTSIDE:
                check_rank(asker, self.ranks.get(name, Rank.MEMBER))
        except BotError as exc:
            self.refused.append((name, asker.id))
            return Sheet(str(exc))
        self.asked.append((name, asker, dict(given)))
        return self.sheets.get(name, Sheet(f"did {name}"))


@dataclass
class Started:
    """A platform at work, and all around it."""

    platform: Discord
    world: World
    queue: Queue
    bookmarks: MemoryBookmarks
    communities: Communities
    chat: Chat

    async def taken(self, count: int = 1) -> list[Message]:
        """Wait until so many messages were accepted."""
        await self.world.until(lambda: len(self.queue.taken) >= count)
        return self.queue.taken

    async def ready(self) -> None:
        await self.world.until(lambda: self.platform.ready() is None)


def settings_for(world: World, **more: Any) -> Settings:
    """Settings that lead to the emulated Discord; live unless they say otherwise."""
    there = world.settings()
    said: dict[str, Any] = {
        "token": SecretStr(there.token),
        "api_base": there.api_base,
        "gateway_url": there.gateway_url,
        "cdn_base": world.url,
        "simulate": False,
    }
    return Settings(**said | more)


@asynccontextmanager
async def a_discord(
    world: World,
    *,
    queue: Queue | None = None,
    bookmarks: MemoryBookmarks | None = None,
    communities: Communities | None = None,
    chat: Chat | None = None,
    text_only: bool = True,
    paces: Paces = QUICK,
    waiting: bool = True,
    clock: Callable[[], float] | None = None,
    media: MediaLimits | None = None,
    greeted: bool = True,
    **settings: Any,
) -> AsyncIterator[Started]:
    """The platform, connected to this world unless it is not to be waited for.

    Where it is ``greeted``, it knows the guilds that are there from before.
    """
    queue, chat = queue or Queue(), chat or Chat()
    bookmarks, communities = bookmarks or MemoryBookmarks(), communities or Communities()
    for guild in world.guilds.values() if greeted else ():
        if communities.of("discord", str(guild.id)).joined_at is None:
            communities.choose(guild, name=guild.name, joined_at=world.now())
    hosts = media or MediaLimits(extra_hosts=(world.settings().host,))
    more: dict[str, Any] = {"clock": clock} if clock else {}
    platform = Discord(
        settings_for(world, **settings),
        hosts,
        communities=communities,
        bookmarks=bookmarks,
        signer=Signer(KEY),
        text_only=text_only,
        now=world.now,
        paces=paces,
        **more,
    )
    platform.serve(chat)
    started = Started(platform, world, queue, bookmarks, communities, chat)
    await platform.start(queue.accept)
    try:
        if waiting:
            await started.ready()
        yield started
    finally:
        await platform.stop()


def a_png(colour: str = "teal", size: int = 16) -> bytes:
    """A small, sound picture."""
    file = BytesIO()
    Image.new("RGB", (size, size), colour).save(file, "PNG")
    return file.getvalue()
