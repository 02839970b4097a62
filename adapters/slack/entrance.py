"""What Slack brings, by either transport: each thing once, answered in time or not at all.

Slack waits three seconds for an acknowledgement, and brings an event again at once, after a
minute and after five (docs.slack.dev/apis/events-api). So an event is acknowledged only once it
is durable: where that takes longer, no acknowledgement is given, the work goes on, and the next
delivery finds it done. Several deliveries of one event share one piece of work.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from adapters.slack.api import Shape
from adapters.slack.background import Background
from adapters.slack.shape import record, records, word
from bot.errors import BotError
from bot.log import logger

PATIENCE_S = 2.5
"""Seconds until a delivery goes unacknowledged, half a second before Slack gives up."""
REMEMBERED_S = 900.0
"""Longer than Slack brings anything again, and than a signature is good for."""
_MOST = 50_000

_log = logger("slack")


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack is told: taken or not, and what it is to show."""

    taken: bool
    body: Shape | None = None


@dataclass(slots=True)
class _Work:
    at: float
    task: "asyncio.Task[Answer]" = field(repr=False)


Dispatch = Callable[[Shape, Mapping[str, str]], Awaitable[Answer]]


class Entrance:
    """The one way in."""

    def __init__(
        self,
        dispatch: Dispatch,
        background: Background,
        *,
        patience: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dispatch = dispatch
        self._background = background
        self._patience = patience
        self._clock = clock
        self._works: dict[str, _Work] = {}
        self.open = False

    def knows(self, body: Shape) -> bool:
        """Whether this very thing was brought before."""
        name = name_of(body)
        return bool(name) and name in self._works

    async def take(self, body: Shape, headers: Mapping[str, str]) -> Answer:
        """Have it carried out, once however often it is brought. Raises nothing."""
        if not self.open:
            return Answer(taken=False)
        name = name_of(body)
        work = self._works.get(name) if name else None
        if work is None:
            task = self._background.start(self._worked(body, headers), kind_of(body))
            work = _Work(self._clock(), task)
            if name:
                self._works[name] = work
        done, _ = await asyncio.wait({work.task}, timeout=self._patience)
        if not done:
            _log.warning("slack.slow", what=kind_of(body), seconds=self._patience)
            return Answer(taken=False)
        answer = Answer(taken=False) if work.task.cancelled() else work.task.result()
        if not answer.taken and self._works.get(name) is work:
            del self._works[name]
        self._forget_old()
        return answer

    async def _worked(self, body: Shape, headers: Mapping[str, str]) -> Answer:
        try:
            return await self._dispatch(body, headers)
        except BotError as exc:
            _log.warning("slack.not_taken", what=kind_of(body), reason=str(exc))
        except Exception as exc:  # noqa: BLE001 - one broken payload must not end the connection
            _log.error("slack.broke", what=kind_of(body), exc_info=exc)
        return Answer(taken=False)

    def _forget_old(self) -> None:
        now = self._clock()
        for name, work in list(self._works.items()):
            if now - work.at < REMEMBERED_S and len(self._works) <= _MOST:
                break
            if work.task.done():
                del self._works[name]


def name_of(body: Shape) -> str:
    """What a thing that Slack brings is known by; empty where Slack gives it no name."""
    if event := word(body.get("event_id")):
        return f"event/{event}"
    if trigger := word(body.get("trigger_id")):
        pressed = ",".join(word(one.get("action_ts")) for one in records(body.get("actions")))
        return f"{body.get('type', 'command')}/{trigger}/{pressed}"
    return ""


def kind_of(body: Shape) -> str:
    """What it is, in Slack's word."""
    return (
        word(record(body.get("event")).get("type"))
        or word(body.get("type"))
        or word(body.get("command"))
        or "unknown"
    )[:80]
