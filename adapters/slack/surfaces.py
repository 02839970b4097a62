"""Where an answer is shown: to one person in the channel, in a modal, on their App Home."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp

from adapters.slack.api import TIMEOUT, Api, Shape
from adapters.slack.draw import Draw
from adapters.slack.shape import record, word
from bot.chat.sheet import Sheet
from bot.errors import PlatformUnavailable

WORKING = Sheet("Bifocal is looking …", ("This takes a moment.",))
HOOKS = "hooks.slack.com"


class Surface(Protocol):
    """A place that shows a sheet."""

    async def show(self, sheet: Sheet) -> None:
        """Show it. Raises PlatformError where Slack does not."""
        ...


@dataclass(frozen=True, slots=True)
class Hook:
    """Only the person who pressed sees it, where they pressed (``response_url``)."""

    url: str
    draw: Draw
    community_id: str
    session: aiohttp.ClientSession
    replace: bool = False
    """Whether it stands in for the message that was pressed."""

    async def show(self, sheet: Sheet) -> None:
        """Post it."""
        body = self.draw.message(sheet, self.community_id)
        await self.post({**body, "response_type": "ephemeral", "replace_original": self.replace})

    async def post(self, body: Shape) -> None:
        """Post anything.

        Raises:
            PlatformUnavailable: it did not arrive.
        """
        try:
            async with self.session.post(
                self.url, json=body, timeout=TIMEOUT, allow_redirects=False
            ) as reply:
                status = reply.status
        except (aiohttp.ClientError, TimeoutError) as exc:
            raise PlatformUnavailable(f"Slack took no answer: {type(exc).__name__}.") from exc
        if status != 200:  # noqa: PLR2004 - HTTP's own number
            raise PlatformUnavailable(f"Slack took no answer ({status}).")


@dataclass(frozen=True, slots=True)
class Modal:
    """In an open modal."""

    api: Api
    view_id: str
    draw: Draw
    community_id: str

    async def show(self, sheet: Sheet) -> None:
        """Put it in place of what the modal shows."""
        view = self.draw.modal(sheet, self.community_id)
        await self.api.call("views.update", view_id=self.view_id, view=view)


async def opened_modal(
    api: Api, draw: Draw, community_id: str, trigger_id: str, sheet: Sheet = WORKING
) -> Modal:
    """A modal that says at once that we are at work. The trigger is good for three seconds."""
    view = draw.modal(sheet, community_id)
    answer = await api.call("views.open", trigger_id=trigger_id, view=view)
    return Modal(api, word(record(answer.get("view")).get("id")), draw, community_id)


def is_hook(url: str, api_base: str) -> bool:
    """Whether an address is one that Slack hands out for answers."""
    parts, base = urlsplit(url), urlsplit(api_base)
    if parts.scheme == "https" and parts.hostname == HOOKS and parts.port in {None, 443}:
        return True
    return bool(parts.hostname) and (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
