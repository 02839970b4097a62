"""From a message as Discord tells it to the ``Message`` that everything else works on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import discord

from adapters.discord.api import Payload
from adapters.discord.parts import component_words, embed_words, files_of, poll_words
from adapters.discord.revision import revision_of
from analysis.text import well_formed
from bot.model import Attachment, Author, Channel, Message, Origin, Ref

PLATFORM = "discord"
_WRITTEN = frozenset({0, 18, 19, 20, 21, 23})
"""Types of messages that somebody wrote: plain, thread made, reply, command, thread's start, menu
(Discord docs, resources/message, "Message Types"). The rest are the service's own notes."""
_STARTS_THREAD = 21
MODERATES = discord.Permissions(
    manage_messages=True, moderate_members=True, kick_members=True, ban_members=True
)
RULES = discord.Permissions(administrator=True, manage_guild=True)


class Malformed(ValueError):
    """Discord told a message otherwise than documented."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message stands: its channel, or its thread."""

    guild_id: str
    channel_id: str
    channel: Channel
    is_post: bool = False
    """Whether it is a forum's post, whose first message has the thread's id."""

    @property
    def first(self) -> Ref:
        """The message that begins the post or thread."""
        return Ref(PLATFORM, self.guild_id, self.channel_id, self.channel_id)

    def title_of(self, payload: Payload) -> str:
        """The thread's title, for the message that begins it; else nothing."""
        begins = self.is_post and str(payload.get("id")) == self.channel_id
        return self.channel.name if begins or payload.get("type") == _STARTS_THREAD else ""


def written(payload: Payload) -> bool:
    """Whether somebody wrote it, rather than the service noting something."""
    return payload.get("type", 0) in _WRITTEN


def has_media(payload: Payload) -> bool:
    """Whether there may be a picture on it: cheap, and rather once too often."""
    keys = ("attachments", "embeds", "sticker_items", "components", "message_snapshots")
    return any(payload.get(key) for key in keys)


def message_of(payload: Payload, spot: Spot, author: Author, cdn: str) -> Message:
    """A message at its newest revision.

    Raises:
        Malformed: it is not told as documented.
    """
    try:
        return _message(payload, spot, author, cdn)
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        raise Malformed(f"a message that cannot be read: {type(exc).__name__}") from exc


def _message(payload: Payload, spot: Spot, author: Author, cdn: str) -> Message:
    snapshots = [each.get("message") or {} for each in payload.get("message_snapshots") or ()]
    title = spot.title_of(payload)
    text = well_formed(str(payload.get("content") or ""))
    mentioned = len(payload.get("mentions") or ()) + len(payload.get("mention_roles") or ())
    return Message(
        ref=Ref(PLATFORM, spot.guild_id, spot.channel_id, str(int(payload["id"]))),
        revision=revision_of(payload, title),
        author=author,
        channel=spot.channel,
        text="\n".join(part for part in (title, text) if part),
        sent_at=_time(payload["timestamp"]),
        attachments=_files(payload, snapshots, cdn),
        embeds=_words(payload),
        forwarded=tuple(text for each in snapshots for text in _said(each)),
        mentions=mentioned + bool(payload.get("mention_everyone")),
        edited=payload.get("edited_timestamp") is not None,
    )


def _files(payload: Payload, snapshots: list[dict[str, Any]], cdn: str) -> tuple[Attachment, ...]:
    forwarded = (file for each in snapshots for file in files_of(each, cdn, Origin.FORWARD))
    return (*files_of(payload, cdn), *forwarded)


def _words(payload: Mapping[str, Any]) -> tuple[str, ...]:
    texts = [embed_words(embed) for embed in payload.get("embeds") or ()]
    texts += [component_words(payload.get("components")), poll_words(payload.get("poll"))]
    return tuple(text for text in texts if text)


def _said(snapshot: Mapping[str, Any]) -> tuple[str, ...]:
    text = well_formed(str(snapshot.get("content") or ""))
    return tuple(part for part in (text, *_words(snapshot)) if part)


def author_of(
    user: Mapping[str, Any],
    member: Mapping[str, Any] | None,
    guild: discord.Guild,
    moderators: tuple[str, ...] = (),
) -> Author:
    """Who posted. ``moderators`` are roles, by name or id, that moderate beside Discord's own.

    Raises:
        Malformed: not told as documented.
    """
    try:
        user_id = int(user["id"])
        roles = [int(each) for each in (member or {}).get("roles") or ()]
        joined = (member or {}).get("joined_at")
        return Author(
            id=str(user_id),
            name=_name(user, member),
            roles=names_and_ids(guild, roles),
            is_bot=bool(user.get("bot")),
            is_moderator=moderates(guild, user_id, roles, moderators),
            created_at=discord.utils.snowflake_time(user_id),
            joined_at=_time(joined) if joined else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        raise Malformed(f"an author that cannot be read: {type(exc).__name__}") from exc


def _name(user: Mapping[str, Any], member: Mapping[str, Any] | None) -> str:
    given = (member or {}).get("nick") or user.get("global_name") or user.get("username") or ""
    return well_formed(str(given))


def names_and_ids(guild: discord.Guild, roles: list[int]) -> tuple[str, ...]:
    """Roles by name and by id: a rule may name either."""
    known = [role for each in roles if (role := guild.get_role(each))]
    return (*(well_formed(role.name) for role in known), *(str(each) for each in roles))


def moderates(
    guild: discord.Guild, user_id: int, roles: list[int], moderators: tuple[str, ...]
) -> bool:
    """Whether somebody keeps order in a guild: its owner, by permission, or by a chosen role."""
    if user_id == guild.owner_id or not set(moderators).isdisjoint(names_and_ids(guild, roles)):
        return True
    return bool(granted(guild, roles).value & (MODERATES.value | RULES.value))


def granted(guild: discord.Guild, roles: list[int]) -> discord.Permissions:
    """What roles allow in the whole guild, @everyone's included."""
    value = 0
    for each in (guild.id, *roles):
        if role := guild.get_role(each):
            value |= role.permissions.value
    return discord.Permissions(value)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
