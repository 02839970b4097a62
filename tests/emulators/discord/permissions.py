"""Discord's permission bits, and how roles and overwrites add up to what somebody may do.

https://docs.discord.com/developers/topics/permissions (bits and the order of overwrites).
"""

from dataclasses import dataclass, field
from enum import IntFlag


class Permission(IntFlag):
    """The bits a moderation bot meets."""

    NONE = 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


P = Permission
EVERYTHING = Permission((1 << 53) - 1)
TALKING = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
    | P.ATTACH_FILES
    | P.EMBED_LINKS
    | P.CREATE_PUBLIC_THREADS
    | P.USE_APPLICATION_COMMANDS
)
"""What @everyone may do in a new guild of ours."""
MODERATING = (
    P.KICK_MEMBERS
    | P.BAN_MEMBERS
    | P.VIEW_AUDIT_LOG
    | P.MANAGE_MESSAGES
    | P.MANAGE_ROLES
    | P.MANAGE_CHANNELS
    | P.MANAGE_WEBHOOKS
    | P.MANAGE_THREADS
    | P.MODERATE_MEMBERS
    | P.PIN_MESSAGES
)
"""What the bot's own role grants on top, unless a test says otherwise."""
TIMED_OUT = P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY
"""All that somebody in a timeout keeps."""


@dataclass
class Overwrite:
    """A channel's exception for one role (kind 0) or one member (kind 1)."""

    kind: int
    allow: Permission = Permission.NONE
    deny: Permission = Permission.NONE

    def over(self, granted: Permission) -> Permission:
        return (granted & ~self.deny) | self.allow


@dataclass
class Standing:
    """Who asks: their roles' permissions, and where they stand outside of roles."""

    member_id: int
    everyone_id: int
    role_ids: frozenset[int]
    granted: Permission
    """@everyone's and all their roles' permissions, together."""
    is_owner: bool = False
    is_timed_out: bool = False
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    in_channel: bool = False
    """Whether the question is about a channel, where sight comes before all else."""

    def permissions(self) -> Permission:
        """What they may do, in Discord's order: everyone, roles together, then the member."""
        if self.is_owner or P.ADMINISTRATOR in self.granted:
            return EVERYTHING
        granted = self.granted
        if everyone := self.overwrites.get(self.everyone_id):
            granted = everyone.over(granted)
        together = Overwrite(0)
        for role_id in self.role_ids:
            if found := self.overwrites.get(role_id):
                together.allow |= found.allow
                together.deny |= found.deny
        granted = together.over(granted)
        if own := self.overwrites.get(self.member_id):
            granted = own.over(granted)
        if self.is_timed_out:
            granted &= TIMED_OUT
        return P.NONE if self.in_channel and P.VIEW_CHANNEL not in granted else granted
