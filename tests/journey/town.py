"""One bot process that serves Discord, Slack and the playground at once, and all their people."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast

from bot.config.tables import Storage
from bot.model import Case, Outcome, Ref, Status
from bot.storage.store import Store, opened
from bot.storage.tokens import Scope
from tests.emulators.discord import World as DiscordWorld
from tests.emulators.discord import discord_world
from tests.emulators.slack import World as SlackWorld
from tests.emulators.slack import slack_world
from tests.journey.hands.discord import DiscordHands
from tests.journey.hands.playground import PlaygroundHands
from tests.journey.hands.port import Chatty, Hands, Posted
from tests.journey.hands.slack import SlackHands
from tests.journey.process import Bot

T = TypeVar("T")
PRESET = Path(__file__).parents[2] / "bot/policy/presets/standard.toml"
ACTS = 'then = ["delete", "timeout 1h", "log", "flag"]'
ALSO = 'then = ["delete", "timeout 1h", "strike", "notify author", "log", "flag"]'
"""The standard rules, with a strike and a word to the author beside each removal."""
_numbers = count(1)


def a_word() -> str:
    """A word that no other post has."""
    return f"post{next(_numbers)}x"


@dataclass
class Town:
    """The bot, the three platforms around it, and its database to look into."""

    bot: Bot
    discord: DiscordHands
    slack: SlackHands
    playground: PlaygroundHands
    store: Store
    names: set[str] = field(default_factory=set)

    def on(self, platform: str) -> Hands:
        """A platform's hands, by its name."""
        return cast("Hands", getattr(self, platform))

    def chat(self, platform: str) -> Chatty:
        """The hands of a platform with commands."""
        return cast("Chatty", getattr(self, platform))

    async def until(
        self, true: Callable[[], Awaitable[T]], within: float = 60.0, *, what: str = ""
    ) -> T:
        """Wait until something is so, and give it back.

        Raises:
            AssertionError: it never came true; the log's end is told with it.
        """
        try:
            async with asyncio.timeout(within):
                while True:
                    if value := await true():
                        return value
                    await asyncio.sleep(0.03)
        except TimeoutError:
            end = "".join(self.bot.log[-12:])
            raise AssertionError(f"never so: {what or true}\n{end}") from None

    def lines(self, ref: Ref, event: str = "message") -> list[dict[str, Any]]:
        """The canonical log lines about a post."""
        mine = f'"{ref}"'
        told = (json.loads(line) for line in self.bot.log if mine in line and line[0] == "{")
        return [line for line in told if line["event"] == event]

    async def judged(self, post: Posted, times: int = 1) -> None:
        """Wait until a post was judged so often."""

        async def told() -> bool:
            return len(self.lines(post.ref)) >= times

        await self.until(told, what=f"{post} judged")

    async def gone(self, hands: Hands, *posts: Posted) -> None:
        """Wait until posts are removed."""

        async def away() -> bool:
            return not any([await hands.stands(post) for post in posts])

        await self.until(away, what=f"{posts} removed")

    async def carded(self, hands: Hands, post: Posted, words: str = "") -> str:
        """Wait until a post's card says this in any case of letters; the whole of it."""

        async def shown() -> str:
            found = await hands.card(post)
            return next((one.text for one in found if words in one.text.lower()), "")

        return await self.until(shown, what=f"a card of {post} with {words!r}")

    async def case(self, post: Posted) -> Case:
        """The case of a post, which it must have."""
        case = await self.store.journal.case_of(post.ref)
        assert case is not None, f"no case of {post}"
        return case

    async def outcomes(self, post: Posted) -> Sequence[Outcome]:
        """What became of every action about a post."""
        judgements = (await self.case(post)).judgements
        return [outcome for one in judgements for outcome in one.outcomes]

    async def strikes(self, post: Posted) -> int:
        """What counts against a post's author."""
        return (await self.store.authors.standing(post.ref, post.author)).strikes

    async def removed_as_its_platform_allows(self, hands: Hands, post: Posted) -> None:
        """Nothing is silent: each action was applied, or withheld for the platform's own reason.

        Raises:
            AssertionError: one failed, or was withheld without such a reason.
        """
        found = {one.action.split()[0]: one for one in await self.outcomes(post)}
        for name, outcome in found.items():
            if name in hands.withholds:
                assert outcome.status is Status.WITHHELD, outcome
                assert hands.withholds[name] in outcome.detail
            else:
                assert outcome.status is Status.APPLIED, outcome
        assert found["delete"].status is Status.APPLIED

    async def restart(self) -> None:
        """Start the bot again where it left off."""
        await self.bot.start()
        await self.connected()

    async def connected(self) -> None:
        """Wait until both platforms hold their connections."""
        await self.discord.world.connected(30)
        await self.slack.world.until(lambda: self.slack.world.sockets.lines, 30)


@asynccontextmanager
async def a_town(folder: Path, *, simulate: bool, **more: str) -> AsyncIterator[Town]:
    """A bot that acts, or rehearses, everywhere."""
    async with (
        discord_world() as discord,
        slack_world() as slack,
        _started(folder, (discord, slack), simulate=simulate, more=more) as town,
    ):
        yield town


@asynccontextmanager
async def _started(
    folder: Path, worlds: tuple[DiscordWorld, SlackWorld], *, simulate: bool, more: dict[str, str]
) -> AsyncIterator[Town]:
    discord, slack = DiscordHands(worlds[0]), SlackHands(worlds[1])
    rules = folder / "rules.toml"
    rules.write_text(PRESET.read_text("utf-8").replace(ACTS, ALSO), "utf-8")
    hosts = f"{worlds[0].settings().host},{worlds[1].settings().file_host}"
    switch = {
        f"BIFOCAL_{name}__SIMULATE": str(simulate).lower()
        for name in ("DISCORD", "SLACK", "PLAYGROUND")
    }
    settings = {
        **discord.settings(),
        **slack.settings(),
        **switch,
        "BIFOCAL_PLAYGROUND__ENABLED": "true",
        "BIFOCAL_MEDIA__EXTRA_HOSTS": hosts,
        "BIFOCAL_POLICY__FILE": str(rules),
        **more,
    }
    bot = Bot(folder, settings)
    data = folder / "data"
    options = Storage(
        url=f"sqlite+aiosqlite:///{data}/bifocal.db", evidence_url=f"file://{data}/evidence"
    )
    playground = PlaygroundHands(bot)
    async with opened(options, lambda: datetime.now(UTC)) as store:
        bot.token = await store.tokens.create("test", Scope.ADMIN, "test")
        for name in playground.moderators:
            playground.tokens[name] = await store.tokens.create(name, Scope.MODERATE, "test")
        async with bot:
            town = Town(bot, discord, slack, playground, store)
            await town.connected()
            yield town
