"""Reaching what is our own, beside the platform."""

from bot.errors import NotPermitted
from bot.house import House
from bot.ports import Target


def house_of(target: Target) -> House:
    """What of our own the action may use.

    Raises:
        NotPermitted: nothing of our own may be written here.
    """
    if target.house is None:
        raise NotPermitted("nothing can be remembered of authors or told to webhooks here")
    return target.house
