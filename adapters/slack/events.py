"""From what Slack sends or gives back of a message to a ``Message``. Pure.

The revision is a digest of what is judged, so that a message read again later has the same one,
and a preview that adds nothing is no edit.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from adapters.slack import files, words
from adapters.slack.api import Shape
from adapters.slack.shape import record, word
from adapters.slack.text import plain
from bot.model import Author, Channel, Message, Ref

PLATFORM = "slack"

_SYSTEM = frozenset(
    [
        "assistant_app_thread",
        "bot_add",
        "bot_disable",
        "bot_enable",
        "bot_remove",
        "channel_archive",
        "channel_convert_to_private",
        "channel_join",
        "channel_leave",
        "channel_name",
        "channel_posting_permissions",
        "channel_purpose",
        "channel_topic",
        "channel_unarchive",
        "document_mention",
        "ekm_access_denied",
        "file_comment",
        "group_archive",
        "group_join",
        "group_leave",
        "group_name",
        "group_purpose",
        "group_topic",
        "group_unarchive",
        "huddle_thread",
        "message_deleted",
        "message_replied",
        "pinned_item",
        "reminder_add",
        "reply_broadcast",
        "sh_room_created",
        "tombstone",
        "unpinned_item",
    ]
)
"""What Slack itself says in a channel, and what needs nothing done. An unknown kind is judged."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message as Slack holds it, by our names."""

    raw: Shape
    channel_id: str
    kind: str = ""
    """Of its channel: channel, group, im or mpim."""

    @property
    def ts(self) -> str:
        """Its id within the channel."""
        return word(self.raw.get("ts"))

    @property
    def root(self) -> str:
        """The message whose thread it stands in, itself where it stands in none."""
        return word(self.raw.get("thread_ts")) or self.ts

    @property
    def user(self) -> str:
        """Who wrote it; empty for apps of the old kind."""
        return word(self.raw.get("user"))

    @property
    def bot(self) -> str:
        """The id of the app that wrote it; empty for people."""
        return word(self.raw.get("bot_id"))

    @property
    def team(self) -> str:
        """The workspace its author belongs to, where Slack says it."""
        return word(self.raw.get("user_team")) or word(self.raw.get("team"))

    @property
    def is_system(self) -> bool:
        """Whether nobody wrote it, or nothing of it is left."""
        return self.raw.get("subtype") in _SYSTEM or not (self.user or self.bot)

    @property
    def revision(self) -> str:
        """A digest of all that is judged of it.

        A file that was taken away counts as before: what is left was judged already.
        """
        said = [plain(word(self.raw.get("text"))).text]
        said += [*words.embeds(self.raw), "\x1e", *words.forwarded(self.raw), "\x1e"]
        said += files.identities(self.raw)
        return sha256("\x1f".join(said).encode()).hexdigest()[:16]


def posted(event: Shape) -> tuple[Post, Post | None] | None:
    """The message of an event, and how it was before; None where nothing is to be judged."""
    channel, kind = word(event.get("channel")), word(event.get("channel_type"))
    raw, before = event, None
    if event.get("subtype") == "message_changed":
        raw = record(event.get("message"))
        before = Post(record(event.get("previous_message")), channel, kind)
    post = Post(raw, channel, kind)
    if not channel or not _is_time(post.ts) or post.is_system:
        return None
    return post, before


def message_of(post: Post, community_id: str, author: Author, channel: Channel) -> Message:
    """The message, as everything else works on it."""
    text = plain(word(post.raw.get("text")))
    return Message(
        ref=Ref(PLATFORM, community_id, post.channel_id, post.ts),
        revision=post.revision,
        author=author,
        channel=channel,
        text=text.text,
        sent_at=datetime.fromtimestamp(float(post.ts), UTC),
        attachments=tuple(files.attachments(post.raw)),
        embeds=words.embeds(post.raw),
        forwarded=words.forwarded(post.raw),
        mentions=text.mentions,
        edited=bool(post.raw.get("edited")),
    )


def _is_time(ts: str) -> bool:
    seconds, _, micros = ts.partition(".")
    return seconds.isdecimal() and len(seconds) <= 10 and micros.isdecimal()  # noqa: PLR2004 - until the year 2286
