"""The application itself: who it is, how many shards, and its commands."""

from typing import Any

from tests.emulators.discord.calls import Call, Routes
from tests.emulators.discord.refusals import Refusal, unknown

Json = dict[str, Any]
routes = Routes()


@routes.on("GET", "/users/@me")
async def me(call: Call) -> Json:
    return call.world.bot.drawn() | {"verified": True, "mfa_enabled": True, "flags": 0}


@routes.on("GET", "/users/@me/guilds")
async def my_guilds(call: Call) -> list[Json]:
    after = call.number("after") or 0
    there = [g for g in call.world.guilds.values() if g.bot_member and g.id > after]
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "owner": False,
            "permissions": str(int(guild.bot.permissions())),
            "features": [],
        }
        for guild in sorted(there, key=lambda each: each.id)[: call.number("limit") or 200]
    ]


@routes.on("DELETE", "/users/@me/guilds/{guild}")
async def leave(call: Call) -> None:
    guild = call.guild()
    guild.remove(guild.bot)


@routes.on("POST", "/users/@me/channels")
async def open_dm(call: Call) -> Json:
    call.ids["user"] = str(call.body["recipient_id"])
    user = call.user()
    if user.is_bot:
        raise Refusal(403, 50007, "Cannot send messages to this user")
    return call.world.dm_with(user).drawn()


@routes.on("GET", "/users/{user}")
async def somebody(call: Call) -> Json:
    return call.user().drawn()


@routes.on("GET", "/oauth2/applications/@me")
@routes.on("GET", "/applications/@me")
async def application(call: Call) -> Json:
    world = call.world
    return {
        "id": str(world.app_id),
        "name": world.bot.name,
        "description": "",
        "icon": None,
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": world.operator.drawn(),
        "team": None,
        "verify_key": "0" * 64,
        "flags": world.app_flags,
        "install_params": None,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "approximate_guild_count": len(world.guilds),
    }


@routes.on("GET", "/gateway")
async def gateway(call: Call) -> Json:
    return {"url": call.world.gateway_url}


@routes.on("GET", "/gateway/bot")
async def gateway_bot(call: Call) -> Json:
    world = call.world
    limit = {
        "total": 1000,
        "remaining": max(0, world.gateway.starts_left),
        "reset_after": 86_400_000,
        "max_concurrency": world.max_concurrency,
    }
    return {"url": world.gateway_url, "shards": world.shards, "session_start_limit": limit}


@routes.on("GET", "/applications/{app}/emojis")
async def emojis(_: Call) -> Json:
    return {"items": []}


@routes.on("GET", "/applications/{app}/skus")
@routes.on("GET", "/applications/{app}/entitlements")
async def nothing_sold(_: Call) -> list[Json]:
    return []


def _place(call: Call) -> int | None:
    """Which commands: the guild's of the path, or the global ones."""
    if call.id("app") != call.world.app_id:
        raise Refusal(403, 20012, "You are not authorized to perform this action")
    return call.guild().id if "guild" in call.ids else None


@routes.on("GET", "/applications/{app}/commands")
@routes.on("GET", "/applications/{app}/guilds/{guild}/commands")
async def commands(call: Call) -> list[Json]:
    known = call.world.commands.by_place.get(_place(call), [])
    return [command.drawn(call.world.app_id) for command in known]


@routes.on("PUT", "/applications/{app}/commands")
@routes.on("PUT", "/applications/{app}/guilds/{guild}/commands")
async def sync(call: Call) -> list[Json]:
    put = call.world.commands.put(_place(call), call.body)
    return [command.drawn(call.world.app_id) for command in put]


@routes.on("POST", "/applications/{app}/commands")
@routes.on("POST", "/applications/{app}/guilds/{guild}/commands")
async def add_command(call: Call) -> Json:
    return call.world.commands.add(_place(call), call.body).drawn(call.world.app_id)


@routes.on("GET", "/applications/{app}/commands/{command}")
@routes.on("GET", "/applications/{app}/guilds/{guild}/commands/{command}")
async def one_command(call: Call) -> Json:
    found = call.world.commands.one(_place(call), call.id("command"))
    return found.drawn(call.world.app_id)


@routes.on("PATCH", "/applications/{app}/commands/{command}")
@routes.on("PATCH", "/applications/{app}/guilds/{guild}/commands/{command}")
async def edit_command(call: Call) -> Json:
    place = _place(call)
    old = call.world.commands.one(place, call.id("command"))
    return call.world.commands.add(place, old.body | call.body).drawn(call.world.app_id)


@routes.on("DELETE", "/applications/{app}/commands/{command}")
@routes.on("DELETE", "/applications/{app}/guilds/{guild}/commands/{command}")
async def remove_command(call: Call) -> None:
    call.world.commands.remove(_place(call), call.id("command"))


@routes.on("GET", "/applications/{app}/guilds/{guild}/commands/permissions")
async def command_permissions(_: Call) -> list[Json]:
    return []


@routes.on("GET", "/applications/{app}/guilds/{guild}/commands/{command}/permissions")
async def one_commands_permissions(_: Call) -> Json:
    raise unknown("command")
