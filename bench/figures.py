"""What a benchmark reports: figures with a goal, preferably ratios within one run."""

import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    unit: str
    """``x`` for a ratio."""
    goal: float | None = None
    higher_is_better: bool = False
    note: str = ""
    """How it was measured, in a few words."""

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached; None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.higher_is_better else self.value <= self.goal

    def row(self) -> str:
        """As a line of a Markdown table."""
        verdict = {None: "", True: "yes", False: "**no**"}[self.met]
        sign = "≥" if self.higher_is_better else "≤"
        goal = "" if self.goal is None else f"{sign} {self.goal:g}"
        return f"| {self.name} | {self.value:.3g} {self.unit} | {goal} | {verdict} | {self.note} |"


def table(figures: Sequence[Figure]) -> str:
    """A Markdown table of the figures."""
    head = "| figure | measured | goal | met | how |\n|---|---|---|---|---|"
    return "\n".join([head, *(figure.row() for figure in figures)])


def machine() -> str:
    """The machine that measured, in one line: figures of two machines are not compared."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_processor()}, {cpu_count()} cores, {python}, {_system()}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _system() -> str:
    if sys.platform != "linux":
        return platform.platform(terse=True)
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"Linux {platform.release()}"
    return f"{name}, Linux {platform.release()}"
