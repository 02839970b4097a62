"""The Web API with one token: arguments in, a plain dictionary out, errors as the ports have them.

Arguments travel in the body and the token in its header, so that neither ends in a URL.
"""

import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import Refused, TokenRefused, told
from adapters.slack.limits import Pace, WaitAsTold
from bot.log import logger

Shape = dict[str, Any]
"""A piece of JSON as Slack writes it."""

TIMEOUT = aiohttp.ClientTimeout(total=10)
"""For one call in all; chosen by eye."""
_POSTS = frozenset({"chat.postMessage", "chat.postEphemeral"})
_MOST_PAGES = 20

_log = logger("slack")
quiet = logging.getLogger("slack_sdk.quiet")
"""Given to slack_sdk and bolt, whose own words quote tokens and posts."""
quiet.setLevel(logging.CRITICAL + 1)


class Api:
    """Calls with one token."""

    def __init__(
        self, token: str, base: str, session: aiohttp.ClientSession, pace: Pace, wait: WaitAsTold
    ) -> None:
        self.token = token
        self.refused = ""
        """Why the token is no good any more, once Slack said so; empty while it is."""
        self._pace = pace
        self._told: set[str] = set()
        """Methods whose missing scope the operator was told of."""
        self._web = AsyncWebClient(
            token=token, base_url=base, session=session, logger=quiet, retry_handlers=[wait]
        )

    async def call(self, method: str, **arguments: object) -> Shape:
        """Call a method; what is None is left out.

        Raises:
            Gone, NotPermitted, PlatformUnavailable: see ``errors``.
        """
        return (await self.answer(method, **arguments))[0]

    async def answer(self, method: str, **arguments: object) -> tuple[Shape, Mapping[str, str]]:
        """The answer with its headers, their names in lower case. Raises as ``call`` does."""
        if method in _POSTS:
            await self._pace.turn(str(arguments.get("channel", "")))
        body = {name: _written(value) for name, value in arguments.items() if value is not None}
        try:
            with told(method):
                reply = await self._web.api_call(method, data=body)
        except Refused as exc:
            if isinstance(exc, TokenRefused):
                self.refused = str(exc)
            elif exc.word == "missing_scope" and method not in self._told:
                self._told.add(method)
                _log.error("slack.missing_scope", method=method, reason=str(exc))
            raise
        headers = {str(name).lower(): str(value) for name, value in reply.headers.items()}
        return (reply.data if isinstance(reply.data, dict) else {}), headers

    async def pages(self, method: str, key: str, **arguments: object) -> AsyncIterator[Any]:
        """Every item of a list, page by page, so many pages at most. Raises as ``call`` does."""
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self.call(method, cursor=cursor, **arguments)
            for item in page.get(key) or ():
                yield item
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, separators=(",", ":"))
    return str(value)
