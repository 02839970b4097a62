"""reactions.*: the emoji under messages."""

import re

from tests.emulators.slack import events
from tests.emulators.slack.kinds import Json, Refused
from tests.emulators.slack.messages import Message
from tests.emulators.slack.methods.finding import inside, message_of
from tests.emulators.slack.tokens import Caller
from tests.emulators.slack.web_api import Args, Method

_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
MOST_EMOJI = 23


def add(caller: Caller, args: Args) -> Json:
    emoji, message = _emoji(args), _item(caller, args)
    users = message.reactions.get(emoji, [])
    if caller.user in users:
        raise Refused("already_reacted")
    if emoji not in message.reactions and len(message.reactions) >= MOST_EMOJI:
        raise Refused("too_many_emoji")
    if message.channel.archived:
        raise Refused("is_archived")
    message.reactions.setdefault(emoji, []).append(caller.user)
    events.reacted(message, caller.user, emoji, added=True)
    return {}


def remove(caller: Caller, args: Args) -> Json:
    emoji, message = _emoji(args), _item(caller, args)
    users = message.reactions.get(emoji, [])
    if caller.user not in users:
        raise Refused("no_reaction")
    users.remove(caller.user)
    if not users:
        del message.reactions[emoji]
    events.reacted(message, caller.user, emoji, added=False)
    return {}


def get(caller: Caller, args: Args) -> Json:
    message = _item(caller, args)
    channel = message.channel.id
    return {"type": "message", "channel": channel, "message": message.shape()}


def _emoji(args: Args) -> str:
    name = args.text("name").strip(":")
    if not _EMOJI.fullmatch(name):
        raise Refused("invalid_name")
    return name


def _item(caller: Caller, args: Args) -> Message:
    if not args.text("channel") or not args.text("timestamp"):
        raise Refused("no_item_specified")
    return message_of(inside(caller, args.text("channel")), args.text("timestamp"))


REACTIONS = {
    "reactions.add": Method(add, ("reactions:write",)),
    "reactions.get": Method(get, ("reactions:read",)),
    "reactions.remove": Method(remove, ("reactions:write",)),
}
