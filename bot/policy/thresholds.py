"""The numbers that a condition compares scores with, found and moved without touching the rest."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.taxonomy import Category
from bot.errors import Misconfigured
from bot.nearest import did_you_mean
from bot.policy.cel import Condition, recompiled
from bot.policy.tree import Node, Op

_RISING = {"_>=_": 0, "_>_": 0, "_<=_": 1, "_<_": 1}
"""Comparisons that stay true when the operand at this place grows."""
_NUMBER = re.compile(r"[0-9.]+(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A score must be at least this."""

    category: Category
    value: float
    at: int
    """Where the number stands in the condition, in characters."""


def thresholds(condition: Condition) -> tuple[Threshold, ...]:
    """Every place where the condition asks that a score be at least, or above, a number."""
    return tuple(found for node in condition.tree.walk() for found in _threshold(node))


def _threshold(node: Node) -> Iterator[Threshold]:
    if node.op is not Op.CALL or node.name not in _RISING:
        return
    place = _RISING[node.name]
    score, number = node.parts[place], node.parts[1 - place]
    family, _, category = score.name.partition(".")
    if score.op is Op.NAME and family == "scores" and isinstance(number.value, float):
        yield Threshold(Category(category), number.value, number.at)


def moved(condition: Condition, wanted: Mapping[Category, float], where: str) -> Condition:
    """The same condition with other thresholds; ``where`` begins the complaint.

    Raises:
        Misconfigured: the condition has none for a score, or several, so that it is not certain
            which is meant.
    """
    text = condition.text
    found = sorted(thresholds(condition), key=lambda one: -one.at)
    for category in wanted:
        number = sum(one.category is category for one in found)
        if number != 1:
            raise Misconfigured(f"{where}: {_trouble(category, number, found)}")
    for one in found:  # from the end, so that the places before it stay true
        if one.category in wanted and (written := _NUMBER.match(text, one.at)):
            number_text = as_written(wanted[one.category])
            text = text[: one.at] + number_text + text[written.end() :]
    return recompiled(text, where)


def as_written(value: float) -> str:
    """A score as a condition writes it: four decimals at most, one at least."""
    text = f"{value:.4f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _trouble(category: Category, number: int, found: list[Threshold]) -> str:
    if number:
        return f"the condition has {number} thresholds for {category}; write a rule of your own"
    known = sorted({one.category.value for one in found})
    hint = did_you_mean(category, known) or (f"; it has {', '.join(known)}" if known else "")
    return f"the condition has no threshold for {category}{hint}"
