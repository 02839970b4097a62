"""People and bots: who they are, and what they do besides posting."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.slack import events, interactions, oauth
from tests.emulators.slack.kinds import Json

if TYPE_CHECKING:
    from tests.emulators.slack.channels import Channel
    from tests.emulators.slack.delivery import Delivery
    from tests.emulators.slack.messages import Ephemeral, Message
    from tests.emulators.slack.team import Team
    from tests.emulators.slack.views import View
    from tests.emulators.slack.world import World


@dataclass(eq=False)
class User:
    """A member of a workspace."""

    team: "Team"
    id: str
    name: str
    admin: bool = False
    owner: bool = False
    guest: bool = False
    deleted: bool = False
    email: str = ""
    bot_id: str = ""
    """``B…`` for a bot."""
    app_id: str = ""
    classic: bool = False
    """A bot of the old kind: its posts have the subtype ``bot_message`` and no user."""
    ephemerals: list["Ephemeral"] = field(default_factory=list)
    """What only they see, oldest first; dismissed or deleted ones are gone."""
    views: list["View"] = field(default_factory=list)
    """The stack of open modals."""
    home: "View | None" = None
    """The App Home view published for them."""

    @property
    def world(self) -> "World":
        return self.team.world

    @property
    def is_bot(self) -> bool:
        return bool(self.bot_id)

    @property
    def modal(self) -> "View":
        """The modal they look at.

        Raises:
            LookupError: none is open.
        """
        if not self.views:
            raise LookupError(f"no modal is open for {self.name}")
        return self.views[-1]

    async def opened(self) -> "View":
        """Wait for a modal to open before them, and give it."""
        return (await self.world.until(lambda: list(self.views)))[-1]

    async def home_published(self) -> "View":
        """Wait for their App Home to be there, and give it."""
        await self.world.until(lambda: self.home is not None)
        assert self.home is not None
        return self.home

    async def told(self, fact: Callable[["Ephemeral"], bool] = bool) -> "Ephemeral":
        """Wait for a message only they see, and give the newest."""
        return (await self.world.until(lambda: list(filter(fact, self.ephemerals))))[-1]

    @property
    def im(self) -> "Channel":
        """Their direct conversation with the app, opened on first use."""
        return self.team.im(self)

    async def slash(
        self,
        command: str,
        text: str = "",
        *,
        channel: "Channel | None" = None,
        **changes: Any,
    ) -> "Delivery":
        """Type a slash command (in ``#general`` unless told otherwise), and wait for the answer.

        ``changes`` are put over the payload (``team_id="T0FORGED"``). The text the app answers
        with lands in ``ephemerals``, or in the channel when it says so.

        Raises:
            AppMisbehaved: the app did not acknowledge in time, or answered no sense.
        """
        place = channel or self.team.channel("general")
        return await interactions.slash(self, command, text, place, changes)

    async def shortcut(
        self, callback_id: str, message: "Message | None" = None, **changes: Any
    ) -> "Delivery":
        """Choose a shortcut: on a message, or a global one without."""
        return await interactions.shortcut(self, callback_id, message, changes)

    async def open_home(self, tab: str = "home") -> "Delivery | None":
        """Open the app's Home (or ``messages``) tab; the app's answer comes by views.publish."""
        return events.home_opened(self, tab)

    async def install(self, url: str) -> oauth.Landed:
        """Add the app to their workspace, starting at the app's own page; where it ended."""
        return await oauth.install(self, url)

    async def dismiss(self) -> None:
        """Close the whole stack of modals with the cross."""
        if self.views:
            await self.views[-1].close(all_of_them=True)

    def profile(self) -> Json:
        return {
            "title": "",
            "phone": "",
            "real_name": self.name.title(),
            "real_name_normalized": self.name.title(),
            "display_name": "" if self.is_bot else self.name,
            "display_name_normalized": "" if self.is_bot else self.name,
            "status_text": "",
            "status_emoji": "",
            "avatar_hash": "g0000000000",
            "team": self.team.id,
            **({"bot_id": self.bot_id, "api_app_id": self.app_id} if self.is_bot else {}),
        }

    def shape(self, *, with_email: bool = False) -> Json:
        profile = self.profile() | ({"email": self.email} if with_email and self.email else {})
        always = {
            "id": self.id,
            "team_id": self.team.id,
            "name": self.name,
            "deleted": self.deleted,
            "profile": profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1700000000,
        }
        if self.deleted:
            return always
        return always | {
            "color": "9f69e7",
            "real_name": self.name.title(),
            "tz": "Europe/Amsterdam",
            "tz_label": "Central European Time",
            "tz_offset": 3600,
            "is_admin": self.admin or self.owner,
            "is_owner": self.owner,
            "is_primary_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
            "is_email_confirmed": True,
            "who_can_share_contact_card": "EVERYONE",
        }

    def __repr__(self) -> str:
        return f"<User {self.name} {self.id} of {self.team.name}>"
