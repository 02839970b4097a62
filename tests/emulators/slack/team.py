"""Workspaces: who and what is in them, the app's installation, and what its admins allow."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.emulators.slack import events
from tests.emulators.slack.channels import Channel
from tests.emulators.slack.kinds import ChannelKind, Json
from tests.emulators.slack.people import User
from tests.emulators.slack.tokens import BOT_SCOPES, USER_SCOPES, Token

if TYPE_CHECKING:
    from tests.emulators.slack.delivery import Delivery
    from tests.emulators.slack.world import World


@dataclass(eq=False)
class Installation:
    """The app in one workspace."""

    bot: User
    token: Token
    installer: User
    user_token: Token | None = None

    def hears(self, channel: Channel, scope: str) -> bool:
        """Whether events of a channel reach the app: it is in it, and has the scope."""
        return self.bot in channel.members and scope in self.token.scopes


@dataclass(eq=False)
class UserGroup:
    """People who can be named together (``@mods``)."""

    id: str
    name: str
    users: list[User]


@dataclass(eq=False)
class Team:
    """One workspace."""

    world: "World"
    id: str
    name: str
    admins_delete_messages: bool = True
    """Whether admins may delete others' messages here."""
    admins_delete_files: bool = True
    authors_delete: bool = True
    """Whether people may delete their own messages."""
    installation: Installation | None = None
    users: dict[str, User] = field(default_factory=dict)
    """By id, bots among them."""
    channels: dict[str, Channel] = field(default_factory=dict)
    """By id; channels shared with this workspace among them."""

    usergroups: list[UserGroup] = field(default_factory=list)

    @property
    def domain(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return f"https://{self.domain}.slack.com/"

    @property
    def app(self) -> Installation:
        """The app's installation.

        Raises:
            LookupError: it is not installed here.
        """
        if self.installation is None:
            raise LookupError(f"the app is not installed in {self.name}")
        return self.installation

    @property
    def bot_user(self) -> User:
        """The app's bot user here."""
        return self.app.bot

    def user(
        self,
        name: str,
        *,
        admin: bool = False,
        owner: bool = False,
        guest: bool = False,
        email: str = "",
    ) -> User:
        """The member called so, created on first use (the flags count then)."""
        known = next((one for one in self.users.values() if one.name == name), None)
        if known is not None:
            return known
        user = User(
            self, self.world.ids.next("U"), name, admin=admin, owner=owner, guest=guest, email=email
        )
        self.users[user.id] = user
        return user

    def bot(self, name: str, *, classic: bool = False) -> User:
        """Another app's bot, created on first use."""
        user = self.user(name)
        if not user.bot_id:
            user.bot_id, user.classic = self.world.ids.next("B"), classic
            user.app_id = self.world.ids.next("A")
        return user

    def channel(
        self,
        name: str,
        *,
        private: bool = False,
        bot: bool = True,
        shared_with: "tuple[Team, ...]" = (),
    ) -> Channel:
        """The channel called so, created on first use, with the app's bot in it unless told not."""
        known = next((one for one in self.channels.values() if one.name == name), None)
        if known is not None:
            return known
        kind: ChannelKind = "private" if private else "public"
        members = [self.bot_user] if bot and self.installation else []
        channel = Channel(self, self.world.ids.next("C"), name, kind, members)
        channel.shared_with = list(shared_with)
        for team in channel.teams:
            team.channels[channel.id] = channel
        return channel

    def im(self, user: User) -> Channel:
        """The direct conversation of a person and the app's bot."""
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        channel = Channel(self, self.world.ids.next("D"), "", "im", [user, self.bot_user])
        self.channels[channel.id] = channel
        return channel

    def group(self, *users: User, bot: bool = True) -> Channel:
        """A group direct conversation."""
        members = [*users, *([self.bot_user] if bot else [])]
        for channel in self.channels.values():
            if channel.kind == "mpim" and set(channel.members) == set(members):
                return channel
        name = "mpdm-" + "--".join(user.name for user in members) + "-1"
        channel = Channel(self, self.world.ids.next("C"), name, "mpim", members)
        self.channels[channel.id] = channel
        return channel

    def usergroup(self, name: str, *users: User) -> UserGroup:
        """The user group called so, created on first use, with these people added."""
        known = next((one for one in self.usergroups if one.name == name), None)
        if known is None:
            known = UserGroup(self.world.ids.next("S"), name, [])
            self.usergroups.append(known)
        known.users += [user for user in users if user not in known.users]
        return known

    def install(
        self,
        by: User | None = None,
        *,
        scopes: frozenset[str] = BOT_SCOPES,
        user_scopes: frozenset[str] = USER_SCOPES,
    ) -> Installation:
        """Add the app, or add scopes to it, as the OAuth page does when one presses Allow."""
        installer = by or self.user("owner", owner=True)
        if self.installation is None:
            bot = self.user(self.world.app.name)
            bot.bot_id, bot.app_id = self.world.ids.next("B"), self.world.app.id
            token = self.world.mint_token("bot", self, bot, scopes)
            self.installation = Installation(bot, token, installer)
        else:
            self.installation.token.scopes |= scopes
        if user_scopes:
            token = self.world.mint_token("user", self, installer, user_scopes)
            self.installation.user_token = token
        return self.installation

    async def uninstall(self) -> "Delivery":
        """Remove the app: its tokens die, and it is told so."""
        app = self.app
        tokens = [app.token, *([app.user_token] if app.user_token else [])]
        for token in tokens:
            token.error = "account_inactive"
        for channel in self.channels.values():
            if app.bot in channel.members:
                channel.members.remove(app.bot)
        self.tell_revoked(tokens)
        delivery = events.wrapped(self, {"type": "app_uninstalled", "event_ts": self._ts()})
        self.installation = None
        return delivery

    async def revoke(self, *tokens: Token) -> "Delivery":
        """Revoke some tokens, and tell the app."""
        for token in tokens:
            token.error = "token_revoked"
        return self.tell_revoked(list(tokens))

    async def too_many_events(self) -> "Delivery":
        """Slack's warning that it sends no more events for this minute."""
        event = {
            "type": "app_rate_limited",
            "token": self.world.app.verification_token,
            "team_id": self.id,
            "minute_rate_limited": int(self.world.ids.now()) // 60 * 60,
            "api_app_id": self.world.app.id,
        }
        return self.world.office.send("events_api", event)

    def tell_revoked(self, tokens: list[Token]) -> "Delivery":
        """The app hears of dead tokens."""
        by_kind = {"oauth": "user", "bot": "bot"}
        gone = {
            name: [one.user.id for one in tokens if one.kind == kind and one.user]
            for name, kind in by_kind.items()
        }
        event = {"type": "tokens_revoked", "tokens": gone, "event_ts": self._ts()}
        return events.wrapped(self, event)

    def _ts(self) -> str:
        return self.world.ids.ts()

    def shape(self) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "url": self.url,
            "domain": self.domain,
            "email_domain": "",
            "icon": {"image_default": True},
            "avatar_base_url": "https://ca.slack-edge.com/",
            "is_verified": False,
        }

    def __repr__(self) -> str:
        return f"<Team {self.name} {self.id}>"
