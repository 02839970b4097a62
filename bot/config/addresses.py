"""Where people reach the web desk, for cards and answers in chat; empty where they cannot."""

from collections.abc import Callable

from bot.config.tables import Settings


def desk_url(settings: Settings) -> str:
    """The desk."""
    base = settings.web.public_url.rstrip("/")
    return f"{base}/desk" if base else ""


def case_url(settings: Settings) -> Callable[[str], str]:
    """One case on it, by its id."""
    desk = desk_url(settings)
    return lambda case_id: f"{desk}/cases/{case_id}" if desk else ""
