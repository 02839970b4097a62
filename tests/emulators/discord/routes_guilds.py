"""Guilds: read, their channels, roles, threads, audit log and stickers."""

from typing import Any

from tests.emulators.discord.calls import Call, Routes
from tests.emulators.discord.people import Role
from tests.emulators.discord.permissions import Permission
from tests.emulators.discord.refusals import missing_permissions, unknown
from tests.emulators.discord.routes_channels import NAMES, overwrites

Json = dict[str, Any]
routes = Routes()
P = Permission


@routes.on("GET", "/guilds/{guild}")
async def one(call: Call) -> Json:
    guild = call.guild()
    counted = {"approximate_member_count": guild.member_count, "approximate_presence_count": 1}
    return guild.drawn() | (counted if call.query.get("with_counts") in {"true", "1"} else {})


@routes.on("GET", "/guilds/{guild}/channels")
async def channels(call: Call) -> list[Json]:
    return [each.drawn() for each in call.guild().channels]


@routes.on("POST", "/guilds/{guild}/channels")
async def make_channel(call: Call) -> Json:
    guild, body = call.allowed_guild(P.MANAGE_CHANNELS), call.body
    parent = call.world.channels.get(int(body.get("parent_id") or 0))
    channel = guild.new_channel(
        body["name"],
        NAMES[body.get("type", 0)],
        parent=parent,
        topic=body.get("topic"),
        nsfw=bool(body.get("nsfw")),
        overwrites=overwrites(body),
    )
    guild.audit(10, channel.id, call.reason)
    return channel.drawn()


@routes.on("GET", "/guilds/{guild}/threads/active")
async def active_threads(call: Call) -> Json:
    guild = call.guild()
    threads = [t for c in guild.channels for t in c.threads if not t.is_archived and t.bot_sees()]
    return {"threads": [thread.drawn() for thread in threads], "members": []}


@routes.on("GET", "/guilds/{guild}/roles")
async def roles(call: Call) -> list[Json]:
    return [role.drawn() for role in call.guild().roles.values()]


@routes.on("GET", "/guilds/{guild}/roles/{role}")
async def role(call: Call) -> Json:
    return _role(call).drawn()


@routes.on("POST", "/guilds/{guild}/roles")
async def make_role(call: Call) -> Json:
    guild, body = call.allowed_guild(P.MANAGE_ROLES), call.body or {}
    permissions = Permission(int(body.get("permissions", guild.everyone.permissions)))
    made = guild.new_role(body.get("name", "new role"), permissions, 1)
    guild.audit(30, made.id, call.reason)
    return made.drawn()


@routes.on("PATCH", "/guilds/{guild}/roles/{role}")
async def change_role(call: Call) -> Json:
    guild = call.allowed_guild(P.MANAGE_ROLES)
    found = _role(call)
    if found.position >= guild.bot.rank:
        raise missing_permissions()
    found.name = call.body.get("name", found.name)
    if "permissions" in call.body:
        found.permissions = Permission(int(call.body["permissions"]))
    return found.updated().drawn()


def _role(call: Call) -> Role:
    found = call.guild().roles.get(call.id("role"))
    if found is None:
        raise unknown("role")
    return found


@routes.on("GET", "/guilds/{guild}/audit-logs")
async def audit_log(call: Call) -> Json:
    guild = call.allowed_guild(P.VIEW_AUDIT_LOG)
    kind = call.number("action_type")
    found = [line for line in reversed(guild.audit_log) if kind in {None, line.action}]
    lines = [line.drawn() for line in found]
    ids = {line.by for line in guild.audit_log}
    users = [call.world.users[each].drawn() for each in ids if each in call.world.users]
    empty: dict[str, list[Json]] = {
        key: []
        for key in (
            "application_commands",
            "auto_moderation_rules",
            "guild_scheduled_events",
            "integrations",
            "threads",
            "webhooks",
        )
    }
    return {"audit_log_entries": lines[: call.number("limit") or 50], "users": users, **empty}


@routes.on("GET", "/guilds/{guild}/emojis")
async def emojis(_: Call) -> list[Json]:
    return []


@routes.on("GET", "/guilds/{guild}/stickers")
async def stickers(call: Call) -> list[Json]:
    return [sticker.drawn() for sticker in call.guild().stickers]


@routes.on("GET", "/stickers/{sticker}")
async def sticker(call: Call) -> Json:
    found = call.world.cdn.stickers.get(call.id("sticker"))
    if found is None:
        raise unknown("sticker")
    return found.drawn()


@routes.on("GET", "/guilds/{guild}/webhooks")
async def webhooks(call: Call) -> list[Json]:
    guild = call.allowed_guild(P.MANAGE_WEBHOOKS)
    hooks = call.world.webhooks.values()
    return [hook.drawn() for hook in hooks if hook.channel.guild is guild]
