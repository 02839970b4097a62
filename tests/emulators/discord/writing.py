"""What the bot sends, made into a message: limits checked, files kept, mentions allowed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.calls import Call
from tests.emulators.discord.files import Attachment
from tests.emulators.discord.layout import accepted
from tests.emulators.discord.messages import (
    COMPONENTS_V2,
    EPHEMERAL,
    REPLY,
    Message,
    mentions_in,
)
from tests.emulators.discord.permissions import Permission
from tests.emulators.discord.polls import poll_sent
from tests.emulators.discord.refusals import Refusal, invalid, missing_permissions, unknown
from tests.emulators.discord.unfurled import shown_files

if TYPE_CHECKING:
    from tests.emulators.discord.channels import Channel

Json = dict[str, Any]
SETTABLE = 1 << 2 | EPHEMERAL | 1 << 12 | 1 << 13 | COMPONENTS_V2
"""The flags a sender may set: suppress embeds, ephemeral, silent, voice, components v2."""
NONCES_LAST = timedelta(minutes=5)
MOST_BYTES = 10 * 1024 * 1024
MOST_WORDS = 2000


def written(call: Call, channel: "Channel", body: Json, *, flags: int = 0) -> Message:
    """A message of the bot's from a body, in no channel yet.

    Raises:
        Refusal: empty (50006), over a limit (50035), too large (40005), no such thing to answer.
    """
    flags |= (body.get("flags") or 0) & SETTABLE
    message = Message(channel, call.world.ids.next(), call.world.bot, flags=flags)
    files = [channel.stored(each, ephemeral=message.is_ephemeral) for each in call.uploads]
    _fill(message, body, files)
    message.nonce = _nonce(body)
    if body.get("poll"):
        message.poll = poll_sent(body["poll"], call.world.now())
    if body.get("sticker_ids"):
        message.stickers = [_sticker(call, int(each)) for each in body["sticker_ids"]]
    if reference := body.get("message_reference"):
        _refer(call, message, reference)
    _called(message, body)
    _not_empty(message)
    return message


def rewritten(call: Call, message: Message, body: Json) -> Message:
    """Edit a message of the bot's; the keys that are not there stay as they are."""
    added = [message.channel.stored(e, ephemeral=message.is_ephemeral) for e in call.uploads]
    kept = message.attachments
    if body.get("attachments") is not None:
        ids = {str(each.get("id")) for each in body["attachments"]}
        kept = [file for file in kept if str(file.id) in ids]
    if "flags" in body:
        suppress = 1 << 2
        message.flags = (message.flags & ~suppress) | ((body["flags"] or 0) & suppress)
        message.flags |= (body["flags"] or 0) & COMPONENTS_V2
    _fill(message, body, [*kept, *added])
    if "content" in body:
        _called(message, body)
    _not_empty(message)
    message.edited_at = call.world.now()
    return message


def may_write(call: Call, channel: "Channel", body: Json) -> None:
    """Whether the bot may send this here.

    Raises:
        Refusal: missing access or permission, an archived and locked thread, a forum.
    """
    if channel.is_forum or channel.kind == "category":
        raise Refusal(400, 50008, "Cannot send messages in a non-text channel")
    if channel.recipient is not None and not channel.recipient.takes_dms:
        raise Refusal(403, 50007, "Cannot send messages to this user")
    if channel.guild is None:
        return
    may = channel.guild.bot.permissions(channel)
    needed = Permission.SEND_MESSAGES
    if channel.is_thread:
        needed = Permission.SEND_MESSAGES_IN_THREADS
    if call.uploads:
        needed |= Permission.ATTACH_FILES
    if (body.get("message_reference") or {}).get("message_id"):
        needed |= Permission.READ_MESSAGE_HISTORY
    if needed & ~may:
        raise missing_permissions()
    if channel.is_archived:
        if channel.is_locked and Permission.MANAGE_THREADS not in may:
            raise Refusal(400, 50083, "Thread is archived")
        # A message wakes a thread that only fell asleep.
        channel.is_archived = False
        channel.tell_of_itself("THREAD_UPDATE")


