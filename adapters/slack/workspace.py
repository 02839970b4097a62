"""One workspace: its tokens, who we are there, and what they let us do."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.slack.api import Api
from adapters.slack.errors import TokenRefused
from adapters.slack.people import People
from adapters.slack.shape import word
from bot.errors import Gone, NotPermitted

REMOVING = 256
"""Deletions that are remembered; by eye, a minute's and more."""

ONLY_ITS_OWN = (
    "on Slack a bot deletes only its own messages, and no administrator's token "
    "(BIFOCAL_SLACK__USER_TOKEN) was given"
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What opens one workspace. Never shown: ``repr`` leaves them out."""

    bot: str = field(repr=False)
    user: str = field(default="", repr=False)
    """An administrator's own, for deleting; empty without."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who an administrator's token belongs to, and what it may do."""

    id: str
    name: str
    is_admin: bool
    scopes: frozenset[str]

    def cannot_delete(self) -> str:
        """Why it deletes nobody's messages; empty where it may."""
        if not self.is_admin:
            return (
                f"the user token belongs to {self.name}, who is no administrator, and so deletes "
                "only their own messages: give an administrator's"
            )
        if "chat:write" not in self.scopes:
            return (
                "the user token lacks the scope chat:write: add it under User Token Scopes and "
                "install the app again"
            )
        return ""


@dataclass(eq=False, slots=True)
class Workspace:
    """A workspace the app is installed in, reached with its own tokens."""

    id: str
    name: str
    url: str
    """Such as ``https://acme.slack.com/``."""
    bot_user: str
    bot_id: str
    scopes: frozenset[str]
    api: Api
    people: People
    user_api: Api | None = None
    holder: Holder | None = None
    """Who the user token belongs to; None without one, or where it is refused."""
    holder_trouble: str = ""
    """Why the user token is refused."""
    removing: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=REMOVING))
    """Messages that we delete, by channel and ts: that their files go is nobody's edit."""

    @property
    def refused(self) -> str:
        """Why the bot's token is no good any more; empty while it is."""
        return self.api.refused

    def lose_holder(self) -> None:
        """The administrator's token is no good any more: deleting stops, nothing else does."""
        self.user_api = self.holder = None
        self.holder_trouble = "the user token was revoked: install the app again"

    async def ask_again(self) -> Mapping[str, str]:
        """Whether the tokens are still good, and what they may; the answer's headers.

        Raises:
            TokenRefused: the bot's is no good any more.
            PlatformUnavailable: Slack does not answer.
        """
        _, headers = await self.api.answer("auth.test")
        self.scopes = _scopes(headers.get("x-oauth-scopes", ""))
        if self.user_api is not None:
            await _add_holder(self, self.user_api)
        return headers

    def is_ours(self, user: str, bot: str) -> bool:
        """Whether a message is our own."""
        return (bool(user) and user == self.bot_user) or (bool(bot) and bot == self.bot_id)

    def cannot_delete(self) -> str:
        """Why others' messages cannot be deleted here; empty where they can."""
        if self.holder is not None:
            return self.holder.cannot_delete()
        if self.holder_trouble:
            return self.holder_trouble
        return ONLY_ITS_OWN

    def link(self, channel: str, ts: str) -> str:
        """Where a message opens in Slack."""
        return f"{self.url}archives/{channel}/p{ts.replace('.', '')}"


Connect = Callable[[str], Api]
"""An ``Api`` for a token."""


async def opened(tokens: Tokens, connect: Connect) -> Workspace:
    """The workspace that these tokens open.

    Raises:
        TokenRefused: the bot's token is no good.
        PlatformUnavailable: Slack does not answer.
    """
    api = connect(tokens.bot)
    me, headers = await api.answer("auth.test")
    workspace = Workspace(
        id=word(me.get("team_id")),
        name=word(me.get("team")),
        url=word(me.get("url")),
        bot_user=word(me.get("user_id")),
        bot_id=word(me.get("bot_id")),
        scopes=_scopes(headers.get("x-oauth-scopes", "")),
        api=api,
        people=People(api),
    )
    if tokens.user:
        await _add_holder(workspace, connect(tokens.user))
    return workspace


async def _add_holder(workspace: Workspace, api: Api) -> None:
    try:
        me, headers = await api.answer("auth.test")
        if word(me.get("team_id")) != workspace.id:
            workspace.holder_trouble = "the user token belongs to another workspace than the bot's"
            return
        person = await workspace.people.person(word(me.get("user_id")))
    except TokenRefused:
        workspace.lose_holder()
        workspace.holder_trouble = "Slack refuses the user token: install the app again"
        return
    except (Gone, NotPermitted) as exc:
        said = str(exc).rstrip(".")
        workspace.holder_trouble = f"it is not known whose the user token is: {said}"
        return
    workspace.user_api = api
    workspace.holder = Holder(
        person.id,
        person.name,
        person.is_admin or person.is_owner,
        _scopes(headers.get("x-oauth-scopes", "")),
    )


def _scopes(header: str) -> frozenset[str]:
    return frozenset(part.strip() for part in header.split(",") if part.strip())
