"""A message with everything it can carry, as it stands and as the API draws it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.files import Attachment, Files, Sticker, uploads
from tests.emulators.discord.people import Member, User
from tests.emulators.discord.snowflakes import made_at, stamp
from tests.emulators.discord.unfurled import everything_in, shown_files, text_of, unfurled

if TYPE_CHECKING:
    from tests.emulators.discord.channels import Channel
    from tests.emulators.discord.interactions import Interaction
    from tests.emulators.discord.world import World

Json = dict[str, Any]

DEFAULT, REPLY, SLASH, MENU = 0, 19, 20, 23
EPHEMERAL, LOADING, VOICE, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 13, 1 << 15
SUPPRESS_EMBEDS = 1 << 2


@dataclass
class Mentions:
    """Whom a message calls."""

    users: list[User] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    everyone: bool = False


@dataclass(eq=False, repr=False)
class Message:
    """One message. Its fields are the truth; ``drawn`` is what the API says of it."""

    channel: "Channel"
    id: int
    author: User
    content: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    stickers: list[Sticker] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    poll: Json | None = None
    snapshots: list[Json] = field(default_factory=list)
    """What a forward carries: depth 1, without its author."""
    reply_to: "Message | None" = None
    forward_of: "Message | None" = None
    mentions: Mentions = field(default_factory=Mentions)
    type: int = DEFAULT
    flags: int = 0
    nonce: str | None = None
    webhook_id: int | None = None
    webhook_name: str | None = None
    application_id: int | None = None
    interaction: Json | None = None
    """``interaction_metadata`` of a reply to an interaction."""
    reactions: dict[str, list[int]] = field(default_factory=dict)
    """Emoji to the ids of those who reacted with it, in their order."""
    pinned: bool = False
    edited_at: datetime | None = None
    deleted: bool = False
    edits: int = 0

    @property
    def world(self) -> "World":
        return self.channel.world

    @property
    def created_at(self) -> datetime:
        return made_at(self.id)

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def by_bot(self) -> bool:
        """Whether the bot under test sent it."""
        return self.author is self.world.bot and self.webhook_id in {None, self.world.app_id}

    @property
    def text(self) -> str:
        """All words one can read on it: content, embeds, text displays, labels."""
        words = [self.content, *(text_of(embed) for embed in self.embeds)]
        words += [text_of(component) for component in self.components]
        return "\n".join(word for word in words if word)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons that can be pressed, in their order."""
        parts = everything_in(self.components)
        return [p.get("label", "") for p in parts if p["type"] == 2 and not p.get("disabled")]

    async def edit(
        self, content: str | None = None, *, files: Files | None = None, **changed: Any
    ) -> "Message":
        """Its author edits it; ``changed`` sets fields such as ``embeds`` or ``components``."""
        if content is not None:
            self.content = content
            self.mentions = mentions_in(self.channel, content)
        if files is not None:
            self.attachments = [self.channel.stored(file) for file in uploads(files)]
        for name, value in changed.items():
            setattr(self, name, value)
        self.edited_at = self.world.now()
        self.updated()
        return self

    async def late_embed(self, *embeds: Json) -> None:
        """The service adds a link's preview afterwards: an update that is no edit."""
        self.embeds += embeds
        self.updated()

    async def delete(self) -> None:
        """Its author, or some moderator, removes it; its files go with it."""
        self.channel.remove([self])

    async def react(self, by: "User | Member", emoji: str) -> None:
        """Somebody reacts."""
        self.reacted(by.user, emoji)

    async def click(self, by: "User | Member", button: str, **how: Any) -> "Interaction":
        """Press a button, named by its label or custom id; ``how`` as ``Interactions.send``."""
        return await self.world.interactions.click(self, by, button, **how)

    async def select(
        self, by: "User | Member", menu: str | None, *values: Any, **how: Any
    ) -> "Interaction":
        """Choose from a menu, named by placeholder or custom id; None where there is but one.

        Values are labels or values of a text menu; members, users, roles or channels of others.
        """
        return await self.world.interactions.select(self, by, menu, values, **how)

    def updated(self) -> None:
        """Tell the bot what stands now."""
        self.edits += 1
        self.channel.tell("MESSAGE_UPDATE", self)

    def reacted(self, by: User, emoji: str) -> None:
        """Add a reaction, once a person."""
        who = self.reactions.setdefault(emoji, [])
        if by.id not in who:
            who.append(by.id)
            self.channel.tell_of_reaction("MESSAGE_REACTION_ADD", self, by, emoji)

    def unreacted(self, by: User, emoji: str) -> None:
        """Take a reaction away, if it is there."""
        who = self.reactions.get(emoji, [])
        if by.id in who:
            who.remove(by.id)
            if not who:
                del self.reactions[emoji]
            self.channel.tell_of_reaction("MESSAGE_REACTION_REMOVE", self, by, emoji)

    def snapshot(self) -> Json:
        """What a forward of it carries."""
        said = self.drawn()
        kept = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp")
        more = ("flags", "mentions", "mention_roles", "sticker_items", "components")
        return {key: said[key] for key in (*kept, *more) if key in said}

    def drawn(self, *, live: bool = False, within: bool = False) -> Json:
        """As the API says it; ``live`` as an event does, ``within`` another message."""
        embedded, listed = self._files()
        said: Json = {
            "id": str(self.id),
            "type": self.type,
            "channel_id": str(self.channel.id),
            "author": self._author(),
            "content": self.content,
            "timestamp": stamp(self.created_at),
            "edited_timestamp": stamp(self.edited_at) if self.edited_at else None,
            "tts": False,
            "mention_everyone": self.mentions.everyone,
            "mentions": [user.drawn() for user in self.mentions.users],
            "mention_roles": [str(role) for role in self.mentions.roles],
            "attachments": [file.drawn() for file in listed],
            "embeds": [unfurled(embed, embedded) for embed in self.embeds],
            "components": [unfurled(part, embedded) for part in self.components],
            "pinned": self.pinned,
            "flags": self.flags,
        }
        said |= self._more()
        if live:
            said |= self._place()
        if not within:
            said |= self._references()
        return said

    def _files(self) -> tuple[dict[str, Attachment], list[Attachment]]:
        """By name for ``attachment://``, and those that stand on their own."""
        by_name = {file.filename: file for file in self.attachments}
        used = shown_files(self.embeds)
        return by_name, [file for file in self.attachments if file.filename not in used]

    def _author(self) -> Json:
        if self.webhook_name is None:
            return self.author.drawn()
        said = self.author.drawn() | {"id": str(self.webhook_id), "username": self.webhook_name}
        return said | {"bot": True, "global_name": None, "discriminator": "0000"}

    def _more(self) -> Json:
        """The keys that are absent where there is nothing to say."""
        more: Json = {
            "nonce": self.nonce,
            "webhook_id": str(self.webhook_id) if self.webhook_id else None,
            "application_id": str(self.application_id) if self.application_id else None,
            "interaction_metadata": self.interaction,
            "poll": self.poll,
            "sticker_items": [sticker.item() for sticker in self.stickers],
            "message_snapshots": [{"message": snapshot} for snapshot in self.snapshots],
            "reactions": [self._reaction(emoji, who) for emoji, who in self.reactions.items()],
        }
        return {key: value for key, value in more.items() if value}

    def _reaction(self, emoji: str, who: list[int]) -> Json:
        return {
            "count": len(who),
            "count_details": {"burst": 0, "normal": len(who)},
            "me": self.world.bot.id in who,
            "me_burst": False,
            "burst_colors": [],
            "emoji": emoji_of(emoji),
        }

    def _place(self) -> Json:
        """An event says where it is and who wrote as a member; an ephemeral message does not."""
        guild = self.channel.guild
        if guild is None or self.is_ephemeral:
            return {}
        member = None if self.webhook_name else guild.members.get(self.author.id)
        said: Json = {"guild_id": str(guild.id)}
        return said | ({"member": member.drawn(with_user=False)} if member else {})

    def _references(self) -> Json:
        if self.forward_of is not None:
            return {"message_reference": self._reference(self.forward_of, 1)}
        if self.reply_to is None:
            return {}
        reply = self.reply_to
        shown = None if reply.deleted else reply.drawn(within=True)
        return {"message_reference": self._reference(reply, 0), "referenced_message": shown}

    def _reference(self, message: "Message", kind: int) -> Json:
        guild = message.channel.guild
        said = {"message_id": str(message.id), "channel_id": str(message.channel.id)}
        return said | {"type": kind} | ({"guild_id": str(guild.id)} if guild else {})


