"""Events: what the app is told, and only where it may be told it."""

from typing import TYPE_CHECKING

from tests.emulators.slack.kinds import Json
from tests.emulators.slack.tokens import PREFIX

if TYPE_CHECKING:
    from tests.emulators.slack.channels import Channel
    from tests.emulators.slack.delivery import Delivery
    from tests.emulators.slack.files import File
    from tests.emulators.slack.messages import Message
    from tests.emulators.slack.people import User
    from tests.emulators.slack.team import Team


def posted(message: "Message") -> "Delivery | None":
    subtype = message.subtype or ("file_share" if message.files else "")
    event = message.shape() | ({"subtype": subtype} if subtype else {})
    if subtype == "thread_broadcast":
        root = message.channel.find(message.thread_ts)
        event["root"] = root.shape() if root else None
    delivery = _told(message.channel, event, message.ts)
    app = message.channel.team.installation
    if app and f"<@{app.bot.id}>" in message.text:
        _mentioned(message)
    return delivery


def _mentioned(message: "Message") -> None:
    channel = message.channel
    app = channel.team.installation
    if app and app.hears(channel, "app_mentions:read") and channel.kind != "im":
        event = message.shape() | {"type": "app_mention", "channel": channel.id}
        wrapped(channel.team, event | {"event_ts": message.ts}, channel)


def changed(message: "Message", before: Json) -> "Delivery | None":
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": message.shape(),
        "previous_message": before,
    }
    return _told(message.channel, event, message.channel.team.world.ids.ts())


def deleted(message: "Message", before: Json) -> "Delivery | None":
    """A message is gone; one with replies leaves a tombstone, which is an edit to Slack."""
    ts = message.channel.team.world.ids.ts()
    if message.replies:
        tombstone = {
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
            "ts": message.ts,
            "thread_ts": message.ts,
            "reply_count": len(message.replies),
        }
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": tombstone,
            "previous_message": before,
        }
        return _told(message.channel, event, ts)
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": message.ts,
        "previous_message": before,
    }
    return _told(message.channel, event, ts)


def reacted(message: "Message", user: "User", emoji: str, *, added: bool) -> None:
    channel = message.channel
    event = {
        "type": "reaction_added" if added else "reaction_removed",
        "user": user.id,
        "reaction": emoji,
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
        "item_user": message.author.id,
        "event_ts": channel.team.world.ids.ts(),
    }
    if team := _listener(channel, "reactions:read"):
        wrapped(team, event, channel)


def joined(channel: "Channel", user: "User") -> None:
    _membership(channel, user, "member_joined_channel")


def left(channel: "Channel", user: "User") -> None:
    app = channel.team.installation
    if app and user is app.bot:
        kind = "group_left" if channel.kind == "private" else "channel_left"
        event = {"type": kind, "channel": channel.id, "event_ts": channel.team.world.ids.ts()}
        wrapped(channel.team, event, channel)
    else:
        _membership(channel, user, "member_left_channel")


def _membership(channel: "Channel", user: "User", kind: str) -> None:
    event = {
        "type": kind,
        "user": user.id,
        "channel": channel.id,
        "channel_type": "C" if channel.kind == "public" else "G",
        "team": user.team.id,
        "event_ts": channel.team.world.ids.ts(),
    }
    if team := _listener(channel, f"{PREFIX[channel.kind]}:read"):
        wrapped(team, event, channel)


def file_deleted(file: "File") -> None:
    team = file.owner.team
    ts = team.world.ids.ts()
    app = team.installation
    if app and any(app.hears(channel, "files:read") for channel in file.channels):
        event = {"type": "file_deleted", "file_id": file.id, "event_ts": ts}
        wrapped(team, event, file.channels[0])


def home_opened(user: "User", tab: str) -> "Delivery | None":
    if user.team.installation is None:
        return None
    event: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": user.im.id,
        "tab": tab,
        "event_ts": user.world.ids.ts(),
    }
    if user.home and tab == "home":
        event["view"] = user.home.shape()
    return wrapped(user.team, event)


def _told(channel: "Channel", event: Json, event_ts: str) -> "Delivery | None":
    """Send a message event, if it reaches the app."""
    whole = event | {
        "channel": channel.id,
        "channel_type": channel.channel_type,
        "event_ts": event_ts,
    }
    team = _listener(channel, f"{PREFIX[channel.kind]}:history")
    return wrapped(team, whole, channel) if team else None


def _listener(channel: "Channel", scope: str) -> "Team | None":
    """The workspace an event goes to: one, however many share the channel and have the app."""
    heard = (one for one in channel.teams if one.installation)
    return next((one for one in heard if one.app.hears(channel, scope)), None)


def wrapped(team: "Team", event: Json, channel: "Channel | None" = None) -> "Delivery":
    """Put an event into its envelope and send it, whatever the app's rights."""
    return team.world.office.send("events_api", envelope(team, event, channel))


def envelope(team: "Team", event: Json, channel: "Channel | None" = None) -> Json:
    """What stands around an event, with an ``event_id`` of its own."""
    world, app = team.world, team.installation
    user_id = app.bot.id if app else ""
    return {
        "token": world.app.verification_token,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": None,
        "api_app_id": world.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": world.ids.next("Ev"),
        "event_time": int(world.ids.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.shared_with),
        "event_context": f"4-{world.ids.next('ctx')}",
    }
