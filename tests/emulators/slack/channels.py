"""Channels, private channels, direct and group conversations, and what is posted in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.emulators.slack import events
from tests.emulators.slack.controls import controls
from tests.emulators.slack.files import Upload
from tests.emulators.slack.kinds import ChannelKind, Json
from tests.emulators.slack.messages import Message, rich_text

if TYPE_CHECKING:
    from tests.emulators.slack.people import User
    from tests.emulators.slack.team import Team

_TYPE: dict[ChannelKind, str] = {
    "public": "channel",
    "private": "group",
    "im": "im",
    "mpim": "mpim",
}


@dataclass(eq=False)
class Channel:
    """One conversation."""

    team: "Team"
    id: str
    name: str
    kind: ChannelKind
    members: list["User"] = field(default_factory=list)
    shared_with: list["Team"] = field(default_factory=list)
    """Other workspaces, over Slack Connect."""
    archived: bool = False
    created: int = 1700000000
    everything: list[Message] = field(default_factory=list)
    """All messages ever, deleted ones too, by time; replies among them."""

    _by_ts: dict[str, Message] = field(default_factory=dict)
    _threads: dict[str, list[Message]] = field(default_factory=dict)

    @property
    def channel_type(self) -> str:
        """The word events use: channel, group, im or mpim."""
        return _TYPE[self.kind]

    @property
    def teams(self) -> list["Team"]:
        return [self.team, *self.shared_with]

    @property
    def messages(self) -> list[Message]:
        """What a member sees, replies included, oldest first."""
        return [message for message in self.everything if not message.deleted]

    def find(self, ts: str) -> Message | None:
        message = self._by_ts.get(ts)
        return None if message is None or message.deleted else message

    def replies_to(self, ts: str) -> list[Message]:
        return [message for message in self._threads.get(ts, []) if not message.deleted]

    async def shown(self, fact: Callable[[Message], bool]) -> Message:
        """Wait for a message of which something is true, and give the newest."""
        world = self.team.world
        return (await world.until(lambda: list(filter(fact, self.messages))))[-1]

    async def card(self) -> Message:
        """Wait for a message of the app with buttons on it, and give the newest."""
        bot = self.team.bot_user
        return await self.shown(lambda one: one.author is bot and bool(list(controls(one.blocks))))

    async def post(
        self,
        author: "User",
        text: str = "",
        *,
        files: Sequence[Upload | tuple[str, bytes]] = (),
        blocks: Sequence[Json] = (),
        attachments: Sequence[Json] = (),
        thread: Message | None = None,
        broadcast: bool = False,
        me: bool = False,
    ) -> Message:
        """A person (or another bot) posts, and the app hears of it where it may.

        ``text`` is as Slack sends it: ``<https://a.b>``, ``<@U1>``, ``&lt;``; ``typed`` makes it
        from what a person types. Returns at once: ``await message.acked()`` waits for the app.
        """
        if author not in self.members:
            self.members.append(author)
        world, ts = self.team.world, self.team.world.ids.ts()
        held = [world.hold_file(author, _upload(one)) for one in files]
        rich = [rich_text(text)] if text and not blocks and not author.is_bot and not me else []
        subtype = "thread_broadcast" if broadcast else "me_message" if me else ""
        message = Message(
            channel=self,
            ts=ts,
            author=author,
            text=text,
            blocks=[dict(block) for block in blocks] or rich,
            attachments=[dict(one) for one in attachments],
            files=held,
            thread_ts=thread.thread_ts or thread.ts if thread else "",
            subtype="bot_message" if author.classic else subtype,
        )
        self.keep(message)
        message.delivery = events.posted(message)
        return message

    def keep(self, message: Message) -> None:
        """Put a message in its place, and its files with it."""
        self.everything.append(message)
        self._by_ts[message.ts] = message
        if message.thread_ts:
            self._threads.setdefault(message.thread_ts, []).append(message)
        for file in message.files:
            file.shared_in.append(message)
        self.team.world.stir()

    async def join(self, user: "User") -> Message:
        """A person (or the bot, invited) comes in; both kinds of noise reach the app."""
        if user not in self.members:
            self.members.append(user)
        noise = Message(
            channel=self,
            ts=self.team.world.ids.ts(),
            author=user,
            text=f"<@{user.id}> has joined the channel",
            subtype="channel_join" if self.kind == "public" else "group_join",
        )
        self.keep(noise)
        events.joined(self, user)
        noise.delivery = events.posted(noise)
        return noise

    async def leave(self, user: "User") -> None:
        """A person goes, or the bot is removed: it hears ``channel_left`` and nothing after."""
        events.left(self, user)
        self.members.remove(user)

    async def archive(self) -> None:
        self.archived = True

    def shape(self, viewer: "User") -> Json:
        shared = bool(self.shared_with)
        base: Json = {
            "id": self.id,
            "created": self.created,
            "is_archived": self.archived,
            "is_im": self.kind == "im",
            "is_org_shared": False,
            "context_team_id": viewer.team.id,
            "updated": self.created * 1000,
        }
        if self.kind == "im":
            other = next((one for one in self.members if one is not viewer), viewer)
            return base | {"user": other.id, "is_user_deleted": other.deleted, "priority": 0}
        return base | {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "public",
            "is_general": self.name == "general",
            "is_shared": shared,
            "is_ext_shared": shared,
            "is_pending_ext_shared": False,
            "is_member": viewer in self.members,
            "unlinked": 0,
            "creator": self.members[0].id if self.members else "",
            "shared_team_ids": [team.id for team in self.teams],
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "previous_names": [],
        }

    def __repr__(self) -> str:
        return f"<Channel {self.name} {self.id} of {self.team.name}>"


def _upload(one: Upload | tuple[str, bytes]) -> Upload:
    return one if isinstance(one, Upload) else Upload(*one)
