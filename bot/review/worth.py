"""What the rules and detectors are worth, by what moderators decided. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decided:
    """One case: what matched, who spoke, and what a person made of it."""

    rules: frozenset[str]
    detectors: frozenset[str]
    upheld: bool | None
    """None while nobody decided it."""


@dataclass(frozen=True, slots=True)
class Worth:
    """One rule's, or detector's, record over some cases."""

    name: str
    matched: int
    upheld: int
    overturned: int

    @property
    def precision(self) -> float | None:
        """The part of its decided cases that was upheld, in [0, 1]; None while none was."""
        decided = self.upheld + self.overturned
        return self.upheld / decided if decided else None


def of_rules(cases: Iterable[Decided]) -> tuple[Worth, ...]:
    """Every rule that matched in a case, the one with the most cases first."""
    return _worth((case.rules, case.upheld) for case in cases)


def of_detectors(cases: Iterable[Decided]) -> tuple[Worth, ...]:
    """Every detector that spoke up in a case, the one with the most cases first."""
    return _worth((case.detectors, case.upheld) for case in cases)


def _worth(found: Iterable[tuple[frozenset[str], bool | None]]) -> tuple[Worth, ...]:
    matched, upheld, overturned = Counter[str](), Counter[str](), Counter[str]()
    for names, decision in found:
        matched.update(names)
        if decision is not None:
            (upheld if decision else overturned).update(names)
    made = (Worth(name, n, upheld[name], overturned[name]) for name, n in matched.items())
    return tuple(sorted(made, key=lambda one: (-one.matched, one.name)))
