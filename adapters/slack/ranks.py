"""What somebody may do in a workspace, read at this moment (give or take a minute)."""

from collections.abc import Callable

from adapters.slack.events import PLATFORM
from adapters.slack.people import Person
from adapters.slack.workspace import Workspace
from bot.chat.asker import Asker, Rank
from bot.communities import Communities
from bot.errors import Gone, NotPermitted, PlatformError


class Ranks:
    """Owners and administrators are administrators; chosen people, and those in a private
    moderators' channel, are moderators. Everybody can join a public one, so it makes nobody one.
    """

    def __init__(self, communities: Communities, log_channel: Callable[[str], str]) -> None:
        """``log_channel`` is the configuration's, for a workspace that chose none."""
        self._communities = communities
        self._log_channel = log_channel

    def log_channel(self, team: str) -> str:
        """Where a workspace's cards go; empty where nobody chose."""
        return self._communities.of(PLATFORM, team).log_channel or self._log_channel(team)

    async def rank(self, workspace: Workspace, person: Person) -> Rank:
        """Somebody's rank.

        Raises:
            PlatformUnavailable: Slack does not say now.
        """
        if person.deleted or person.is_bot:
            return Rank.MEMBER
        if person.is_admin or person.is_owner:
            return Rank.ADMIN
        chosen = person.id in self._communities.of(PLATFORM, workspace.id).moderators
        if chosen or await self._in_log_channel(workspace, person):
            return Rank.MODERATOR
        return Rank.MEMBER

    async def _in_log_channel(self, workspace: Workspace, person: Person) -> bool:
        channel = self.log_channel(workspace.id)
        if not channel or person.is_guest:
            return False
        try:
            if (await workspace.people.channel(channel)).kind != "private":
                return False
            return person.id in await workspace.people.members(channel)
        except (Gone, NotPermitted):
            return False

    async def asker(self, workspace: Workspace, user: str, channel: str) -> Asker:
        """Who asks, with their rank.

        Raises:
            PlatformError: Slack does not say who it is.
        """
        person = await workspace.people.person(user)
        rank = await self.rank(workspace, person)
        author = person.author(is_moderator=rank >= Rank.MODERATOR)
        return Asker(PLATFORM, workspace.id, channel, author, rank)

    async def author_is_moderator(self, workspace: Workspace, person: Person) -> bool:
        """Whether nothing is to be done to what they post; no where Slack does not say."""
        try:
            return await self.rank(workspace, person) >= Rank.MODERATOR
        except PlatformError:
            return False
