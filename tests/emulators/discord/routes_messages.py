"""Messages: read, send, edit, delete, react, pin."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.calls import Call, Routes
from tests.emulators.discord.intents import Intent, emptied
from tests.emulators.discord.messages import Message
from tests.emulators.discord.permissions import Permission
from tests.emulators.discord.refusals import Refusal, invalid, missing_permissions, unknown
from tests.emulators.discord.writing import may_write, rewritten, same_nonce, written

if TYPE_CHECKING:
    from tests.emulators.discord.channels import Channel

Json = dict[str, Any]
routes = Routes()
P = Permission
TOO_OLD = timedelta(days=14)


def seen(call: Call, message: Message) -> Json:
    """A message as the application may read it."""
    world, said = call.world, message.drawn()
    readable = (
        Intent.MESSAGE_CONTENT in world.gateway.allowed
        or message.channel.guild is None
        or message.author is world.bot
        or world.bot in message.mentions.users
    )
    return said if readable else emptied(said)


@routes.on("GET", "/channels/{channel}/messages")
async def history(call: Call) -> list[Json]:
    channel = call.channel()
    limit = 50 if (asked := call.number("limit")) is None else asked
    if not 1 <= limit <= 100:
        raise invalid("limit", "must be between 1 and 100")
    before, after = call.number("before"), call.number("after")
    if (around := call.number("around")) is not None:
        half = limit // 2
        page = channel.history(after=around - 1, limit=half + limit % 2)
        page += channel.history(before=around, limit=half)
    else:
        page = channel.history(before=before, after=after, limit=limit)
    # Without the permission the page is empty; it is no error.
    return [seen(call, message) for message in page] if _reads(channel) else []


@routes.on("GET", "/channels/{channel}/messages/pins")
async def pins(call: Call) -> Json:
    pinned = [m for m in reversed(call.channel().messages) if m.pinned]
    items = [{"pinned_at": m.drawn()["timestamp"], "message": seen(call, m)} for m in pinned]
    return {"items": items, "has_more": False}


@routes.on("GET", "/channels/{channel}/messages/{message}")
async def one(call: Call) -> Json:
    channel = call.channel(P.READ_MESSAGE_HISTORY)
    return seen(call, call.message(channel))


@routes.on("POST", "/channels/{channel}/messages")
async def send(call: Call) -> Json:
    channel, body = call.channel(), call.body
    may_write(call, channel, body)
    if (known := same_nonce(channel, body)) is not None:
        return known.drawn()
    return channel.add(written(call, channel, body)).drawn()


@routes.on("PATCH", "/channels/{channel}/messages/{message}")
async def edit(call: Call) -> Json:
    channel = call.awake(call.channel())
    message = call.message(channel)
    if message.author is not call.world.bot:
        only_flags = set(call.body) == {"flags"}
        if not only_flags:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        _needs(channel, P.MANAGE_MESSAGES)
    rewritten(call, message, call.body).updated()
    return message.drawn()


@routes.on("DELETE", "/channels/{channel}/messages/{message}")
async def delete(call: Call) -> None:
    channel = call.channel()
    message = call.message(channel)
    call.awake(channel)
    if message.author is not call.world.bot:
        if channel.guild is None:
            raise Refusal(403, 50003, "Cannot execute action on a DM channel")
        _needs(channel, P.MANAGE_MESSAGES)
        where = {"channel_id": str(channel.id), "count": "1"}
        channel.guild.audit(72, message.author.id, call.reason, **where)
    channel.remove([message])


@routes.on("POST", "/channels/{channel}/messages/bulk-delete")
async def bulk_delete(call: Call) -> None:
    channel = call.awake(call.channel(P.MANAGE_MESSAGES))
    ids = [int(each) for each in call.body["messages"]]
    if not 2 <= len(ids) <= 100 or len(set(ids)) < len(ids):
        raise invalid("messages", "must be between 2 and 100 different ones")
    found = [m for each in ids if (m := channel.message(each))]
    if any(call.world.now() - message.created_at > TOO_OLD for message in found):
        raise Refusal(400, 50034, "You can only bulk delete messages that are under 14 days old.")
    if channel.guild is not None:
        channel.guild.audit(73, channel.id, call.reason, count=str(len(found)))
    channel.remove(found)


@routes.on("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me")
async def react(call: Call) -> None:
    channel = call.channel(P.READ_MESSAGE_HISTORY)
    message = call.message(channel)
    call.awake(channel)
    emoji = call.ids["emoji"]
    if emoji not in message.reactions:
        _needs(channel, P.ADD_REACTIONS)
        if len(message.reactions) >= 20:
            raise Refusal(403, 30010, "Maximum number of reactions reached (20)")
    if emoji.isascii() and ":" not in emoji:
        raise Refusal(400, 10014, "Unknown Emoji")
    message.reacted(call.world.bot, emoji)


@routes.on("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me")
async def unreact(call: Call) -> None:
    message = call.message(call.awake(call.channel()))
    message.unreacted(call.world.bot, call.ids["emoji"])


@routes.on("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/{user}")
async def unreact_other(call: Call) -> None:
    message = call.message(call.awake(call.channel(P.MANAGE_MESSAGES)))
    message.unreacted(call.user(), call.ids["emoji"])


@routes.on("GET", "/channels/{channel}/messages/{message}/reactions/{emoji}")
async def who_reacted(call: Call) -> list[Json]:
    message = call.message(call.channel(P.READ_MESSAGE_HISTORY))
    after, limit = call.number("after") or 0, call.number("limit") or 25
    ids = sorted(each for each in message.reactions.get(call.ids["emoji"], []) if each > after)
    return [call.world.somebody(each).drawn() for each in ids[:limit]]


@routes.on("DELETE", "/channels/{channel}/messages/{message}/reactions")
@routes.on("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}")
async def clear_reactions(call: Call) -> None:
    message = call.message(call.awake(call.channel(P.MANAGE_MESSAGES)))
    wanted = [call.ids["emoji"]] if "emoji" in call.ids else list(message.reactions)
    for emoji in wanted:
        for who in list(message.reactions.get(emoji, [])):
            message.unreacted(call.world.somebody(who), emoji)


@routes.on("PUT", "/channels/{channel}/messages/pins/{message}")
@routes.on("DELETE", "/channels/{channel}/messages/pins/{message}")
async def pin(call: Call) -> None:
    message = call.message(call.channel(P.PIN_MESSAGES))
    message.pinned = call.received.method == "PUT"
    message.updated()


@routes.on("POST", "/channels/{channel}/messages/{message}/threads")
async def thread_on(call: Call) -> Json:
    channel = call.channel(P.CREATE_PUBLIC_THREADS)
    message = call.message(channel)
    if message.id in call.world.channels:
        raise Refusal(400, 160004, "A thread has already been created for this message")
    return channel.open_thread(call.body["name"], call.world.bot.id, on=message).drawn()


@routes.on("POST", "/channels/{channel}/threads")
async def thread(call: Call) -> Json:
    """A thread of its own, or a forum's post, which comes with its first message."""
    channel = call.channel(P.CREATE_PUBLIC_THREADS if call.body.get("type") != 12 else P.NONE)
    if not channel.is_forum:
        private = call.body.get("type") == 12
        if private:
            _needs(channel, P.CREATE_PRIVATE_THREADS)
        opened = channel.open_thread(call.body["name"], call.world.bot.id, is_private=private)
        return opened.drawn()
    opened = channel.open_thread(call.body["name"], call.world.bot.id)
    first = written(call, opened, call.body["message"])
    first.id = opened.id
    return opened.drawn() | {"message": opened.add(first).drawn()}


@routes.on("POST", "/channels/{channel}/messages/{message}/crosspost")
async def crosspost(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "news":
        raise unknown("channel")
    return call.message(channel).drawn()


def _reads(channel: "Channel") -> bool:
    guild = channel.guild
    return guild is None or P.READ_MESSAGE_HISTORY in guild.bot.permissions(channel)


def _needs(channel: "Channel", permission: Permission) -> None:
    guild = channel.guild
    if guild is not None and permission not in guild.bot.permissions(channel):
        raise missing_permissions()
