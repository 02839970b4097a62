"""Messages: edits, threads, reactions, unfurls, buttons, and the ones only one person sees."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.slack import events, interactions
from tests.emulators.slack.controls import state_of, words_of
from tests.emulators.slack.files import File, Upload
from tests.emulators.slack.kinds import Json

if TYPE_CHECKING:
    from tests.emulators.slack.channels import Channel
    from tests.emulators.slack.delivery import Delivery
    from tests.emulators.slack.people import User


def typed(text: str) -> str:
    """What Slack makes of what a person types: ``&``, ``<`` and ``>`` escaped, links bracketed."""
    return re.sub(r"https?://[^\s<>]+", r"<\g<0>>", html.escape(text, quote=False))


def rich_text(text: str) -> Json:
    """The block that Slack's own clients send beside the text."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": "rt1", "elements": [section]}


@dataclass(eq=False)
class Message:
    """One message as Slack holds it now."""

    channel: "Channel"
    ts: str
    author: "User"
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    thread_ts: str = ""
    """The first message of the thread this replies to; empty for one that replies to none."""
    subtype: str = ""
    reactions: dict[str, list["User"]] = field(default_factory=dict)
    edited: Json | None = None
    deleted: bool = False
    deleted_by: "User | None" = None
    username: str = ""
    metadata: Json | None = None
    delivery: "Delivery | None" = None
    """How the app heard of it last; None where it did not."""

    async def acked(self) -> "Delivery":
        """Wait until the app has taken the last event about this message, or Slack gave up.

        Raises:
            LookupError: no event was sent, as the app is not here or lacks the scope.
        """
        if self.delivery is None:
            raise LookupError("the app was told nothing of this message")
        return await self.delivery.settled()

    @property
    def all_blocks(self) -> list[Json]:
        """Its blocks, and those of its attachments."""
        within = [block for one in self.attachments for block in one.get("blocks", [])]
        return [*self.blocks, *within]

    @property
    def words(self) -> str:
        """Everything a person reads in its blocks, or its text where it has none."""
        return words_of(self.all_blocks) or self.text

    @property
    def replies(self) -> list["Message"]:
        return self.channel.replies_to(self.ts)

    @property
    def permalink(self) -> str:
        base = f"{self.channel.team.url}archives/{self.channel.id}/p{self.ts.replace('.', '')}"
        thread = f"?thread_ts={self.thread_ts}&cid={self.channel.id}" if self.thread_ts else ""
        return base + thread

    async def reply(
        self,
        author: "User",
        text: str = "",
        *,
        files: Sequence[Upload | tuple[str, bytes]] = (),
        broadcast: bool = False,
    ) -> "Message":
        """Answer in the thread, and with ``broadcast`` in the channel too."""
        return await self.channel.post(author, text, files=files, thread=self, broadcast=broadcast)

    async def edit(self, text: str) -> None:
        """The author changes the words."""
        before = self.shape()
        self.text = text
        self.blocks = [rich_text(text)] if not self.author.is_bot else self.blocks
        self.edited = {"user": self.author.id, "ts": self.channel.team.world.ids.ts()}
        self.delivery = events.changed(self, before)

    async def unfurl(self, **attachment: Any) -> None:
        """Slack adds a preview of a link: ``image_url=…, title=…, from_url=…``."""
        before = self.shape()
        number = len(self.attachments) + 1
        self.attachments.append({"id": number, "fallback": "a preview", **attachment})
        self.delivery = events.changed(self, before)

    async def delete(self, by: "User | None" = None) -> None:
        """The author, or ``by`` an admin, removes it in Slack's own app."""
        self.remove(by or self.author)

    def remove(self, by: "User") -> None:
        before = self.shape()
        self.deleted, self.deleted_by = True, by
        self.delivery = events.deleted(self, before)

    async def react(self, user: "User", emoji: str) -> None:
        self.reactions.setdefault(emoji, []).append(user)
        events.reacted(self, user, emoji, added=True)

    async def press(self, user: "User", control: str, **changes: Any) -> "Delivery":
        """Press a button, named by action_id, value or words.

        ``changes`` are put over the payload, to forge one. Waits for the acknowledgement; what
        the app does then comes by ``world.until``.

        Raises:
            NotPossible: no such button here, or the person cannot see this message.
            AppMisbehaved: not acknowledged in time.
        """
        return await interactions.press(self, user, control, None, changes)

    async def choose(
        self, user: "User", control: str, choice: str | Sequence[str], **changes: Any
    ) -> "Delivery":
        """Choose in a select or an overflow menu, by the option's value or words."""
        return await interactions.press(self, user, control, choice, changes)

    async def suggest(self, user: "User", control: str, typed: str) -> list[str]:
        """Type in a select that asks the app for options; the options' words."""
        return await interactions.suggest(self, user, control, typed)

    def visible_to(self, user: "User") -> bool:
        public = self.channel.kind == "public" and user.team in self.channel.teams
        return not self.deleted and (public or user in self.channel.members)

    def placed(self, user: "User") -> Json:
        """Where a press happened, as its payload says it."""
        container = {
            "type": "message",
            "message_ts": self.ts,
            "channel_id": self.channel.id,
            "is_ephemeral": False,
        }
        container |= {"thread_ts": self.thread_ts} if self.thread_ts else {}
        urls = self.channel.team.world.response_urls
        return {
            "container": container,
            "channel": interactions.place(self.channel),
            "message": self.shape(),
            "state": state_of(self.all_blocks, {}),
            "response_url": urls.mint(user, self.channel, self, "app"),
        }

    def shape(self) -> Json:
        """As the Web API gives it, and as it stands within events."""
        shape: Json = {"type": "message", "ts": self.ts, "text": self.text}
        shape |= {"subtype": self.subtype} if self.subtype else {}
        shape |= self._author()
        for name in ("blocks", "attachments"):
            if value := getattr(self, name):
                shape[name] = [dict(one) for one in value]
        if self.files:
            shape |= {"files": [self._file(file) for file in self.files], "upload": False}
        if self.thread_ts:
            shape["thread_ts"] = self.thread_ts
            parent = self.channel.find(self.thread_ts)
            shape |= {"parent_user_id": parent.author.id} if parent else {}
        elif replies := self.replies:
            shape |= {
                "thread_ts": self.ts,
                "reply_count": len(replies),
                "reply_users": list(dict.fromkeys(one.author.id for one in replies)),
                "latest_reply": replies[-1].ts,
            }
        if self.edited:
            shape["edited"] = dict(self.edited)
        if self.reactions:
            shape["reactions"] = [
                {"name": name, "users": [user.id for user in users], "count": len(users)}
                for name, users in self.reactions.items()
            ]
        return shape | ({"metadata": self.metadata} if self.metadata else {})

    def _file(self, file: File) -> Json:
        # What another workspace shares has to be asked for (Slack Connect).
        foreign = bool(self.channel.shared_with) and file.owner.team.installation is None
        return file.shape(connect=file.upload.connect or foreign)

    def _author(self) -> Json:
        author, team = self.author, self.author.team
        shape: Json = {} if author.classic else {"user": author.id, "team": team.id}
        if self.channel.shared_with:
            shape |= {"user_team": team.id, "source_team": team.id}
        if not author.is_bot:
            return shape if self.subtype else shape | {"client_msg_id": f"msg-{self.ts}"}
        shape |= {"bot_id": author.bot_id}
        if author.app_id:
            shape |= {"app_id": author.app_id}
        if author.classic or self.username:
            return shape | {"username": self.username or author.name}
        profile = {"id": author.bot_id, "name": author.name, "team_id": team.id}
        return shape | {"bot_profile": profile | {"app_id": author.app_id, "deleted": False}}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.text[:30]!r} by {self.author.name} at {self.ts}>"


@dataclass(eq=False)
class Ephemeral(Message):
    """A message of the app that one person sees, until they dismiss it."""

    viewer: "User" = field(kw_only=True)

    async def dismiss(self) -> None:
        """Its reader clicks it away; the app does not hear of it."""
        self.deleted = True
        self.viewer.ephemerals.remove(self)

    def visible_to(self, user: "User") -> bool:
        return user is self.viewer and not self.deleted

    def placed(self, user: "User") -> Json:
        shape = super().placed(user)
        del shape["message"]  # Slack does not show an app its own ephemeral messages again
        shape["container"]["is_ephemeral"] = True
        return shape
