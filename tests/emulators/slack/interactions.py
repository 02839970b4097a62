"""What people do with the app: commands, shortcuts, buttons and forms, as payloads to it."""

from typing import TYPE_CHECKING, Any

from tests.emulators.slack.controls import Choice, Control, find
from tests.emulators.slack.kinds import AppMisbehaved, Json, NotPossible

if TYPE_CHECKING:
    from tests.emulators.slack.channels import Channel
    from tests.emulators.slack.delivery import Delivery
    from tests.emulators.slack.messages import Message
    from tests.emulators.slack.people import User
    from tests.emulators.slack.views import View

_CHANNEL_NAMES = {"im": "directmessage", "private": "privategroup", "mpim": "privategroup"}


async def slash(
    user: "User", command: str, text: str, channel: "Channel", changes: Json
) -> "Delivery":
    payload = slash_payload(user, command, text, channel)
    delivery = await _answered(user, "slash_commands", payload | changes)
    if delivery.answer:
        user.world.response_urls.say(user, channel, delivery.answer)
    return delivery


def slash_payload(user: "User", command: str, text: str, channel: "Channel") -> Json:
    """A command's payload, unsent: ``world.interact`` and ``world.http.request`` send it."""
    world, team = user.world, user.team
    return {
        "token": world.app.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": _CHANNEL_NAMES.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "false",
        "response_url": world.response_urls.mint(user, channel, None, "commands"),
        "trigger_id": world.trigger(user),
    }


async def shortcut(
    user: "User", callback_id: str, message: "Message | None", changes: Json
) -> "Delivery":
    if message is None:
        payload = _common(user, "shortcut") | {"callback_id": callback_id}
        return await _answered(user, "interactive", payload | changes)
    if not message.visible_to(user):
        raise NotPossible(f"{user.name} cannot see {message!r}")
    payload = _common(user, "message_action") | {
        "callback_id": callback_id,
        "channel": place(message.channel),
        "message_ts": message.ts,
        "message": message.shape(),
        "response_url": user.world.response_urls.mint(user, message.channel, message, "app"),
    }
    return await _answered(user, "interactive", payload | changes)


async def press(
    on: "Message | View", user: "User", name: str, choice: Choice, changes: Json
) -> "Delivery":
    return await _answered(user, "interactive", press_payload(on, user, name, choice) | changes)


def press_payload(on: "Message | View", user: "User", name: str, choice: Choice = None) -> Json:
    """The ``block_actions`` payload for one control, unsent: ``world.interact`` sends it.

    Raises:
        NotPossible: no such control, or the person cannot see where it stands.
    """
    if not on.visible_to(user):
        raise NotPossible(f"{user.name} cannot see {on!r}")
    control = find(on.all_blocks, name)
    payload = _common(user, "block_actions") | {"actions": [_action(control, choice, user)]}
    return payload | on.placed(user)


async def suggest(on: "Message | View", user: "User", name: str, typed: str) -> list[str]:
    """What the app offers for what is typed in one of its selects.

    Raises:
        AppMisbehaved: no options came, or more than a hundred.
    """
    control = find(on.all_blocks, name)
    payload = _common(user, "block_suggestion") | on.placed(user)
    for spare in ("trigger_id", "response_url"):
        payload.pop(spare, None)
    payload |= {
        "action_id": control.action_id,
        "block_id": control.block_id,
        "value": typed,
    }
    answer = (await _answered(user, "interactive", payload)).answer or {}
    groups = [group["options"] for group in answer.get("option_groups", [])]
    options = [*answer.get("options", []), *(one for group in groups for one in group)]
    if not ({"options", "option_groups"} & set(answer)) or len(options) > 100:
        raise AppMisbehaved(f"{control.action_id} was offered {answer}")
    return [str(option["text"]["text"]) for option in options]


async def submit(view: "View") -> Json | None:
    payload = _common(view.user, "view_submission") | {"view": view.shape(), "response_urls": []}
    return (await _answered(view.user, "interactive", payload)).answer


async def closed(view: "View", *, cleared: bool) -> None:
    payload = _common(view.user, "view_closed")
    del payload["trigger_id"]
    payload |= {"view": view.shape(), "is_cleared": cleared}
    await _answered(view.user, "interactive", payload)


async def _answered(user: "User", kind: Any, payload: Json) -> "Delivery":
    delivery = await user.world.office.send(kind, payload).settled()
    if not delivery.acked:
        raise AppMisbehaved(f"{kind} was not acknowledged: {delivery.missed}")
    return delivery


def _common(user: "User", kind: str) -> Json:
    world, team = user.world, user.team
    return {
        "type": kind,
        "token": world.app.verification_token,
        "action_ts": world.ids.ts(),
        "team": {"id": team.id, "domain": team.domain},
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": team.id,
        },
        "api_app_id": world.app.id,
        "is_enterprise_install": False,
        "enterprise": None,
        "trigger_id": world.trigger(user),
    }


def place(channel: "Channel") -> Json:
    """A channel as payloads name it: private ones without their name."""
    return {"id": channel.id, "name": _CHANNEL_NAMES.get(channel.kind, channel.name)}


def _action(control: Control, choice: Choice, user: "User") -> Json:
    action: Json = {
        "action_id": control.action_id,
        "block_id": control.block_id,
        "type": control.kind,
        "action_ts": user.world.ids.ts(),
    }
    if control.kind != "button":
        if choice is None:
            raise NotPossible(f"{control.action_id} is a {control.kind}: choose something in it")
        return action | control.chosen(choice)
    action["text"] = control.element["text"]
    named = ("value", "style")
    return action | {key: control.element[key] for key in named if key in control.element}
