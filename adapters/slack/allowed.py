"""What can be done on Slack, and in plain words why the rest cannot. Pure."""

from collections.abc import Iterable

from adapters.slack.emoji import name_of
from adapters.slack.workspace import Workspace
from bot.errors import NotPermitted
from bot.model import Message
from bot.ports import Action

NO_TIMEOUT = "Slack has no timeouts: an administrator can deactivate the account by hand"
NO_KICK = "on Slack only an administrator puts somebody out, by hand"
NO_BAN = "on Slack only an administrator deactivates an account, by hand"
NO_ROLES = "Slack has no roles that a bot could give or take"
NO_SPOILER = "Slack has no spoilers, and lets nobody change another's message"

_NEVER = {
    "ban": NO_BAN,
    "kick": NO_KICK,
    "role": NO_ROLES,
    "spoiler": NO_SPOILER,
    "timeout": NO_TIMEOUT,
}


def why_not(action: Action, workspace: Workspace | None, message: Message) -> str | None:
    """None if the action can be done about this message, else why not."""
    if never := _NEVER.get(action.name):
        return never
    if workspace is None:
        return "Bifocal is not installed in this workspace any more"
    if action.name == "delete" and (lacks := workspace.cannot_delete()):
        ref = message.ref
        link = workspace.link(ref.channel_id, ref.message_id)
        return f"{lacks}; a moderator can delete it here: {link}"
    return _no_emoji(action)


def asks_too_much(actions: Iterable[Action], cannot_delete: str) -> tuple[str, ...]:
    """A sentence for each kind of action in a policy that cannot be done, to warn at load.

    ``cannot_delete`` is why nothing is deleted there; empty where it is, or nobody knows.
    """
    found = {}
    for action in actions:
        why = _NEVER.get(action.name) or _no_emoji(action)
        if why is None and action.name == "delete":
            why = cannot_delete or None
        if why is not None:
            what = str(action) if action.name == "react" else action.name
            found[what] = (
                f"The policy asks for {what}, and {why}. It will be withheld for a moderator."
            )
    return tuple(found[what] for what in sorted(found))


def _no_emoji(action: Action) -> str | None:
    if action.name != "react":
        return None
    try:
        name_of(str(action).removeprefix("react").strip())
    except NotPermitted as exc:
        return str(exc)
    return None
