"""One case as the desk shows it (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from analysis.types import Origin, Passage
from bot.model import Case, CaseEvent, CaseState, EventKind, Judgement
from bot.web.evidence_view import DrawnBox, Piece, ScoreRow, boxes, pieces, reasons, score_rows

WORTH_A_LOOK = 0.2
"""Scores below it are left out of the list's bars. Chosen by eye."""
DECISIONS = frozenset({EventKind.UPHELD, EventKind.OVERTURNED})


@dataclass(frozen=True, slots=True)
class Picture:
    """One kept picture. ``n`` counts within the case's evidence; None where nothing is kept."""

    n: int | None
    width: int
    height: int
    boxes: tuple[DrawnBox, ...]


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

    @property
    def title(self) -> str:
        """What it is about, in a word or two."""
        return self.rows[0].category.replace("_", " ") if self.rows else "to be looked at"

    @property
    def undecided(self) -> bool:
        """Whether a person may decide it now."""
        return self.case.state is not CaseState.CLOSED


def view(case: Case) -> CaseView:
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
        decided=next((e for e in reversed(case.events) if e.kind in DECISIONS), None),
    )


def digest(cases: Sequence[Case]) -> str:
    """Changes when any of the cases does, or when the list does."""
    seen = "|".join(f"{case.id}@{case.version}" for case in cases)
    return sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:16]
