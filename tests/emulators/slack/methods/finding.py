"""Finding what a call names, as far as its caller may see it."""

from collections.abc import Sequence

from tests.emulators.slack.channels import Channel
from tests.emulators.slack.kinds import Json, Refused
from tests.emulators.slack.messages import Message
from tests.emulators.slack.people import User
from tests.emulators.slack.tokens import Caller
from tests.emulators.slack.web_api import Args


def channel_of(caller: Caller, name: str) -> Channel:
    """A conversation by id or ``#name``: public, or one the caller is in.

    Raises:
        Refused: ``channel_not_found``.
    """
    channels = caller.team.channels
    channel = channels.get(name)
    if channel is None and name:
        plain = name.removeprefix("#")
        channel = next((one for one in channels.values() if one.name == plain), None)
    if channel is None or (channel.kind != "public" and caller.user not in channel.members):
        raise Refused("channel_not_found")
    return channel


def inside(caller: Caller, name: str) -> Channel:
    """A conversation the caller's bot is in; people's tokens may read public ones from outside.

    Raises:
        Refused: ``channel_not_found`` or ``not_in_channel``.
    """
    channel = channel_of(caller, name)
    if caller.is_bot and caller.user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def message_of(channel: Channel, ts: str) -> Message:
    """
    Raises:
        Refused: ``message_not_found``.
    """
    if (message := channel.find(ts)) is None:
        raise Refused("message_not_found")
    return message


def user_of(caller: Caller, user_id: str) -> User:
    """A member of the workspace, or of one it shares a channel with.

    Raises:
        Refused: ``user_not_found``.
    """
    for channel in [None, *caller.team.channels.values()]:
        for team in [caller.team] if channel is None else channel.teams:
            if user_id in team.users:
                return team.users[user_id]
    raise Refused("user_not_found")


def page(items: Sequence[Json], args: Args, name: str, default: int = 100) -> Json:
    """One page by ``cursor`` and ``limit``, and the cursor of the next.

    Raises:
        Refused: ``invalid_cursor``.
    """
    limit, cursor = max(1, args.number("limit", default)), args.text("cursor")
    start = 0
    if cursor:
        if not cursor.startswith("next:") or not cursor[5:].isdigit():
            raise Refused("invalid_cursor")
        start = int(cursor[5:])
    end = start + limit
    following = f"next:{end}" if end < len(items) else ""
    return {name: list(items[start:end]), "response_metadata": {"next_cursor": following}}
