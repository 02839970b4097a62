"""One measured number, with what it is measured against."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of docs/performance.md."""

    name: str
    value: float
    unit: str
    goal: str = ""
    note: str = ""
