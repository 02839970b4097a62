"""Judgements as they were made and written down, lean enough to be decided anew by the thousand."""

from dataclasses import dataclass
from datetime import datetime

from analysis.types import Assessment
from bot.model import Context, EventKind, Matched, Ref


@dataclass(frozen=True, slots=True)
class Past:
    """One judgement. Its assessment holds the facts that were asked for, and no signals.

    Texts of passages were never written down: rules that read them stay unanswered.
    """

    ref: Ref
    revision: str
    judged_at: datetime
    assessment: Assessment
    context: Context
    matched: tuple[Matched, ...]
    needs_review: bool
    policy_version: str
    case_id: str | None
    decision: EventKind | None
    """What a moderator decided of its case, upheld or overturned; None while nobody has."""
