"""Members: read, time out, kick, ban, give and take roles."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from tests.emulators.discord.calls import Call, Routes
from tests.emulators.discord.chunks import everybody
from tests.emulators.discord.guilds import Guild
from tests.emulators.discord.intents import Intent
from tests.emulators.discord.people import Member
from tests.emulators.discord.permissions import Permission
from tests.emulators.discord.refusals import (
    invalid,
    missing_access,
    missing_permissions,
    unknown,
)

Json = dict[str, Any]
routes = Routes()
P = Permission
LONGEST = timedelta(days=28)
WEEK_S = 7 * 24 * 3600


@routes.on("GET", "/guilds/{guild}/members")
async def members(call: Call) -> list[Json]:
    guild = call.guild()
    if Intent.GUILD_MEMBERS not in call.world.gateway.allowed:
        raise missing_access()
    after, limit = call.number("after") or 0, call.number("limit") or 1
    page = islice((m for m in everybody(guild) if m.id > after), limit)
    return [member.drawn() for member in page]


@routes.on("GET", "/guilds/{guild}/members/search")
async def search(call: Call) -> list[Json]:
    query, limit = call.query["query"].lower(), call.number("limit") or 1
    named = (m for m in everybody(call.guild()) if m.name.lower().startswith(query))
    return [member.drawn() for member in islice(named, limit)]


@routes.on("GET", "/guilds/{guild}/members/{user}")
async def member(call: Call) -> Json:
    return call.member(call.guild()).drawn()


@routes.on("PATCH", "/guilds/{guild}/members/@me")
async def change_me(call: Call) -> Json:
    me = call.guild().bot
    me.nick = call.body.get("nick", me.nick)
    me.guild.tell_of(me)
    return me.drawn()


@routes.on("PATCH", "/guilds/{guild}/members/{user}")
async def change(call: Call) -> Json:
    """Timeout, nickname and roles, each with its own permission."""
    guild, body = call.guild(), call.body
    found = guild.keep(call.member(guild))
    if "communication_disabled_until" in body:
        _time_out(call, guild, found)
    if "nick" in body:
        call.allowed_guild(P.MANAGE_NICKNAMES)
        call.below_bot(guild)
        found.nick = body["nick"]
    if "roles" in body:
        call.allowed_guild(P.MANAGE_ROLES)
        wanted = {int(each) for each in body["roles"]}
        for role_id in wanted ^ found.roles:
            _role(guild, role_id)
        found.roles = wanted
    guild.audit(24, found.id, call.reason)
    guild.tell_of(found)
    return found.drawn()


def _time_out(call: Call, guild: Guild, found: Member) -> None:
    call.allowed_guild(P.MODERATE_MEMBERS)
    call.below_bot(guild)
    if P.ADMINISTRATOR in found.permissions():
        raise missing_permissions()
    until = call.body["communication_disabled_until"]
    ends = datetime.fromisoformat(until) if until else None
    if ends is not None and ends - call.world.now() > LONGEST:
        raise invalid("communication_disabled_until", "must be within 28 days")
    found.timed_out_until = ends


@routes.on("DELETE", "/guilds/{guild}/members/{user}")
async def kick(call: Call) -> None:
    guild = call.allowed_guild(P.KICK_MEMBERS)
    found = guild.keep(call.below_bot(guild))
    guild.audit(20, found.id, call.reason)
    guild.remove(found)


@routes.on("PUT", "/guilds/{guild}/members/{user}/roles/{role}")
async def give_role(call: Call) -> None:
    guild = call.allowed_guild(P.MANAGE_ROLES)
    found = guild.keep(call.member(guild))
    found.roles.add(_role(guild, call.id("role")))
    guild.audit(25, found.id, call.reason)
    guild.tell_of(found)


@routes.on("DELETE", "/guilds/{guild}/members/{user}/roles/{role}")
async def take_role(call: Call) -> None:
    guild = call.allowed_guild(P.MANAGE_ROLES)
    found = guild.keep(call.member(guild))
    found.roles.discard(_role(guild, call.id("role")))
    guild.audit(25, found.id, call.reason)
    guild.tell_of(found)


def _role(guild: Guild, role_id: int) -> int:
    """A role that the bot may give: below its own, and of nobody's integration."""
    role = guild.roles.get(role_id)
    if role is None:
        raise unknown("role")
    if role.managed_by is not None or role.position >= guild.bot.rank or role is guild.everyone:
        raise missing_permissions()
    return role.id


@routes.on("GET", "/guilds/{guild}/bans")
async def bans(call: Call) -> list[Json]:
    guild = call.allowed_guild(P.BAN_MEMBERS)
    after, before = call.number("after") or 0, call.number("before") or 1 << 64
    ids = [each for each in sorted(guild.bans) if after < each < before]
    return [_ban(call, guild, user_id) for user_id in ids[: call.number("limit") or 1000]]


@routes.on("GET", "/guilds/{guild}/bans/{user}")
async def one_ban(call: Call) -> Json:
    guild = call.allowed_guild(P.BAN_MEMBERS)
    if call.id("user") not in guild.bans:
        raise unknown("ban")
    return _ban(call, guild, call.id("user"))


def _ban(call: Call, guild: Guild, user_id: int) -> Json:
    return {"reason": guild.bans[user_id], "user": call.world.somebody(user_id).drawn()}


@routes.on("PUT", "/guilds/{guild}/bans/{user}")
async def ban(call: Call) -> None:
    """Ban, member or not, and delete what they posted in the last seconds."""
    guild = call.allowed_guild(P.BAN_MEMBERS)
    user = call.user()
    found = guild.member_of(user.id)
    if found is not None and not guild.bot.outranks(found):
        raise missing_permissions()
    # Documented for the body; discord.py puts it in the query, and Discord takes it there too.
    seconds = (call.body or {}).get("delete_message_seconds")
    if seconds is None:
        seconds = call.number("delete_message_seconds") or 0
    if not 0 <= seconds <= WEEK_S:
        raise invalid("delete_message_seconds", f"must be between 0 and {WEEK_S}")
    _ban_one(call, guild, user.id, seconds)


@routes.on("POST", "/guilds/{guild}/bulk-ban")
async def bulk_ban(call: Call) -> Json:
    guild = call.allowed_guild(P.BAN_MEMBERS, P.MANAGE_GUILD)
    ids = [int(each) for each in call.body["user_ids"]]
    seconds = call.body.get("delete_message_seconds") or 0
    below = [i for i in ids if (m := guild.member_of(i)) is None or guild.bot.outranks(m)]
    for user_id in below:
        _ban_one(call, guild, user_id, seconds)
    failed = [str(each) for each in ids if each not in below]
    return {"banned_users": [str(each) for each in below], "failed_users": failed}


def _ban_one(call: Call, guild: Guild, user_id: int, seconds: int) -> None:
    call.ids["user"] = str(user_id)
    guild.audit(22, user_id, call.reason)
    guild.ban_windows[user_id] = seconds
    since = call.world.now() - timedelta(seconds=seconds)
    places = [c for c in call.world.channels.values() if c.guild is guild]
    for channel in places if seconds else []:
        theirs = [m for m in channel.messages if m.author.id == user_id and m.created_at >= since]
        channel.remove(theirs)
    guild.ban(call.user(), call.reason)


@routes.on("DELETE", "/guilds/{guild}/bans/{user}")
async def unban(call: Call) -> None:
    guild = call.allowed_guild(P.BAN_MEMBERS)
    if call.id("user") not in guild.bans:
        raise unknown("ban")
    guild.audit(23, call.id("user"), call.reason)
    guild.unban(call.user())