def same_nonce(channel: "Channel", body: Json) -> Message | None:
    """The message already sent under an enforced nonce, lately."""
    nonce = _nonce(body)
    if not body.get("enforce_nonce") or nonce is None:
        return None
    since = channel.world.now() - NONCES_LAST
    for message in reversed(channel.messages):
        if message.created_at < since:
            return None
        if message.nonce == nonce and message.by_bot:
            return message
    return None


def _fill(message: Message, body: Json, files: Sequence[Attachment]) -> None:
    v2 = bool(message.flags & COMPONENTS_V2)
    content, embeds = body.get("content"), body.get("embeds")
    if v2 and (content or embeds or body.get("poll") or body.get("sticker_ids")):
        raise invalid("flags", "components v2 go without content, embeds, poll and stickers")
    if len(content or "") > MOST_WORDS:
        raise invalid("content", f"must be {MOST_WORDS} or fewer in length")
    if len(embeds or []) > 10 or len(files) > 10:
        raise invalid("embeds", "at most 10 embeds and 10 files")
    if sum(len(file.data) for file in files) > MOST_BYTES:
        raise Refusal(413, 40005, "Request entity too large")
    message.attachments = list(files)
    if "content" in body:
        message.content = content or ""
    if "embeds" in body:
        message.embeds = [_embed(embed) for embed in embeds or []]
    if "components" in body:
        message.components = accepted(body["components"] or [], v2=v2)
    names = {file.filename for file in files}
    if odd := shown_files([message.embeds, message.components]) - names:
        raise invalid("attachments", f"no file is called {sorted(odd)}")


def _embed(embed: Json) -> Json:
    limits = {"title": 256, "description": 4096}
    for key, most in limits.items():
        if len(embed.get(key) or "") > most:
            raise invalid(f"embeds.{key}", f"must be {most} or fewer in length")
    fields = embed.get("fields") or []
    long = any(len(each["name"]) > 256 or len(each["value"]) > 1024 for each in fields)
    if len(fields) > 25 or long:
        raise invalid("embeds.fields", "at most 25, names to 256 and values to 1024 characters")
    return {"type": "rich", **embed}


def _called(message: Message, body: Json) -> None:
    allowed = body.get("allowed_mentions")
    message.mentions = mentions_in(message.channel, message.content, allowed)
    answered = message.reply_to
    pings = allowed is None or allowed.get("replied_user")
    if answered and pings and answered.author not in message.mentions.users:
        message.mentions.users.append(answered.author)


def _nonce(body: Json) -> str | None:
    nonce = body.get("nonce")
    if nonce is not None and len(str(nonce)) > 25:
        raise invalid("nonce", "must be 25 or fewer in length")
    return None if nonce is None else str(nonce)


def _sticker(call: Call, sticker_id: int) -> Any:
    found = call.world.cdn.stickers.get(sticker_id)
    if found is None:
        raise unknown("sticker")
    return found


def _refer(call: Call, message: Message, reference: Json) -> None:
    place = call.world.channels.get(int(reference.get("channel_id") or message.channel.id))
    found = place.message(int(reference["message_id"])) if place else None
    if reference.get("type") == 1:
        if found is None:
            raise unknown("message")
        message.forward_of, message.snapshots = found, [found.snapshot()]
    elif found is not None:
        message.reply_to, message.type = found, REPLY
    elif reference.get("fail_if_not_exists", True):
        raise invalid("message_reference", "Unknown message")


def _not_empty(message: Message) -> None:
    carried = (
        message.content,
        message.embeds,
        message.attachments,
        message.components,
        message.poll,
        message.stickers,
        message.snapshots,
    )
    if not any(carried):
        raise Refusal(400, 50006, "Cannot send an empty message")
