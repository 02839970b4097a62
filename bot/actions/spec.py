"""Actions as policies write them: ``timeout 1h`` read, and many merged into few."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Protocol, cast

from analysis import registry
from bot.actions import ACTIONS
from bot.errors import Misconfigured
from bot.nearest import did_you_mean
from bot.ports import Action


class _Kind(Protocol):
    """What a class named in ``ACTIONS`` offers beside being an action."""

    def parse(self, parameters: str) -> Action:
        """Read what stands behind the action's name, possibly nothing."""
        ...


def parse(text: str) -> Action:
    """Read one action as a policy writes it; ``str(action)`` reads back equal.

    Raises:
        Misconfigured: no such action, or its parameters are not of its form.
    """
    text = text.strip()
    # The longest name wins, so that `role add` is not read as an action called `role`.
    for name in sorted(ACTIONS, key=len, reverse=True):
        if text == name or text.startswith(f"{name} "):
            kind = cast("_Kind", registry.load(ACTIONS, name))
            return kind.parse(text[len(name) :].strip())
    word = text.partition(" ")[0][:40]
    raise Misconfigured(
        f'unknown action "{word}"{did_you_mean(word, ACTIONS) or f"; there are {_LIST}"}'
    )


_LIST = ", ".join(ACTIONS)


def merge(actions: Iterable[Action]) -> tuple[Action, ...]:
    """One action of each slot, the harsher where there are several; the harshest first.

    Neither the order nor the number of repetitions of what is merged changes the result.
    """
    by_slot: dict[str, list[Action]] = {}
    for action in actions:
        by_slot.setdefault(action.slot, []).append(action)
    merged = (reduce(or_, same) for same in by_slot.values())
    return tuple(sorted(merged, key=lambda action: (-action.harshness, action.slot)))
