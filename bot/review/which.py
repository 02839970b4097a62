"""Which withheld actions a person speaks of, and what became of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    """Why actions were withheld, as far as lists are asked for it."""

    ANY = "any"
    LIMITS = "limits"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Which:
    """Which withheld actions: of one case or of all, why, and between which times."""

    case_id: str | None = None
    why: Why = Why.ANY
    since: datetime | None = None
    until: datetime | None = None
    """Nothing withheld later: a person decides only upon what they were shown."""
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of withheld actions."""

    done: int
    left: tuple[str, ...] = ()
    """What could not be done and why, one sentence each."""
    waiting: int = 0
    """How many of those that were asked for wait still, what could not be done included."""
