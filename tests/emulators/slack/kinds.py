"""Words every part of the Slack emulator shares: JSON, and the ways a thing can be refused."""

from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["public", "private", "im", "mpim"]
DeliveryKind = Literal["events_api", "slash_commands", "interactive"]


class Refused(Exception):
    """Slack's answer to a Web API call that it will not carry out, in Slack's own word."""

    def __init__(self, error: str, /, *, status: int = 200, **fields: object) -> None:
        super().__init__(error)
        self.error, self.status, self.fields = error, status, fields


class NotPossible(Exception):
    """Nobody could do this in Slack's own app: no such button, an empty field, a hidden post."""


class AppMisbehaved(Exception):
    """The app's answer would have shown the person "We had some trouble connecting"."""


def invalid(*messages: str, error: str = "invalid_arguments") -> Refused:
    """A refusal that lists what is wrong, as Slack does in ``response_metadata``."""
    marked = [f"[ERROR] {message}" for message in messages]
    return Refused(error, response_metadata={"messages": marked}, errors=list(messages))
