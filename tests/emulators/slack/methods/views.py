"""views.*: opening, stacking and changing modals, and publishing the App Home."""

from tests.emulators.slack.blocks import check_view
from tests.emulators.slack.kinds import Json, Refused
from tests.emulators.slack.people import User
from tests.emulators.slack.tokens import Caller
from tests.emulators.slack.views import View, open_view
from tests.emulators.slack.web_api import Args, Method


def open_(caller: Caller, args: Args) -> Json:
    given = check_view(args.structure("view"), "modal")
    user = caller.world.exchange(caller, args.text("trigger_id"))
    _external_id_free(caller, given)
    return {"view": open_view(user, given).shape()}


def push(caller: Caller, args: Args) -> Json:
    given = check_view(args.structure("view"), "modal")
    user = caller.world.exchange(caller, args.text("trigger_id"))
    _external_id_free(caller, given)
    if not user.views:
        raise Refused("not_found")
    return {"view": open_view(user, given, on_top_of=user.modal).shape()}


def update(caller: Caller, args: Args) -> Json:
    view = _view(caller, args)
    given = check_view(args.structure("view"), view.type)
    if (expected := args.text("hash")) and expected != view.hash:
        raise Refused("hash_conflict")
    view.replace(given)
    return {"view": view.shape()}


def publish(caller: Caller, args: Args) -> Json:
    user = caller.team.users.get(args.need("user_id"))
    given = check_view(args.structure("view"), "home")
    if user is None:
        raise Refused("user_not_found")
    if user.home is None:
        user.home = View(user, caller.world.ids.next("V"), given, caller.world.new_hash())
        caller.world.views[user.home.id] = user.home
    elif (expected := args.text("hash")) and expected != user.home.hash:
        raise Refused("hash_conflict")
    else:
        user.home.replace(given)
    return {"view": user.home.shape()}


def _view(caller: Caller, args: Args) -> View:
    external_id = args.text("external_id")
    view = caller.world.views.get(args.text("view_id")) or next(
        (
            one
            for one in caller.world.views.values()
            if external_id and one.given.get("external_id") == external_id
        ),
        None,
    )
    if view is None or not _is_open(view, view.user):
        raise Refused("not_found")
    return view


def _is_open(view: View, user: User) -> bool:
    return view in user.views or view is user.home


def _external_id_free(caller: Caller, given: Json) -> None:
    wanted = given.get("external_id")
    taken = [one for one in caller.world.views.values() if _is_open(one, one.user)]
    if wanted and any(one.given.get("external_id") == wanted for one in taken):
        raise Refused("duplicate_external_id")


VIEWS = {
    "views.open": Method(open_),
    "views.publish": Method(publish),
    "views.push": Method(push),
    "views.update": Method(update),
}
