"""Accounts, their membership in guilds, roles, and a crowd that exists only when looked at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.acting import Acts
from tests.emulators.discord.intents import Intent
from tests.emulators.discord.permissions import Overwrite, Permission, Standing
from tests.emulators.discord.snowflakes import made_at, stamp

if TYPE_CHECKING:
    from tests.emulators.discord.channels import Channel
    from tests.emulators.discord.guilds import Guild
    from tests.emulators.discord.messages import Message
    from tests.emulators.discord.world import World

Json = dict[str, Any]


@dataclass(eq=False, repr=False)
class User(Acts):
    """An account. Acts in direct messages; in a guild it is the ``Member`` that acts."""

    world: "World"
    id: int
    name: str
    is_bot: bool = False
    takes_dms: bool = True
    """False: the bot's messages are refused with 50007."""
    dm: "Channel | None" = None

    @property
    def user(self) -> "User":
        return self

    @property
    def guild(self) -> "Guild | None":
        return None

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def created_at(self) -> datetime:
        return made_at(self.id)

    @property
    def dms(self) -> "list[Message]":
        """What stands in the direct messages with the bot."""
        return self.dm.messages if self.dm else []

    async def write(self, text: str = "", **more: Any) -> "Message":
        """Send the bot a direct message; takes what ``Channel.post`` takes."""
        return await self.world.dm_with(self).post(self, text, **more)

    def drawn(self) -> Json:
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0000" if self.is_bot else "0",
            "global_name": None if self.is_bot else self.name.title(),
            "avatar": None,
            "public_flags": 0,
            **({"bot": True} if self.is_bot else {}),
        }


@dataclass(eq=False, repr=False)
class Role:
    """A guild's role. A higher position stands above."""

    guild: "Guild"
    id: int
    name: str
    permissions: Permission
    position: int
    managed_by: int | None = None
    """The bot whose own role this is."""

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"

    def grant(self, *permissions: Permission) -> "Role":
        """Let all who have it do this; the bot hears GUILD_ROLE_UPDATE."""
        for permission in permissions:
            self.permissions |= permission
        return self.updated()

    def revoke(self, *permissions: Permission) -> "Role":
        """No longer let them do this; the bot hears GUILD_ROLE_UPDATE."""
        for permission in permissions:
            self.permissions &= ~permission
        return self.updated()

    def updated(self) -> "Role":
        self.guild.tell("GUILD_ROLE_UPDATE", {"role": self.drawn()}, Intent.GUILDS)
        return self

    def drawn(self) -> Json:
        said: Json = {
            "id": str(self.id),
            "name": self.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": self.position,
            "permissions": str(int(self.permissions)),
            "managed": self.managed_by is not None,
            "mentionable": False,
            "flags": 0,
        }
        if self.managed_by is not None:
            said["tags"] = {"bot_id": str(self.managed_by)}
        return said


@dataclass(eq=False, repr=False)
class Member(Acts):
    """An account in a guild."""

    user: User
    guild: "Guild"
    joined_at: datetime
    roles: set[int] = field(default_factory=set)
    nick: str | None = None
    timed_out_until: datetime | None = None

    @property
    def world(self) -> "World":
        return self.guild.world

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        return self.user.mention

    @property
    def dms(self) -> "list[Message]":
        """What stands in the direct messages with the bot."""
        return self.user.dms

    @property
    def is_timed_out(self) -> bool:
        until = self.timed_out_until
        return until is not None and until > self.world.now()

    @property
    def is_owner(self) -> bool:
        return self.guild.owner is self

    @property
    def rank(self) -> int:
        """The position of the highest role."""
        positions = (self.guild.roles[role].position for role in self.roles)
        return max(positions, default=0)

    @property
    def has_left(self) -> bool:
        return self.guild.member_of(self.id) is None

    def outranks(self, other: "Member") -> bool:
        """Whether roles let this one act upon the other."""
        return not other.is_owner and (self.is_owner or self.rank > other.rank)

    def permissions(self, channel: "Channel | None" = None) -> Permission:
        """What they may do in the guild, or in one channel of it."""
        place = channel.parent if channel and channel.is_thread and channel.parent else channel
        overwrites: dict[int, Overwrite] = place.overwrites if place else {}
        granted = self.guild.everyone.permissions
        for role in self.roles:
            granted |= self.guild.roles[role].permissions
        return Standing(
            self.id,
            self.guild.id,
            frozenset(self.roles),
            granted,
            self.is_owner,
            self.is_timed_out,
            overwrites,
            in_channel=channel is not None,
        ).permissions()

    async def leave(self) -> None:
        """Go; the bot hears GUILD_MEMBER_REMOVE."""
        self.guild.remove(self)

    def give(self, *roles: Role) -> "Member":
        """Give roles before or while the bot looks on."""
        self.roles |= {role.id for role in roles}
        self.guild.tell_of(self)
        return self

    def drawn(self, *, with_user: bool = True) -> Json:
        return {
            **({"user": self.user.drawn()} if with_user else {}),
            "nick": self.nick,
            "avatar": None,
            "banner": None,
            "roles": [str(role) for role in sorted(self.roles)],
            "joined_at": stamp(self.joined_at),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": stamp(self.timed_out_until)
            if self.timed_out_until
            else None,
        }


@dataclass(eq=False, repr=False)
class Crowd:
    """Members of a huge guild: each exists only while somebody looks at it."""

    guild: "Guild"
    size: int
    first: int
    """The first one's id; the others follow without a gap."""

    def number(self, user_id: int) -> int | None:
        """Which one this id is, counted from 0; None when it is none of them."""
        n = user_id - self.first
        return n if 0 <= n < self.size else None

    def member(self, n: int) -> Member:
        """The n-th member, made anew."""
        user = User(self.guild.world, self.first + n, f"crowd-{n}")
        return Member(user, self.guild, made_at(self.guild.id) + timedelta(seconds=n))

    def named(self, query: str) -> Iterator[Member]:
        """Those whose name begins like this."""
        return (self.member(n) for n in range(self.size) if f"crowd-{n}".startswith(query))
