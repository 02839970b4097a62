"""A request to the REST API as a handler sees it, and the table of handlers."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.files import Upload
from tests.emulators.discord.permissions import Permission
from tests.emulators.discord.refusals import (
    archived,
    missing_access,
    missing_permissions,
    unknown,
)

if TYPE_CHECKING:
    from tests.emulators.discord.channels import Channel
    from tests.emulators.discord.guilds import Guild
    from tests.emulators.discord.messages import Message
    from tests.emulators.discord.people import Member, User
    from tests.emulators.discord.world import World

Json = dict[str, Any]


@dataclass
class Received:
    """A request as it arrived, and what it was answered with."""

    method: str
    path: str
    """Below ``/api/v10``, decoded."""
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    body: Any = None
    """The JSON, also where it came as ``payload_json``; None where there was none."""
    files: dict[str, bytes] = field(default_factory=dict)
    """What was uploaded, by file name."""
    reason: str | None = None
    """X-Audit-Log-Reason, decoded."""
    status: int = 0
    at: float = 0.0
    """Seconds on the event loop's clock."""


@dataclass
class Call:
    """A request on its way to its handler. ``ids`` are the path's parts by name."""

    world: "World"
    received: Received
    ids: dict[str, str]
    uploads: list[Upload] = field(default_factory=list)

    @property
    def body(self) -> Any:
        return self.received.body

    @property
    def query(self) -> dict[str, str]:
        return self.received.query

    @property
    def reason(self) -> str | None:
        return self.received.reason

    def id(self, name: str) -> int:
        return int(self.ids[name])

    def number(self, name: str) -> int | None:
        """A number of the query, if it is there."""
        return int(self.query[name]) if name in self.query else None

    def user(self, name: str = "user") -> "User":
        return self.world.somebody(self.id(name))

    def guild(self) -> "Guild":
        """The guild of the path, where the bot is in it."""
        guild = self.world.guilds.get(self.id("guild"))
        if guild is None or guild.bot_member is None:
            raise unknown("guild")
        return guild

    def allowed_guild(self, *needed: Permission) -> "Guild":
        guild = self.guild()
        for permission in needed:
            if permission not in guild.bot.permissions():
                raise missing_permissions()
        return guild

    def member(self, guild: "Guild", name: str = "user") -> "Member":
        member = guild.member_of(self.id(name))
        if member is None:
            raise unknown("member")
        return member

    def below_bot(self, guild: "Guild", name: str = "user") -> "Member":
        """A member upon whom the bot's roles let it act."""
        member = self.member(guild, name)
        if not guild.bot.outranks(member):
            raise missing_permissions()
        return member

    def channel(self, *needed: Permission) -> "Channel":
        """The channel of the path, where the bot sees it and may do all this."""
        channel = self.world.channels.get(self.id("channel"))
        if channel is None:
            raise unknown("channel")
        guild = channel.guild
        if guild is None:
            return channel
        if guild.bot_member is None or not channel.bot_sees():
            raise missing_access()
        may = guild.bot.permissions(channel)
        for permission in needed:
            if permission not in may:
                raise missing_permissions()
        return channel

    def message(self, channel: "Channel", name: str = "message") -> "Message":
        message = channel.message(self.id(name))
        if message is None:
            raise unknown("message")
        return message

    def awake(self, channel: "Channel") -> "Channel":
        """The same channel, unless it is a thread that is archived."""
        if channel.is_archived:
            raise archived()
        return channel


Handler = Callable[[Call], Awaitable[object]]


@dataclass
class Routes:
    """Which handler answers which method and path; modules fill one each."""

    table: list[tuple[str, re.Pattern[str], Handler]] = field(default_factory=list)

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Register the decorated handler; ``{name}`` stands for one part of the path."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

        def registered(handler: Handler) -> Handler:
            self.table.append((method, pattern, handler))
            return handler

        return registered

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        for verb, pattern, handler in self.table:
            if verb == method and (match := pattern.fullmatch(path)):
                return handler, match.groupdict()
        return None
