"""What may happen to a case, and what it then is. Pure: events in, a standing or an error out.

    open ──escalate──► escalated ◄──appeal, once, by the author──┐
      │                   │                                      │
      └─uphold, overturn──┴──► closed ── upheld ─────────────────┘
      └─resolve, by the bot──► closed

A claim reserves a case for one moderator until it runs out or they decide or escalate. Notes and
judgements change nothing of where a case stands, but that a member's report reopens what the bot
resolved. What a person decided is reopened by the author's one appeal and by nothing else, and
never once it was overturned.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.errors import BotError
from bot.model import CaseEvent, CaseState, Cause, EventKind

CLAIM_LASTS = timedelta(minutes=15)
"""Chosen by eye: long enough to look closely, short enough that a forgotten claim frees itself."""

BOT = "Bifocal"
"""How the bot is named where a person would be."""


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


class NotTheAuthor(IllegalMove):
    """Only the author of the post may appeal."""


class AlreadyAppealed(IllegalMove):
    """An author appeals once."""


class NothingToAppeal(IllegalMove):
    """It was overturned or resolved: nothing of it stands against the author."""


class APersonIsAtIt(IllegalMove):
    """The bot resolves no case that a person escalated or that its author appealed."""


class Command(StrEnum):
    """What may be done to a case: all but ``appeal`` (its author) and ``resolve`` (the bot) by
    moderators."""

    CLAIM = "claim"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    ESCALATE = "escalate"
    NOTE = "note"
    APPEAL = "appeal"
    RESOLVE = "resolve"


_EVENTS = {
    Command.CLAIM: EventKind.CLAIMED,
    Command.UPHOLD: EventKind.UPHELD,
    Command.OVERTURN: EventKind.OVERTURNED,
    Command.ESCALATE: EventKind.ESCALATED,
    Command.NOTE: EventKind.NOTED,
    Command.APPEAL: EventKind.APPEALED,
    Command.RESOLVE: EventKind.RESOLVED,
}
DECISIONS = frozenset({EventKind.UPHELD, EventKind.OVERTURNED})
"""What a person decides."""

CLOSING = DECISIONS | {EventKind.RESOLVED}
"""What closes a case."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands after all its events."""

    state: CaseState = CaseState.OPEN
    decision: CaseEvent | None = None
    """The event that closed it; None while it is not closed."""
    claim: CaseEvent | None = None
    """The latest claim, which may have run out."""
    appealed: bool = False
    """Whether its author has appealed, once and for all."""

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
    """Where a case stands after one more event.

    Only an appeal touches a case that a person closed, and only a report one that the bot did.
    """
    if event.kind is EventKind.APPEALED:
        return _appealed(standing)
    if standing.state is CaseState.CLOSED:
        reported = event.kind is EventKind.JUDGED and event.note == Cause.REPORTED.value
        return Standing(appealed=standing.appealed) if reported and _by_bot(standing) else standing
    if event.kind in CLOSING:
        return Standing(CaseState.CLOSED, decision=event, appealed=standing.appealed)
    if event.kind is EventKind.ESCALATED:
        return Standing(CaseState.ESCALATED, appealed=standing.appealed)
    if event.kind is EventKind.CLAIMED:
        return dataclasses.replace(standing, claim=event)
    return standing


def _by_bot(standing: Standing) -> bool:
    return standing.decision is not None and standing.decision.kind is EventKind.RESOLVED


def _appealed(standing: Standing) -> Standing:
    """An upheld case goes before senior moderators; any other stays where it is."""
    upheld = standing.decision is not None and standing.decision.kind is EventKind.UPHELD
    if upheld and not standing.appealed:
        return Standing(CaseState.ESCALATED, appealed=True)
    return dataclasses.replace(standing, appealed=True)


def move(
    standing: Standing,
    command: Command,
    *,
    by: str,
    at: datetime,
    note: str = "",
    author: str = "",
) -> CaseEvent:
    """The event that the command makes of the case. ``author`` is who posted, for an appeal.

    Raises:
        AlreadyDecided: the case is closed, and this is neither a note nor an appeal.
        Claimed: another moderator holds it, and this is neither a note nor an appeal.
        AlreadyEscalated: it is escalated a second time.
        NoteEmpty: a note without words.
        NotTheAuthor, AlreadyAppealed, NothingToAppeal: why the appeal is not heard.
        APersonIsAtIt: the bot would resolve what a person escalated or appealed.
    """
    event = CaseEvent(_EVENTS[command], at, by, note)
    if command is Command.NOTE:
        if not note.strip():
            raise NoteEmpty("A note needs words.")
        return event
    if command is Command.APPEAL:
        _check_appeal(standing, by, author)
        return event
    if standing.decision is not None:
        decided = standing.decision
        raise AlreadyDecided(decided.by or BOT, decided.at, decided.kind.value)
    if standing.claim is not None and standing.holder(at) not in {"", by}:
        raise Claimed(standing.claim.by, standing.claim.at + CLAIM_LASTS)
    if command is Command.ESCALATE and standing.state is CaseState.ESCALATED:
        raise AlreadyEscalated("This case is escalated already.")
    if command is Command.RESOLVE and (standing.appealed or standing.state is not CaseState.OPEN):
        raise APersonIsAtIt("A person is to decide this case.")
    return event


def _check_appeal(standing: Standing, by: str, author: str) -> None:
    if not author or by != author:
        raise NotTheAuthor("Only the author of the post may appeal.")
    if standing.appealed:
        raise AlreadyAppealed("This post was appealed already; a moderator has the last word.")
    if standing.decision is not None and standing.decision.kind is not EventKind.UPHELD:
        raise NothingToAppeal("Nothing of this case stands against its author any more.")
