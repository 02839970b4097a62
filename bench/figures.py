"""What a benchmark reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, with what it should be."""

    name: str
    value: float
    unit: str
    goal: str = ""
    note: str = ""
