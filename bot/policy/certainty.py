"""What can be said of a condition before every answer is in."""

from collections.abc import Collection

from bot.policy.tree import Node, Op
from bot.policy.variables import OPEN

_RISING = {"_>=_": 0, "_>_": 0, "_<=_": 1, "_<_": 1}
"""Comparisons that stay true when the operand at this place grows."""
_TRANSPARENT = {"_&&_", "_||_"}


def only_rises(tree: Node) -> bool:
    """Whether a condition that holds goes on holding whatever is still found out.

    True only for the plain case: all it reads of what may change are scores, each compared
    upwards with a number, joined by && and ||. Fusion never lowers a score when a signal is
    added, so such a condition cannot come undone.
    """
    if not _reads(tree, OPEN):
        return True
    if tree.op is not Op.CALL:
        return False
    if tree.name in _TRANSPARENT:
        return all(map(only_rises, tree.parts))
    if tree.name in _RISING:
        place = _RISING[tree.name]
        growing, other = tree.parts[place], tree.parts[1 - place]
        is_score = growing.op is Op.NAME and growing.name.startswith("scores.")
        return is_score and not _reads(other, OPEN)
    return False


def can_hold_without(tree: Node, missing: Collection[str]) -> bool:
    """Whether a condition could hold on some post although these variables are never known."""
    if not _reads(tree, missing):
        return True
    if tree.op is Op.CALL and tree.name == "_||_":
        return any(can_hold_without(part, missing) for part in tree.parts)
    if tree.op is Op.CALL and tree.name == "_?:_" and not _reads(tree.parts[0], missing):
        return any(can_hold_without(part, missing) for part in tree.parts[1:])
    if tree.op is Op.CALL and tree.name == "_&&_":
        return all(can_hold_without(part, missing) for part in tree.parts)
    return False


def _reads(tree: Node, names: Collection[str]) -> bool:
    return any(node.op is Op.NAME and node.name in names for node in tree.walk())
