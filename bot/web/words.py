"""How values are said to people: the filters of the templates."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from analysis.types import FailureKind
from bot.review.waiting import WORKER, Incident

MEDIUM, HIGH, SEVERE = 0.3, 0.6, 0.85
"""Where a score's colour changes. Chosen by eye; policies decide, colours only help to scan."""

TROUBLE = MappingProxyType(
    {
        FailureKind.UNAVAILABLE: "could not be reached",
        FailureKind.REJECTED: "refused our request",
        FailureKind.GARBLED: "answered in a way we do not understand",
        FailureKind.TIMEOUT: "did not answer in time",
        FailureKind.UNREADABLE: "could not read the file",
        FailureKind.NOT_SUPPORTED: "does not look into this kind of file",
        FailureKind.GONE: "found the file gone",
        FailureKind.OVER_BUDGET: "was not asked: the budget is used up",
    }
)
INCIDENTS = MappingProxyType(
    {
        FailureKind.GARBLED.value: "answers in a way we do not understand",
        FailureKind.OVER_BUDGET.value: "is not asked: the budget is used up",
    }
)
MODES = MappingProxyType({"live": "acts", "shadow": "only notes what it would do", "off": "off"})


def spaced(name: object) -> str:
    """``self_harm`` as people write it."""
    return str(name).replace("_", " ")


def severity(score: float | None) -> str:
    """The colour band of a score, as a class name."""
    if score is None:
        return "none"
    bands = ((SEVERE, "severe"), (HIGH, "high"), (MEDIUM, "medium"))
    return next((name for least, name in bands if score >= least), "low")


def two_places(score: float | None) -> str:
    """``0.93``, or a dash where nobody judged."""
    return "\N{EN DASH}" if score is None else f"{score:.2f}"


def percent(part: float) -> str:
    """A fraction as an SVG length."""
    return f"{part * 100:.2f}%"


def iso(at: datetime) -> str:
    """For the ``datetime`` attribute of a time element."""
    return at.isoformat()


def clock(at: datetime) -> str:
    """``23 Nov, 14:05 UTC``; a script on the page turns it into the reader's own time."""
    return f"{at:%d %b, %H:%M} UTC".lstrip("0")


def trouble(kind: FailureKind) -> str:
    """What happened, to follow the detector's name."""
    return TROUBLE[kind]


def incident(what: Incident) -> str:
    """What an incident's posts wait for, as a headline."""
    if what.detector == WORKER:
        return "The analysis broke off again and again"
    return f"{spaced(what.detector)} {INCIDENTS.get(what.kind, 'does not answer')}"


def milliseconds(ms: float) -> str:
    """``41 ms`` or ``1.3 s``."""
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"  # noqa: PLR2004 - ms in a second


FILTERS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "clock": clock,
        "incident": incident,
        "iso": iso,
        "milliseconds": milliseconds,
        "percent": percent,
        "severity": severity,
        "spaced": spaced,
        "trouble": trouble,
        "two_places": two_places,
    }
)
