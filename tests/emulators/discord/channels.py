"""A channel of any kind, and what people do in it."""

import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.files import Attachment, Files, Sticker, Upload, uploads
from tests.emulators.discord.intents import Intent
from tests.emulators.discord.layout import accepted
from tests.emulators.discord.messages import (
    COMPONENTS_V2,
    DEFAULT,
    REPLY,
    Message,
    emoji_of,
    mentions_in,
)
from tests.emulators.discord.people import Member, Role, User
from tests.emulators.discord.permissions import Overwrite, Permission
from tests.emulators.discord.snowflakes import made_at, stamp

if TYPE_CHECKING:
    from tests.emulators.discord.guilds import Guild
    from tests.emulators.discord.world import World

Json = dict[str, Any]
KINDS = {
    "text": 0,
    "dm": 1,
    "voice": 2,
    "category": 4,
    "news": 5,
    "news_thread": 10,
    "thread": 11,
    "private_thread": 12,
    "stage": 13,
    "forum": 15,
    "media": 16,
}
THREADS = ("news_thread", "thread", "private_thread")
FORUMS = ("forum", "media")
VOICES = ("voice", "stage")


@dataclass(eq=False, repr=False)
class Channel:
    """Where messages stand. ``kind`` is one of ``KINDS``; a forum post is a thread."""

    world: "World"
    id: int
    kind: str
    name: str
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    nsfw: bool = False
    topic: str | None = None
    position: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    recipient: User | None = None
    owner_id: int = 0
    is_archived: bool = False
    is_locked: bool = False
    slowmode_s: int = 0
    archived_at: datetime | None = None
    _messages: dict[int, Message] = field(default_factory=dict)
    _order: list[int] = field(default_factory=list)

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS

    @property
    def is_forum(self) -> bool:
        return self.kind in FORUMS

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def messages(self) -> list[Message]:
        """What stands there now, oldest first."""
        return [self._messages[key] for key in self._order]

    @property
    def last(self) -> Message:
        """The newest message."""
        return self._messages[self._order[-1]]

    @property
    def threads(self) -> "list[Channel]":
        """Its threads or posts, oldest first."""
        return [c for c in self.world.channels.values() if c.parent is self and c.is_thread]

    def message(self, message_id: int) -> Message | None:
        return self._messages.get(message_id)

    def history(
        self, *, before: int | None = None, after: int | None = None, limit: int = 50
    ) -> list[Message]:
        """A page, newest first; ``after`` counts from there upwards, as the API does."""
        low = 0 if after is None else bisect.bisect_right(self._order, after)
        high = len(self._order) if before is None else bisect.bisect_left(self._order, before)
        page = self._order[low:high]
        page = page[:limit] if after is not None else page[-limit:]
        return [self._messages[key] for key in reversed(page)]

    async def post(
        self,
        author: "Member | User",
        text: str = "",
        *,
        files: Files = (),
        embeds: Sequence[Json] = (),
        stickers: Sequence[Sticker] = (),
        components: Sequence[Json] = (),
        poll: Json | None = None,
        reply_to: Message | None = None,
        forward: Message | None = None,
        flags: int = 0,
        kind: int | None = None,
        as_webhook: str | None = None,
        at: datetime | None = None,
        message_id: int | None = None,
        quietly: bool = False,
    ) -> Message:
        """Somebody posts; the bot hears of it unless ``quietly``.

        A member who left or is timed out cannot: AssertionError.
        ``forward`` carries a snapshot of another message; ``as_webhook`` posts under that name;
        ``at`` dates it back; ``poll`` comes from ``a_poll``; ``kind`` is the message type of what
        the service says itself: 6 pinned, 7 joined, 46 a poll's result.
        """
        self._may_post(author, as_webhook)
        message = Message(
            self,
            message_id or self.world.ids.next(at),
            author.user,
            text,
            [self.stored(file) for file in uploads(files)],
            embeds=list(embeds),
            stickers=list(stickers),
            components=accepted(components, v2=bool(flags & COMPONENTS_V2)),
            poll=poll,
            snapshots=[forward.snapshot()] if forward else [],
            reply_to=reply_to,
            forward_of=forward,
            mentions=mentions_in(self, text),
            type=(REPLY if reply_to else DEFAULT) if kind is None else kind,
            flags=flags,
        )
        if as_webhook is not None:
            message.webhook_id, message.webhook_name = self.world.ids.next(), as_webhook
        return self.add(message, quietly=quietly)

    def _may_post(self, author: "Member | User", as_webhook: str | None) -> None:
        if isinstance(author, Member) and author.guild is self.guild and not as_webhook:
            if author.has_left or author.is_timed_out:
                raise AssertionError(f"{author.name} left or is timed out, and cannot post")
            author.guild.keep(author)

    async def backlog(
        self,
        count: int,
        author: "Member | User",
        text: Callable[[int], str] = "message {}".format,
        *,
        over: timedelta = timedelta(hours=1),
    ) -> list[Message]:
        """So many messages that the bot never heard of, the last one just now."""
        start = self.world.now() - over
        return [
            await self.post(author, text(n), at=start + over * n / count, quietly=True)
            for n in range(count)
        ]

    async def thread(
        self,
        name: str,
        by: "Member | User",
        *,
        on: Message | None = None,
        is_private: bool = False,
    ) -> "Channel":
        """Somebody opens a thread, on a message or on none; the bot hears THREAD_CREATE."""
        return self.open_thread(name, by.user.id, on=on, is_private=is_private)

    async def new_post(
        self, title: str, author: "Member | User", text: str = "", **more: Any
    ) -> "Channel":
        """Somebody opens a post in a forum; ``more`` as for ``post``. Returns the thread."""
        thread = self.open_thread(title, author.user.id)
        await thread.post(author, text, message_id=thread.id, **more)
        return thread

    def open_thread(
        self, name: str, owner: int, *, on: Message | None = None, is_private: bool = False
    ) -> "Channel":
        kind = "private_thread" if is_private else "thread"
        thread = Channel(
            self.world,
            on.id if on else self.world.ids.next(),
            "news_thread" if self.kind == "news" else kind,
            name,
            self.guild,
            self,
            owner_id=owner,
        )
        self.world.add_channel(thread)
        thread.tell_of_itself("THREAD_CREATE", newly_created=True)
        return thread

    async def archive(self, *, lock: bool = False) -> None:
        """A thread falls asleep: what is in it cannot be changed any more."""
        self.is_archived, self.is_locked = True, lock
        self.archived_at = self.world.now()
        self.tell_of_itself("THREAD_UPDATE")

    async def close(self) -> None:
        """The channel is deleted with all in it."""
        self.world.remove_channel(self)

    def allow(self, who: "Role | Member", *permissions: Permission) -> "Channel":
        """Let a role or a member do this here."""
        return self._overwrite(who, permissions, allow=True)

    def deny(self, who: "Role | Member", *permissions: Permission) -> "Channel":
        """Keep a role or a member from doing this here."""
        return self._overwrite(who, permissions, allow=False)

    def _overwrite(
        self, who: "Role | Member", permissions: Iterable[Permission], *, allow: bool
    ) -> "Channel":
        found = self.overwrites.setdefault(who.id, Overwrite(0 if isinstance(who, Role) else 1))
        for permission in permissions:
            found.allow = found.allow | permission if allow else found.allow & ~permission
            found.deny = found.deny & ~permission if allow else found.deny | permission
        self.tell_of_itself("CHANNEL_UPDATE")
        return self

    def stored(self, upload: Upload, *, ephemeral: bool = False) -> Attachment:
        """Keep a file for the CDN to serve."""
        file = Attachment(self.world, self.world.ids.next(), self.id, upload, ephemeral=ephemeral)
        return self.world.cdn.keep(file)

    def add(self, message: Message, *, quietly: bool = False) -> Message:
        """Put a message in its place in the order of ids, and tell the bot."""
        self._messages[message.id] = message
        bisect.insort(self._order, message.id)
        if not quietly:
            self.tell("MESSAGE_CREATE", message)
        return message

    def remove(self, messages: Sequence[Message]) -> None:
        """Delete messages, and their files from the CDN."""
        gone = [message for message in messages if self._messages.pop(message.id, None)]
        for message in gone:
            self._order.pop(bisect.bisect_left(self._order, message.id))
            message.deleted = True
            for file in message.attachments:
                file.delete()
        ids = [str(message.id) for message in gone]
        where = {"channel_id": str(self.id)} | self._guild_id()
        if len(ids) == 1:
            self._send("MESSAGE_DELETE", {"id": ids[0], **where})
        elif ids:
            self._send("MESSAGE_DELETE_BULK", {"ids": ids, **where})

    def tell(self, event: str, message: Message) -> None:
        """Tell the bot of a message, where it can see the channel.

        Of its own ephemeral ones it is told as if they were direct messages: without guild and
        member, by that intent (https://docs.discord.com/developers/events/gateway).
        """
        if message.is_ephemeral:
            direct = Intent.DIRECT_MESSAGES
            self.world.gateway.send(event, message.drawn(live=True), None, needs=direct)
            return
        kept = message.author is self.world.bot or message.webhook_id == self.world.app_id
        called = self.world.bot in message.mentions.users
        self._send(event, message.drawn(live=True), readable=kept or called or not self.guild)

    def tell_of_reaction(self, event: str, message: Message, by: User, emoji: str) -> None:
        said: Json = {
            "user_id": str(by.id),
            "channel_id": str(self.id),
            "message_id": str(message.id),
            "emoji": emoji_of(emoji),
            "burst": False,
            "type": 0,
        } | self._guild_id()
        if event.endswith("ADD"):
            said["message_author_id"] = str(message.author.id)
            member = self.guild.members.get(by.id) if self.guild else None
            said |= {"member": member.drawn()} if member else {}
        needs = Intent.GUILD_MESSAGE_REACTIONS if self.guild else Intent.DIRECT_MESSAGE_REACTIONS
        self._send(event, said, needs=needs)

    def tell_of_itself(self, event: str, **more: object) -> None:
        """Tell the bot that the channel or thread came, changed or went."""
        # Bots are told of all channels, also of those whose messages they cannot see.
        told = not self.is_thread or self.bot_sees()
        if self.guild is not None and self.guild.bot_member is not None and told:
            said = self.drawn() | more
            self.world.gateway.send(event, said, self.guild.id, needs=Intent.GUILDS)

    def _send(
        self,
        event: str,
        said: Json,
        *,
        needs: Intent | None = None,
        readable: bool = True,
    ) -> None:
        if needs is None:
            needs = Intent.GUILD_MESSAGES if self.guild else Intent.DIRECT_MESSAGES
        if self.guild is None or self.bot_sees():
            guild_id = self.guild.id if self.guild else None
            self.world.gateway.send(event, said, guild_id, needs=needs, readable=readable)

    def bot_sees(self) -> bool:
        """Whether the bot is there and may see this channel."""
        bot = self.guild.bot_member if self.guild else None
        needed = Permission.VIEW_CHANNEL
        if self.kind == "private_thread" and self.owner_id != self.world.bot.id:
            needed |= Permission.MANAGE_THREADS
        return bot is not None and needed in bot.permissions(self)

    def _guild_id(self) -> Json:
        return {"guild_id": str(self.guild.id)} if self.guild else {}

    def drawn(self) -> Json:
        """As the API says it."""
        said: Json = {
            "id": str(self.id),
            "type": KINDS[self.kind],
            "last_message_id": str(self._order[-1]) if self._order else None,
            "flags": 0,
        }
        if self.recipient is not None:
            return said | {"recipients": [self.recipient.drawn()]}
        said |= {"name": self.name, "rate_limit_per_user": self.slowmode_s} | self._guild_id()
        said["parent_id"] = str(self.parent.id) if self.parent else None
        return said | (self._as_thread() if self.is_thread else self._as_channel())

    def _as_thread(self) -> Json:
        return {
            "owner_id": str(self.owner_id),
            "message_count": len(self._order),
            "total_message_sent": len(self._order),
            "member_count": 1,
            "applied_tags": [],
            "thread_metadata": {
                "archived": self.is_archived,
                "auto_archive_duration": 1440,
                "archive_timestamp": stamp(self.archived_at or made_at(self.id)),
                "locked": self.is_locked,
                "create_timestamp": stamp(made_at(self.id)),
            },
        }

    def _as_channel(self) -> Json:
        overwrites = [
            {
                "id": str(key),
                "type": each.kind,
                "allow": str(int(each.allow)),
                "deny": str(int(each.deny)),
            }
            for key, each in self.overwrites.items()
        ]
        said: Json = {
            "position": self.position,
            "permission_overwrites": overwrites,
            "nsfw": self.nsfw,
            "topic": self.topic,
        }
        if self.kind in VOICES:
            said |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        if self.is_forum:
            said |= {"available_tags": [], "default_reaction_emoji": None}
            said |= {"default_sort_order": None, "default_forum_layout": 0}
        return said
