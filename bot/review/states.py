"""What may happen to a case, and what it then is. Pure: events in, a standing or an error out.

    open ──escalate──► escalated
      │                   │
      └─uphold, overturn──┴──► closed        notes and judgements change nothing of this

A claim reserves a case for one moderator until it runs out or they decide or escalate. Nothing
reopens a closed case.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.errors import BotError
from bot.model import CaseEvent, CaseState, EventKind

CLAIM_LASTS = timedelta(minutes=15)
"""Chosen by eye: long enough to look closely, short enough that a forgotten claim frees itself."""


class IllegalMove(BotError):
    """The case does not allow this now. Subclasses say why."""


class AlreadyDecided(IllegalMove):
    """Somebody was faster. The message says who and when."""

    def __init__(self, by: str, at: datetime, verb: str) -> None:
        super().__init__(f"{by} already {verb} this case at {at:%Y-%m-%d %H:%M:%S} UTC.")
        self.by = by
        self.at = at


class Claimed(IllegalMove):
    """Another moderator holds the case. The message says who and until when."""

    def __init__(self, by: str, until: datetime) -> None:
        super().__init__(f"{by} is deciding this case until {until:%H:%M:%S} UTC.")
        self.by = by
        self.until = until


class AlreadyEscalated(IllegalMove):
    """It stands before the senior moderators already."""


class NoteEmpty(IllegalMove):
    """A note without words."""


class Command(StrEnum):
    """What a moderator may do."""

    CLAIM = "claim"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    ESCALATE = "escalate"
    NOTE = "note"


_EVENTS = {
    Command.CLAIM: EventKind.CLAIMED,
    Command.UPHOLD: EventKind.UPHELD,
    Command.OVERTURN: EventKind.OVERTURNED,
    Command.ESCALATE: EventKind.ESCALATED,
    Command.NOTE: EventKind.NOTED,
}
DECISIONS = frozenset({EventKind.UPHELD, EventKind.OVERTURNED})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands after all its events."""

    state: CaseState = CaseState.OPEN
    decision: CaseEvent | None = None
    """The event that closed it."""
    claim: CaseEvent | None = None
    """The latest claim, which may have run out."""

    def holder(self, now: datetime) -> str:
        """Who has claimed it; empty when nobody has, or no longer."""
        held = self.claim is not None and now < self.claim.at + CLAIM_LASTS
        return self.claim.by if self.claim is not None and held else ""


def replay(events: Iterable[CaseEvent]) -> Standing:
    """Where a case stands after these events, oldest first."""
    standing = Standing()
    for event in events:
        standing = after(standing, event)
    return standing


def after(standing: Standing, event: CaseEvent) -> Standing:
    """Where a case stands after one more event. A closed case stays as it was decided."""
    if standing.state is CaseState.CLOSED:
        return standing
    if event.kind in DECISIONS:
        return Standing(CaseState.CLOSED, decision=event)
    if event.kind is EventKind.ESCALATED:
        return Standing(CaseState.ESCALATED)
    if event.kind is EventKind.CLAIMED:
        return dataclasses.replace(standing, claim=event)
    return standing


def move(
    standing: Standing, command: Command, *, by: str, at: datetime, note: str = ""
) -> CaseEvent:
    """The event that the command makes of the case.

    Raises:
        AlreadyDecided: the case is closed, and this is not a note.
        Claimed: another moderator holds it, and this is not a note.
        AlreadyEscalated: it is escalated a second time.
        NoteEmpty: a note without words.
    """
    if command is Command.NOTE:
        if not note.strip():
            raise NoteEmpty("A note needs words.")
        return CaseEvent(EventKind.NOTED, at, by, note)
    if standing.decision is not None:
        decided = standing.decision
        raise AlreadyDecided(decided.by, decided.at, decided.kind.value)
    if standing.claim is not None and standing.holder(at) not in {"", by}:
        raise Claimed(standing.claim.by, standing.claim.at + CLAIM_LASTS)
    if command is Command.ESCALATE and standing.state is CaseState.ESCALATED:
        raise AlreadyEscalated("This case is escalated already.")
    return CaseEvent(_EVENTS[command], at, by, note)
