"""A Slack workspace with the real bot in it: what journeys over Slack share."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.emulators.slack import Channel, Message, Team, User, View, World, slack_world
from tests.emulators.slack.controls import words_of
from tests.journey.process import UNUSED, Bot

RULES = """
extends = "standard"

[[rule]]
id = "gift"
when = "text.content.contains('free nitro')"
then = ["delete", "annotate 'A moderator will look.'", "notify author", "react eyes", "log"]

[[rule]]
id = "shout"
when = "text.content.contains('shout')"
then = ["timeout 1h", "log"]
"""
WITHIN = 60.0
"""Seconds for one thing to come true; the machine may be busy."""


class Workspace:
    """A workspace with the real bot in it."""

    def __init__(self, world: World, bot: Bot) -> None:
        self.world, self.bot = world, bot
        self.team: Team = world.team()
        self.general: Channel = self.team.channel("general")
        self.mods: Channel = self.team.channel("mods", private=True)
        self.ann: User = self.team.user("ann")
        self.mod: User = self.team.user("mod")
        self.mods.members.append(self.mod)

    async def until(self, fact: Callable[[], object]) -> None:
        await self.world.until(fact, WITHIN)

    async def told(self, user: User, *words: str) -> str:
        """What somebody reads in the newest answer only they see, once it says all this."""

        def said() -> str:
            text = words_of(user.ephemerals[-1].blocks) if user.ephemerals else ""
            return text if all(word in text for word in words) else ""

        return await self.world.until(said, WITHIN)

    async def shown(self, user: User, *words: str) -> View:
        """The modal somebody looks at, once it says all this."""

        def there() -> View | None:
            top = user.views[-1] if user.views else None
            return top if top and all(word in top.words for word in words) else None

        found = await self.world.until(there, WITHIN)
        assert found is not None
        return found

    async def home(self, user: User, *words: str) -> View:
        """Somebody's App Home, opened anew, once it says all this."""
        before = user.home.hash if user.home else ""
        await user.open_home()
        await self.until(lambda: user.home is not None and user.home.hash != before)
        return await self.page(user, *words)

    async def page(self, user: User, *words: str) -> View:
        """Somebody's App Home, once it says all this."""

        def there() -> bool:
            return user.home is not None and all(word in user.home.words for word in words)

        await self.until(there)
        assert user.home is not None
        return user.home

    async def card(self, *words: str) -> Message:
        """The newest card that says all this."""

        def found() -> list[Message]:
            said = [(one, words_of(one.blocks)) for one in self.mods.messages]
            return [one for one, text in said if all(word in text for word in words)]

        await self.until(found)
        return found()[-1]


def settings_of(world: World, folder: Path, *, simulate: bool = False) -> dict[str, str]:
    """The bot's settings for this world's workspace, in Socket Mode."""
    given = world.settings()
    (folder / "policy.toml").write_text(RULES, "utf-8")
    return {
        "BIFOCAL_SLACK__BOT_TOKEN": given.bot_token,
        "BIFOCAL_SLACK__APP_TOKEN": given.app_token,
        "BIFOCAL_SLACK__USER_TOKEN": given.user_token,
        "BIFOCAL_SLACK__API_BASE": given.api_base,
        "BIFOCAL_SLACK__LOG_CHANNEL": world.team().channel("mods", private=True).id,
        "BIFOCAL_SLACK__SIMULATE": str(simulate).lower(),
        "BIFOCAL_MEDIA__EXTRA_HOSTS": given.file_host,
        "BIFOCAL_POLICY__FILE": "policy.toml",
        "BIFOCAL_ANALYSIS__REMOTE": "never",
    }


@asynccontextmanager
async def a_workspace(
    folder: Path,
    *,
    simulate: bool = False,
    admin: bool = True,
    http: bool = False,
    **more: str,
) -> AsyncIterator[Workspace]:
    async with slack_world() as world:
        world.office.retries = (0.0, 0.0, 0.0)
        settings = settings_of(world, folder, simulate=simulate)
        if not admin:
            del settings["BIFOCAL_SLACK__USER_TOKEN"]
        if http:
            del settings["BIFOCAL_SLACK__APP_TOKEN"]
            settings["BIFOCAL_SLACK__SIGNING_SECRET"] = world.settings().signing_secret
        async with Bot(folder, {**settings, **more}, UNUSED) as bot:
            if http:
                await world.point_at(f"{bot.url}/slack/events")
            else:
                await world.until(lambda: world.sockets.lines, WITHIN)
            yield Workspace(world, bot)
