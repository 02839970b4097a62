"""Tokens, what each may do, and who calls with it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.emulators.slack.kinds import ChannelKind, Refused

if TYPE_CHECKING:
    from tests.emulators.slack.people import User
    from tests.emulators.slack.team import Team
    from tests.emulators.slack.world import World

BOT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "chat:write.public",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
    }
)
"""What the app is granted in a new workspace unless told otherwise."""

USER_SCOPES = frozenset({"chat:write", "files:read", "files:write"})
"""What a moderating admin grants for their own token unless told otherwise."""

PREFIX: dict[ChannelKind, str] = {
    "public": "channels",
    "private": "groups",
    "im": "im",
    "mpim": "mpim",
}


@dataclass(eq=False)
class Token:
    """One token; ``scopes`` may be changed at any time, as a workspace owner can."""

    value: str
    kind: Literal["bot", "user", "app"]
    scopes: set[str] = field(default_factory=set)
    team: "Team | None" = None
    user: "User | None" = None
    error: str = ""
    """Once set, every call is answered with it: ``token_revoked`` or ``account_inactive``."""

    @property
    def provided(self) -> str:
        return ",".join(sorted(self.scopes))


@dataclass(frozen=True)
class Caller:
    """Who calls a Web API method: a token that is valid now."""

    token: Token
    team: "Team"
    user: "User"

    @property
    def world(self) -> "World":
        return self.team.world

    @property
    def is_bot(self) -> bool:
        return self.token.kind == "bot"

    def need(self, *any_of: str) -> None:
        """Go on if the token has one of these scopes.

        Raises:
            Refused: ``missing_scope``, with what is needed and what is provided.
        """
        if any_of and self.token.scopes.isdisjoint(any_of):
            raise Refused("missing_scope", needed=",".join(any_of), provided=self.token.provided)

    def need_for(self, kind: ChannelKind, what: str) -> None:
        """The scope for one kind of conversation: ``channels:read``, ``im:history`` …"""
        self.need(f"{PREFIX[kind]}:{what}")
