"""chat.*: posting, changing and deleting, with Slack's rules of who may delete whose."""

from tests.emulators.slack import events
from tests.emulators.slack.blocks import check_message
from tests.emulators.slack.channels import Channel
from tests.emulators.slack.kinds import Json, Refused, invalid
from tests.emulators.slack.messages import Ephemeral, Message
from tests.emulators.slack.methods.finding import channel_of, message_of, user_of
from tests.emulators.slack.tokens import Caller
from tests.emulators.slack.web_api import Args, Method


def post_message(caller: Caller, args: Args) -> Json:
    channel = _writable(caller, args.need("channel"))
    written, thread = check_message(_body(args)), _thread(channel, args.text("thread_ts"))
    message = Message(
        channel,
        caller.world.ids.ts(),
        caller.user,
        thread_ts=thread,
        username=_custom_name(caller, args),
        metadata=args.structure("metadata"),
        subtype="thread_broadcast" if thread and args.flag("reply_broadcast") else "",
        **written,
    )
    channel.keep(message)
    message.delivery = events.posted(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.shape()}


def post_ephemeral(caller: Caller, args: Args) -> Json:
    channel = _writable(caller, args.need("channel"))
    viewer = caller.team.users.get(args.need("user"))
    if viewer is None or viewer not in channel.members:
        raise Refused("user_not_in_channel")
    written = check_message(_body(args))
    only = Ephemeral(
        channel,
        caller.world.ids.ts(),
        caller.user,
        thread_ts=args.text("thread_ts"),
        viewer=viewer,
        **written,
    )
    viewer.ephemerals.append(only)
    return {"message_ts": only.ts}


def update(caller: Caller, args: Args) -> Json:
    channel = channel_of(caller, args.need("channel"))
    message = message_of(channel, args.need("ts"))
    if message.author is not caller.user:
        raise Refused("cant_update_message")
    body, before = _body(args), message.shape()
    if "blocks" not in args.given and "text" not in args.given:
        body |= {"text": message.text, "blocks": message.blocks}
    written = check_message(body)
    message.text, message.blocks = written["text"], written["blocks"]
    if "attachments" in args.given:
        message.attachments = written["attachments"]
    message.edited = {"user": caller.user.id, "ts": caller.world.ids.ts()}
    message.delivery = events.changed(message, before)
    shape = message.shape()
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shape}


def delete(caller: Caller, args: Args) -> Json:
    channel = channel_of(caller, args.need("channel"))
    message = message_of(channel, args.need("ts"))
    if not _may_delete(caller, message):
        raise Refused("cant_delete_message")
    message.remove(caller.user)
    caller.world.stir()
    return {"channel": channel.id, "ts": message.ts}


def _may_delete(caller: Caller, message: Message) -> bool:
    """A bot its own; people their own, admins others' where the workspace lets them."""
    own = message.author is caller.user
    if caller.is_bot:
        return own
    if own:
        return caller.team.authors_delete
    ours = message.author.team is caller.team
    admin = caller.user.admin or caller.user.owner
    return admin and ours and caller.team.admins_delete_messages


def get_permalink(caller: Caller, args: Args) -> Json:
    channel = channel_of(caller, args.need("channel"))
    message = message_of(channel, args.need("message_ts"))
    return {"channel": channel.id, "permalink": message.permalink}


def _writable(caller: Caller, name: str) -> Channel:
    """
    Raises:
        Refused: ``channel_not_found``, ``not_in_channel``, ``is_archived``.
    """
    if name in caller.team.users:
        return caller.team.im(user_of(caller, name))
    channel = channel_of(caller, name)
    if channel.archived:
        raise Refused("is_archived")
    outside = caller.user not in channel.members
    if outside and "chat:write.public" not in caller.token.scopes:
        raise Refused("not_in_channel")
    return channel


def _thread(channel: Channel, ts: str) -> str:
    """The thread to reply in; none when it is gone, for then Slack posts in the channel.

    Reported in slack-go/slack#1571 and caipe-io/ai-platform-engineering#1034: no error, and the
    answer's message has no ``thread_ts``.
    """
    parent = channel.find(ts)
    if parent is not None:
        return parent.thread_ts or parent.ts
    return ts if channel.replies_to(ts) else ""


def _custom_name(caller: Caller, args: Args) -> str:
    allowed = "chat:write.customize" in caller.token.scopes
    return args.text("username") if allowed else ""


def _body(args: Args) -> Json:
    body: Json = {"text": args.text("text") or args.text("markdown_text")}
    for name in ("blocks", "attachments"):
        value = args.structure(name) if args.given.get(name) else []
        if not isinstance(value, list):
            raise invalid(f"{name} must be a list", error=f"invalid_{name}")
        body[name] = value
    return body


CHAT = {
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
}
