"""The escalation ladder: what ``punish`` in a rule comes to, by the author's active strikes."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import Misconfigured
from bot.policy.actions import read_actions
from bot.policy.section import Section
from bot.ports import Action

PUNISH = "punish"
"""In a rule's ``then``: whatever the ladder says."""
_KEYS = ("strikes", "then")


@dataclass(frozen=True, slots=True)
class Step:
    """From so many active strikes on, do this."""

    strikes: int
    then: tuple[Action, ...]
    place: str
    """File and line."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps in rising order; the first is for an author without strikes."""

    steps: tuple[Step, ...]

    def step(self, strikes: int) -> Step:
        """The step for an author with so many active strikes, this post not counted."""
        return self.steps[bisect_right(self.steps, strikes, key=lambda step: step.strikes) - 1]


def read_ladder(sections: Sequence[Section]) -> Ladder | None:
    """Read every ``[[ladder]]``; None where there is none.

    Raises:
        Misconfigured: it does not begin at 0, does not rise, or leaves no person to decide at
            its end.
    """
    if not sections:
        return None
    steps = [_step(section) for section in sections]
    first, last = sections[0], sections[-1]
    if steps[0].strikes != 0:
        raise Misconfigured(f"{first.where('strikes')}: ladder: the first step has strikes = 0")
    for before, step, section in zip(steps, steps[1:], sections[1:], strict=False):
        if step.strikes <= before.strikes:
            raise Misconfigured(
                f"{section.where('strikes')}: ladder: strikes must rise from step to step"
            )
    if not any(action.name == "flag" for action in steps[-1].then):
        raise Misconfigured(
            f"{last.where('then')}: ladder: a person decides at its end; add flag to the last step"
        )
    return Ladder(tuple(steps))


def _step(section: Section) -> Step:
    section.only(*_KEYS)
    strikes = section.table.get("strikes")
    if type(strikes) is not int or strikes < 0:
        raise Misconfigured(f"{section.where('strikes')}: ladder: strikes is a count, such as 2")
    return Step(strikes, read_actions(section, "then"), section.place("then"))
