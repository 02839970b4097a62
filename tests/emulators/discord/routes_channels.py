"""Channels: read, change, remove; threads; webhooks of a channel."""

from typing import Any

from tests.emulators.discord.calls import Call, Routes
from tests.emulators.discord.channels import KINDS
from tests.emulators.discord.permissions import Overwrite, Permission
from tests.emulators.discord.webhooks import Webhook

Json = dict[str, Any]
routes = Routes()
P = Permission
PLAIN = {"name": "name", "topic": "topic", "nsfw": "nsfw", "position": "position"}
NAMES = {number: kind for kind, number in KINDS.items()}


@routes.on("GET", "/channels/{channel}")
async def one(call: Call) -> Json:
    return call.channel().drawn()


@routes.on("PATCH", "/channels/{channel}")
async def change(call: Call) -> Json:
    channel = call.channel()
    body = call.body
    if channel.is_thread:
        call.channel(P.MANAGE_THREADS)
        channel.is_archived = body.get("archived", channel.is_archived)
        channel.is_locked = body.get("locked", channel.is_locked)
        channel.name = body.get("name", channel.name)
        channel.tell_of_itself("THREAD_UPDATE")
        return channel.drawn()
    call.channel(P.MANAGE_CHANNELS)
    for key, name in PLAIN.items():
        if key in body:
            setattr(channel, name, body[key])
    channel.slowmode_s = body.get("rate_limit_per_user", channel.slowmode_s)
    if "permission_overwrites" in body:
        channel.overwrites = overwrites(body)
    channel.tell_of_itself("CHANNEL_UPDATE")
    if channel.guild is not None:
        channel.guild.audit(11, channel.id, call.reason)
    return channel.drawn()


@routes.on("DELETE", "/channels/{channel}")
async def remove(call: Call) -> Json:
    channel = call.channel()
    call.channel(P.MANAGE_THREADS if channel.is_thread else P.MANAGE_CHANNELS)
    said = channel.drawn()
    if channel.guild is not None:
        channel.guild.audit(12, channel.id, call.reason)
    call.world.remove_channel(channel)
    return said


@routes.on("POST", "/channels/{channel}/typing")
async def typing(call: Call) -> None:
    call.channel()


@routes.on("PUT", "/channels/{channel}/permissions/{target}")
async def overwrite(call: Call) -> None:
    channel = call.channel(P.MANAGE_ROLES)
    body = call.body
    allow, deny = Permission(int(body.get("allow", 0))), Permission(int(body.get("deny", 0)))
    channel.overwrites[call.id("target")] = Overwrite(body["type"], allow, deny)
    channel.tell_of_itself("CHANNEL_UPDATE")


@routes.on("DELETE", "/channels/{channel}/permissions/{target}")
async def remove_overwrite(call: Call) -> None:
    channel = call.channel(P.MANAGE_ROLES)
    channel.overwrites.pop(call.id("target"), None)
    channel.tell_of_itself("CHANNEL_UPDATE")


@routes.on("PUT", "/channels/{channel}/thread-members/@me")
@routes.on("DELETE", "/channels/{channel}/thread-members/@me")
async def join_or_leave_thread(call: Call) -> None:
    call.awake(call.channel())


@routes.on("GET", "/channels/{channel}/threads/archived/public")
async def archived_public(call: Call) -> Json:
    return _archived(call, ("thread", "news_thread"))


@routes.on("GET", "/channels/{channel}/threads/archived/private")
@routes.on("GET", "/channels/{channel}/users/@me/threads/archived/private")
async def archived_private(call: Call) -> Json:
    return _archived(call, ("private_thread",))


def _archived(call: Call, kinds: tuple[str, ...]) -> Json:
    channel = call.channel(P.READ_MESSAGE_HISTORY)
    threads = [t for t in channel.threads if t.is_archived and t.kind in kinds and t.bot_sees()]
    threads.sort(key=lambda thread: thread.drawn()["thread_metadata"]["archive_timestamp"])
    limit = call.number("limit") or 50
    page = [thread.drawn() for thread in reversed(threads)]
    if before := call.query.get("before"):
        page = [t for t in page if t["thread_metadata"]["archive_timestamp"] < before]
    return {"threads": page[:limit], "members": [], "has_more": len(page) > limit}


@routes.on("POST", "/channels/{channel}/webhooks")
async def make_webhook(call: Call) -> Json:
    channel = call.channel(P.MANAGE_WEBHOOKS)
    hook = Webhook.made(channel, call.body["name"])
    call.world.webhooks[hook.id] = hook
    return hook.drawn()


@routes.on("GET", "/channels/{channel}/webhooks")
async def webhooks(call: Call) -> list[Json]:
    channel = call.channel(P.MANAGE_WEBHOOKS)
    return [hook.drawn() for hook in call.world.webhooks.values() if hook.channel is channel]


def overwrites(body: Json) -> dict[int, Overwrite]:
    """``permission_overwrites`` of a body, by whom they are for."""
    return {
        int(each["id"]): Overwrite(
            int(each["type"]),
            Permission(int(each.get("allow", 0))),
            Permission(int(each.get("deny", 0))),
        )
        for each in body.get("permission_overwrites") or []
    }
