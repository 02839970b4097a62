"""Judgements of the past, as rehearsals read them."""

from datetime import timedelta

from bot.model import AuthorContext, Context, EventKind, Matched, Mode, Ref
from bot.policy.past import Past
from tests.builders import NOON, an_assessment


def a_past(
    number: int = 1,
    *matched: Matched,
    case: str | None = None,
    decision: EventKind | None = None,
    review: bool | None = None,
    context: Context | None = None,
    text: str | None = None,
    **scores: float | None,
) -> Past:
    """A judgement of a post with one decoded file; with a decision it has a case of its own."""
    flagged = any("flag" in one.actions for one in matched if one.mode is Mode.LIVE)
    return Past(
        Ref("fake", "g1", "c1", f"m{number}"),
        "0",
        NOON + timedelta(minutes=number),
        an_assessment(media=[None], text=text, scores=scores),
        context or Context("g1", "c1", author=AuthorContext(days_old=400.0)),
        matched,
        flagged if review is None else review,
        "before",
        case or (f"case{number}" if decision else None),
        decision,
    )
