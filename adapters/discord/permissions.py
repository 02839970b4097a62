"""What the bot must be allowed to, why, and what of it is missing where."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import discord

from bot.log import logger
from bot.model import Message
from bot.ports import Action

NEEDED: Mapping[str, str] = {
    "view_channel": "see what is posted",
    "read_message_history": "catch up after it was away, and look again before it acts",
    "send_messages": "reply, and put cards before moderators",
    "send_messages_in_threads": "the same in threads",
    "attach_files": "keep the picture with the card, and cover pictures",
    "embed_links": "show cards",
    "add_reactions": "react",
    "manage_messages": "remove posts",
    "manage_threads": "see private threads, and remove posts from archived ones",
    "moderate_members": "time authors out",
    "kick_members": "kick, where a rule or a moderator says so",
    "ban_members": "ban, where a rule or a moderator says so",
    "manage_roles": "give and take roles, where a rule says so",
}
"""By discord.py's names. Nothing else is asked for."""
EVERYWHERE = ("view_channel", "read_message_history", "send_messages", "manage_messages")
"""Without these in a channel, posts there are not kept in order."""
OPTIONAL = frozenset({"ban_members", "kick_members", "manage_roles", "manage_threads"})
"""Whoever leaves these out may have meant to; ``can`` says so where a rule wants them."""
SCOPES = ("bot", "applications.commands")
HOUR_S = 3600.0

_TAKES = {
    "annotate": ("send_messages", "read_message_history"),
    "ban": ("ban_members",),
    "delete": ("manage_messages",),
    "kick": ("kick_members",),
    "react": ("add_reactions", "read_message_history"),
    "role": ("manage_roles",),
    "spoiler": ("manage_messages", "send_messages", "attach_files"),
    "timeout": ("moderate_members",),
}
_ABOVE = frozenset({"ban", "kick", "role", "timeout"})
"""Actions upon a member, which must stand below the bot."""
_log = logger("discord.permissions")


def needed() -> discord.Permissions:
    """All that is asked for."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def invite(application_id: int) -> str:
    """The link with which an administrator adds the bot, with exactly what it needs."""
    asked = {
        "client_id": application_id,
        "permissions": needed().value,
        "scope": " ".join(SCOPES),
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"


def words(names: list[str]) -> str:
    """Permissions as Discord's own pages call them."""
    return ", ".join(name.replace("_", " ").title() for name in names)


def missing(allowed: discord.Permissions, names: tuple[str, ...]) -> list[str]:
    """Those of the names that are not allowed."""
    return [name for name in names if not getattr(allowed, name)]


def can(action: Action, message: Message, guild: discord.Guild | None) -> str | None:
    """None if the bot may do this to this post, as far as that is known; else why not."""
    if guild is None or (me := guild.me) is None:
        return None
    if action.name in _ABOVE and (why_not := _protected(message, guild, me)):
        return why_not
    channel = guild.get_channel_or_thread(int(message.ref.channel_id))
    allowed = channel.permissions_for(me) if channel is not None else me.guild_permissions
    takes = list(_TAKES.get(action.name, ()))
    if isinstance(channel, discord.Thread) and "send_messages" in takes:
        takes[takes.index("send_messages")] = "send_messages_in_threads"
    lacking = missing(allowed, tuple(takes))
    return f"Bifocal lacks {words(lacking)} here" if lacking else None


def _protected(message: Message, guild: discord.Guild, me: discord.Member) -> str | None:
    if message.author.id == str(guild.owner_id):
        return "nobody may act upon the owner of a server"
    roles = [role for role in guild.roles if str(role.id) in message.author.roles]
    if any(role.permissions.administrator for role in roles):
        return "Discord lets nobody act upon an administrator this way"
    if roles and max(roles) >= me.top_role and me.id != guild.owner_id:
        return "the author's highest role is not below Bifocal's: move Bifocal's role up"
    return None


@dataclass(frozen=True, slots=True)
class Report:
    """Something that moderators of a guild are told."""

    guild_id: str
    sentence: str


Tell = Callable[[Report], Awaitable[None]]


class Reports:
    """Tells of what is missing: once in a guild and an hour."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` is monotonic, in seconds."""
        self._clock = clock
        self._told: dict[str, float] = {}

    def due(self, guild_id: str, sentence: str) -> Report | None:
        """What is to be told now; None where this guild was told of something lately."""
        if not guild_id or self._told.get(guild_id, 0.0) > self._clock():
            return None
        self._told[guild_id] = self._clock() + HOUR_S
        _log.warning("permission.missing", guild=guild_id, reason=sentence)
        return Report(guild_id, sentence)


def lacking(guild: discord.Guild) -> str | None:
    """What is missing in a guild and its channels, in one sentence; None when nothing is."""
    me = guild.me
    if me is None:
        return None
    wanted = tuple(name for name in NEEDED if name not in OPTIONAL)
    whole = missing(me.guild_permissions, wanted)
    if whole:
        return f"Bifocal lacks {words(whole)} in this server: give its role what is missing"
    rooms: list[discord.abc.GuildChannel] = [
        *guild.text_channels,
        *guild.forums,
        *guild.voice_channels,
        *guild.stage_channels,
    ]
    # A channel that @everyone does not see may be meant to be hidden from us, too.
    public = [room for room in rooms if room.permissions_for(guild.default_role).view_channel]
    blind = [room.name for room in public if missing(room.permissions_for(me), EVERYWHERE)]
    if not blind:
        return None
    named = ", ".join(f"#{name}" for name in blind[:5])
    more = f" and {len(blind) - 5} more" if len(blind) > 5 else ""  # noqa: PLR2004 - as many as are named
    return f"Bifocal lacks {words(list(EVERYWHERE))}, or some of it, in {named}{more}"
