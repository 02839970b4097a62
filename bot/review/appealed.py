"""Tells an author who appealed what came of it: once, and only where they can be written to."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import PlatformError
from bot.house import House
from bot.log import logger
from bot.model import Case, EventKind, Ref, Status
from bot.notices import sorry, stays
from bot.ports import Client

_log = logger("appeals")
_WRITTEN = frozenset({Status.APPLIED, Status.UNDONE})


@dataclass(frozen=True, slots=True)
class Appeals:
    """Writes to authors. That one cannot be reached changes no decision and stops nothing."""

    client_of: Callable[[Ref], Client | None]
    """What is written through; None where the platform does not run, or simulates."""
    house: House

    async def decided(self, case: Case) -> None:
        """A person decided a case: its author is told, if they appealed. Safe to repeat."""
        kinds = {event.kind for event in case.events}
        ref, author = case.message.ref, case.message.author
        client = self.client_of(ref)
        overturned = EventKind.OVERTURNED in kinds
        # An overturn writes itself to an author who had been written to.
        if EventKind.APPEALED not in kinds or client is None or (overturned and _notified(case)):
            return
        voice = self.house.voice_in(ref.community_id)
        text = sorry(voice, case.message) if overturned else stays(voice, case.message)
        try:
            await client.send_dm(ref, author, text, nonce=f"{case.id}/appeal")
        except PlatformError as exc:
            _log.info("appeal.untold", case=case.id, reason=str(exc))


def _notified(case: Case) -> bool:
    outcomes = (outcome for one in case.judgements for outcome in one.outcomes)
    return any(one.action == "notify author" and one.status in _WRITTEN for one in outcomes)
