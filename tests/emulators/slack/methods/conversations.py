"""conversations.* and users.conversations: finding channels, reading and joining them."""

from tests.emulators.slack import events
from tests.emulators.slack.channels import Channel
from tests.emulators.slack.kinds import ChannelKind, Json, Refused
from tests.emulators.slack.messages import Message
from tests.emulators.slack.methods.finding import channel_of, inside, page, user_of
from tests.emulators.slack.tokens import Caller
from tests.emulators.slack.web_api import Args, Method

_KINDS: dict[str, ChannelKind] = {
    "public_channel": "public",
    "private_channel": "private",
    "im": "im",
    "mpim": "mpim",
}
_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_WRITE = ("im:write", "mpim:write", "channels:manage", "groups:write")


def open_(caller: Caller, args: Args) -> Json:
    if channel_id := args.text("channel"):
        return {"channel": channel_of(caller, channel_id).shape(caller.user)}
    users = [user_of(caller, one) for one in args.need("users").split(",")]
    caller.need_for("im" if len(users) == 1 else "mpim", "write")
    if any(user.deleted for user in users):
        raise Refused("user_disabled")
    if any(user.is_bot for user in users):
        raise Refused("cannot_dm_bot")
    channel = caller.team.im(users[0]) if len(users) == 1 else caller.team.group(*users)
    if args.flag("return_im"):
        return {"channel": channel.shape(caller.user)}
    return {"channel": {"id": channel.id}}


def info(caller: Caller, args: Args) -> Json:
    channel = channel_of(caller, args.need("channel"))
    caller.need_for(channel.kind, "read")
    shape = channel.shape(caller.user)
    more = {"num_members": len(channel.members)} if args.flag("include_num_members") else {}
    return {"channel": shape | more}


def history(caller: Caller, args: Args) -> Json:
    channel = inside(caller, args.need("channel"))
    caller.need_for(channel.kind, "history")
    shown = [one for one in channel.messages if _in_channel(one)]
    newest_first = [one.shape() for one in reversed(_between(shown, args))]
    return _paged(newest_first, args)


def replies(caller: Caller, args: Args) -> Json:
    channel = inside(caller, args.need("channel"))
    caller.need_for(channel.kind, "history")
    asked = channel.find(args.need("ts"))
    parent = channel.find(asked.thread_ts) if asked and asked.thread_ts else asked
    if asked is None:
        raise Refused("thread_not_found")
    thread = [parent or asked, *(parent or asked).replies]
    return _paged([one.shape() for one in _between(thread, args)], args)


def join(caller: Caller, args: Args) -> Json:
    channel = channel_of(caller, args.need("channel"))
    if channel.kind != "public":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    if caller.user in channel.members:
        shape = channel.shape(caller.user)
        return {"channel": shape, "warning": "already_in_channel"}
    channel.members.append(caller.user)
    events.joined(channel, caller.user)
    return {"channel": channel.shape(caller.user)}


def list_(caller: Caller, args: Args) -> Json:
    return page([one.shape(caller.user) for one in _visible(caller, args)], args, "channels")


def mine(caller: Caller, args: Args) -> Json:
    user = user_of(caller, args.text("user") or caller.user.id)
    found = [one for one in _visible(caller, args) if user in one.members]
    return page([one.shape(caller.user) for one in found], args, "channels")


def members(caller: Caller, args: Args) -> Json:
    channel = channel_of(caller, args.need("channel"))
    caller.need_for(channel.kind, "read")
    shaped = page([{"id": user.id} for user in channel.members], args, "members")
    return shaped | {"members": [one["id"] for one in shaped["members"]]}


def _visible(caller: Caller, args: Args) -> list[Channel]:
    names = (args.text("types") or "public_channel").replace(" ", "").split(",")
    if unknown := [name for name in names if name not in _KINDS]:
        raise Refused("invalid_types", types=unknown)
    kinds = [_KINDS[name] for name in names]
    for kind in kinds:
        caller.need_for(kind, "read")
    return [
        channel
        for channel in caller.team.channels.values()
        if channel.kind in kinds
        and (channel.kind == "public" or caller.user in channel.members)
        and not (channel.archived and args.flag("exclude_archived"))
    ]


def _in_channel(message: Message) -> bool:
    return not message.thread_ts or message.subtype == "thread_broadcast"


def _between(messages: list[Message], args: Args) -> list[Message]:
    oldest, latest = float(args.text("oldest") or 0), args.text("latest")
    inclusive = args.flag("inclusive")

    def within(message: Message) -> bool:
        at = float(message.ts)
        if str(at) in (str(oldest), str(float(latest or 0))):
            return inclusive
        return oldest < at and (not latest or at < float(latest))

    return [message for message in messages if within(message)]


def _paged(shapes: list[Json], args: Args) -> Json:
    answer = page(shapes, args, "messages", 100)
    return answer | {"has_more": bool(answer["response_metadata"]["next_cursor"])}


CONVERSATIONS = {
    "conversations.history": Method(history, _HISTORY),
    "conversations.info": Method(info, _READ),
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.list": Method(list_, _READ),
    "conversations.members": Method(members, _READ),
    "conversations.open": Method(open_, _WRITE),
    "conversations.replies": Method(replies, _HISTORY),
    "users.conversations": Method(mine, _READ),
}
