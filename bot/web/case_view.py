"""One case as the desk shows it (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from analysis.types import Origin, Passage
from bot.model import Case, CaseEvent, CaseState, EventKind, Judgement, Outcome, Status
from bot.review.states import CLAIM_LASTS, replay
from bot.review.waiting import WORKER
from bot.web.evidence_view import DrawnBox, Piece, ScoreRow, boxes, pieces, reasons, score_rows
from bot.web.places import NOWHERE, Places

WORTH_A_LOOK = 0.2
"""Scores below it are left out of the list's bars. Chosen by eye."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One kept picture. ``n`` counts within the case's evidence; None where nothing is kept."""

    n: int | None
    width: int
    height: int
    boxes: tuple[DrawnBox, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who reserved it, until when, and whether that still holds."""

    by: str
    until: datetime
    holds: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the templates of a case read."""

    case: Case
    latest: Judgement | None
    rows: tuple[ScoreRow, ...]
    quiet: int
    """How many judged categories were too low to be listed."""
    pictures: tuple[Picture, ...]
    words: tuple[tuple[Passage, tuple[Piece, ...]], ...]
    """What was read from pictures, with what counted marked; the caption stands apart."""
    caption: tuple[Piece, ...]
    decided: CaseEvent | None
    claim: Claim | None
    withheld: tuple[Outcome, ...]
    """What waits for a person to have it done or dropped."""
    parked: str
    """The job to drive again where the worker was given up on; empty otherwise."""
    place: str
    """Its community's name where there are several; empty otherwise."""
    link: str
    """Where the post opens on its platform; empty where that is not known."""

    @property
    def title(self) -> str:
        """What it is about, in a word or two."""
        return self.rows[0].category.replace("_", " ") if self.rows else "to be looked at"

    @property
    def undecided(self) -> bool:
        """Whether a person may decide it now."""
        return self.case.state is not CaseState.CLOSED


def view(case: Case, now: datetime, places: Places = NOWHERE) -> CaseView:
    """Arrange a case, judged by its latest judgement."""
    latest = case.judgements[-1] if case.judgements else None
    why = reasons(latest.signals) if latest else ()
    rows = score_rows(latest.scores, why) if latest else ()
    caption = Passage(case.message.text, Origin.CAPTION)
    loud = tuple(row for row in rows if row.score >= WORTH_A_LOOK)
    return CaseView(
        case=case,
        latest=latest,
        rows=loud,
        quiet=len(rows) - len(loud),
        pictures=tuple(
            Picture(n if kept.image else None, kept.width, kept.height, boxes(kept.media, why))
            for n, kept in enumerate(case.evidence)
        ),
        words=tuple(
            (passage, pieces(passage, why))
            for passage in case.passages
            if passage.origin is not Origin.CAPTION and passage.text.strip()
        ),
        caption=pieces(caption, why),
        decided=replay(case.events).decision,
        claim=claim(case, now),
        withheld=_withheld(case),
        parked=_parked(latest),
        place=places.name(case.message.ref) if places.several else "",
        link=places.link(case.message.ref),
    )


def claim(case: Case, now: datetime) -> Claim | None:
    """The latest claim of a case that is still to be decided."""
    standing = replay(case.events)
    if standing.claim is None:
        return None
    until = standing.claim.at + CLAIM_LASTS
    return Claim(standing.claim.by, until, holds=bool(standing.holder(now)))


def _withheld(case: Case) -> tuple[Outcome, ...]:
    """Each action once, however many judgements want it."""
    decision = replay(case.events).decision
    if decision is not None and decision.kind is EventKind.OVERTURNED:
        return ()
    found = [one for judgement in case.judgements for one in judgement.outcomes]
    return tuple({one.action: one for one in found if one.status is Status.WITHHELD}.values())


def _parked(latest: Judgement | None) -> str:
    given_up = latest is not None and any(one.detector == WORKER for one in latest.failures)
    return f"{latest.key.ref}@{latest.key.revision}" if latest is not None and given_up else ""


def digest(views: Sequence[CaseView], *beside: object) -> str:
    """Changes when any of the cases does, a claim runs out, or the list or what is beside it."""
    shown = [(v.case.id, v.case.version, v.claim) for v in views]
    seen = repr((shown, beside))
    return sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:16]
