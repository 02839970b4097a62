"""The reading of actions that take no parameters."""

from bot.errors import Misconfigured


def refuse_parameters(name: str, parameters: str) -> None:
    """Say so when something stands behind an action that takes nothing.

    Raises:
        Misconfigured: something does.
    """
    if parameters:
        raise Misconfigured(f'"{name}" takes no parameters, got "{parameters[:40]}"')
