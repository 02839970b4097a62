"""users.*, bots.*, team.* and auth.*: who is who, and who am I."""

from tests.emulators.slack.kinds import Json, Refused
from tests.emulators.slack.methods.finding import page, user_of
from tests.emulators.slack.tokens import Caller
from tests.emulators.slack.web_api import Args, Method


def auth_test(caller: Caller, _args: Args) -> Json:
    team, user = caller.team, caller.user
    return {
        "url": team.url,
        "team": team.name,
        "user": user.name,
        "team_id": team.id,
        "user_id": user.id,
        "is_enterprise_install": False,
        **({"bot_id": user.bot_id} if caller.is_bot else {}),
    }


def auth_revoke(caller: Caller, args: Args) -> Json:
    if args.flag("test"):
        return {"revoked": False}
    caller.world.revoke(caller.team, caller.token)
    return {"revoked": True}


def users_info(caller: Caller, args: Args) -> Json:
    user = user_of(caller, args.need("user"))
    shape = user.shape(with_email="users:read.email" in caller.token.scopes)
    return {"user": shape | ({"is_stranger": True} if user.team is not caller.team else {})}


def users_list(caller: Caller, args: Args) -> Json:
    email = "users:read.email" in caller.token.scopes
    shapes = [user.shape(with_email=email) for user in caller.team.users.values()]
    return page(shapes, args, "members") | {"cache_ts": int(caller.world.ids.now())}


def bots_info(caller: Caller, args: Args) -> Json:
    wanted = args.text("bot")
    bot = next((one for one in caller.team.users.values() if one.bot_id == wanted), None)
    if bot is None or not wanted:
        raise Refused("bot_not_found")
    shape = {
        "id": bot.bot_id,
        "deleted": bot.deleted,
        "name": bot.name,
        "updated": 1700000000,
        "app_id": bot.app_id,
        "icons": {},
    }
    return {"bot": shape | ({} if bot.classic else {"user_id": bot.id})}


def team_info(caller: Caller, args: Args) -> Json:
    wanted = args.text("team")
    if wanted and wanted != caller.team.id:
        raise Refused("team_not_found")
    return {"team": caller.team.shape()}


def usergroups_list(caller: Caller, args: Args) -> Json:
    groups = [
        {"id": one.id, "team_id": caller.team.id, "name": one.name, "handle": one.name}
        | ({"users": [user.id for user in one.users]} if args.flag("include_users") else {})
        for one in caller.team.usergroups
    ]
    return {"usergroups": groups}


def usergroups_users(caller: Caller, args: Args) -> Json:
    wanted = args.need("usergroup")
    group = next((one for one in caller.team.usergroups if one.id == wanted), None)
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": [user.id for user in group.users]}


PEOPLE = {
    "auth.revoke": Method(auth_revoke),
    "auth.test": Method(auth_test),
    "bots.info": Method(bots_info, ("users:read",)),
    "team.info": Method(team_info, ("team:read",)),
    "usergroups.list": Method(usergroups_list, ("usergroups:read",)),
    "usergroups.users.list": Method(usergroups_users, ("usergroups:read",)),
    "users.info": Method(users_info, ("users:read",)),
    "users.list": Method(users_list, ("users:read",)),
}