def emoji_of(text: str) -> Json:
    """``👀``, or ``name:id`` of a guild's own."""
    name, _, emoji_id = text.rpartition(":")
    return {"id": emoji_id, "name": name} if name else {"id": None, "name": text}


def mentions_in(channel: "Channel", text: str, allowed: Json | None = None) -> Mentions:
    """Whom a text calls, within what ``allowed_mentions`` lets it."""
    world, found = channel.world, Mentions()
    parse = ["users", "roles", "everyone"] if allowed is None else allowed.get("parse", [])
    listed = _listed(allowed or {})
    for user_id in map(int, re.findall(r"<@!?(\d+)>", text)):
        user = world.users.get(user_id)
        if user and user not in found.users and ("users" in parse or user_id in listed["users"]):
            found.users.append(user)
    for role_id in map(int, re.findall(r"<@&(\d+)>", text)):
        known = channel.guild is not None and role_id in channel.guild.roles
        if known and ("roles" in parse or role_id in listed["roles"]):
            found.roles.append(role_id)
    found.everyone = "everyone" in parse and bool(re.search(r"@(everyone|here)\b", text))
    return found


def _listed(allowed: Json) -> dict[str, set[int]]:
    return {key: {int(each) for each in _ids(allowed.get(key))} for key in ("users", "roles")}


def _ids(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
