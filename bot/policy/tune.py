"""A threshold proposed from what moderators decided: how sure a rule is at each score. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.taxonomy import Category
from bot.errors import Misconfigured
from bot.model import EventKind, Mode
from bot.nearest import did_you_mean
from bot.policy.cel import Activation, Condition
from bot.policy.past import Past
from bot.policy.policy import Policy
from bot.policy.post import Post
from bot.policy.rules import Rule
from bot.policy.thresholds import Threshold, moved, thresholds
from bot.policy.variables import values

FEWEST = 20
"""Decided cases that a proposal must rest on. With 20, all of them upheld, the precision is above
0.83 with 95 % confidence (Wilson's interval); with fewer it says little."""
_STEP = 0.01


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold would have caught of the decided cases."""

    threshold: float
    upheld: int
    overturned: int
    recall: float
    """The share of the upheld cases, among those within the rule's reach, that it catches."""

    @property
    def decided(self) -> int:
        """The cases behind it."""
        return self.upheld + self.overturned

    @property
    def precision(self) -> float:
        """The share that moderators upheld."""
        return self.upheld / self.decided


@dataclass(frozen=True, slots=True)
class Tuning:
    """The curve, and a proposal or the reason why there is none."""

    rule: str
    threshold: Threshold
    curve: tuple[Point, ...]
    decided: int
    proposal: Point | None
    refusal: str = ""


class Tuner:
    """Decided judgements go in one by one. A case counts once, as it was last judged."""

    def __init__(self, policy: Policy, rule: str, category: str | None = None) -> None:
        """Find the threshold that is to be tuned.

        Raises:
            Misconfigured: no such rule, or no threshold in it, or several and none named.
        """
        self._rule = _rule(policy, rule)
        self.threshold = _threshold(self._rule, category)
        freed = {self.threshold.category: 0.0}
        self._rest: Condition = moved(self._rule.when, freed, rule)
        self._seen: dict[str, tuple[float, bool]] = {}
        self.unanswered = 0
        """Decided judgements at which the rest of the condition could not be answered."""

    @property
    def reads(self) -> frozenset[str]:
        """The variables that are needed of each judgement."""
        return self._rule.when.references

    def add(self, past: Past) -> None:
        """Take a judgement into account if the rule would match it but for its threshold."""
        score = past.assessment.scores.get(self.threshold.category)
        if past.case_id is None or past.decision is None or score is None:
            return
        known = values(Post(past.assessment, past.context), self.reads)
        answer = self._rest.ask(Activation(known))
        if answer is True:
            self._seen[past.case_id] = (score, past.decision is EventKind.UPHELD)
        elif answer is not False:
            self.unanswered += 1

    def tuning(self, precision: float) -> Tuning:
        """The curve, and the lowest threshold from which on the rule is as precise as wanted."""
        seen = list(self._seen.values())
        curve = _curve(seen)
        refusal, proposal = "", None
        if len(seen) < FEWEST:
            refusal = (
                f"Only {len(seen)} decided cases are within the rule's reach; it takes {FEWEST}."
            )
        else:
            proposal = _proposal(curve, precision)
        if not refusal and proposal is None:
            best = max((p for p in curve if p.decided >= FEWEST), key=lambda p: p.precision)
            refusal = (
                f"No threshold reaches {precision:.2f} on {FEWEST} decided cases or more;"
                f" the best is {best.precision:.2f}, at {best.threshold:.2f}."
            )
        return Tuning(self._rule.id, self.threshold, curve, len(seen), proposal, refusal)


def _curve(seen: Sequence[tuple[float, bool]]) -> tuple[Point, ...]:
    """One point per hundredth, from the lowest decided score to the last with a case behind it.

    Below the lowest nothing is known: what was never put before a person was never decided.
    """
    if not seen:
        return ()
    # A score a hair below its hundredth, such as 0.57 * 100, is still of it.
    lowest = math.floor(min(score for score, _ in seen) / _STEP + 1e-9)
    highest = math.floor(max(score for score, _ in seen) / _STEP + 1e-9)
    every = sum(upheld for _, upheld in seen)
    points = []
    for hundredth in range(lowest, highest + 1):
        threshold = hundredth / 100
        caught = [upheld for score, upheld in seen if score >= threshold - 1e-9]
        upheld = sum(caught)
        recall = upheld / every if every else 0.0
        points.append(Point(threshold, upheld, len(caught) - upheld, recall))
    return tuple(points)


def _proposal(curve: Sequence[Point], precision: float) -> Point | None:
    """The lowest from which on every point with enough behind it is precise enough."""
    found = None
    for point in reversed(curve):
        if point.decided < FEWEST:
            continue
        if point.precision < precision:
            break
        found = point
    return found


def _rule(policy: Policy, name: str) -> Rule:
    rules = {rule.id: rule for rule in policy.rules if rule.mode is not Mode.OFF}
    if name not in rules:
        hint = did_you_mean(name, rules)
        raise Misconfigured(f'{policy.name}: there is no rule "{name[:60]}" to tune{hint}')
    return rules[name]


def _threshold(rule: Rule, category: str | None) -> Threshold:
    found = [one for one in thresholds(rule.when) if category in {None, one.category}]
    if len(found) == 1:
        return found[0]
    known = sorted({one.category.value for one in thresholds(rule.when)})
    if not known:
        raise Misconfigured(f'rule "{rule.id}" compares no score with a number')
    if category is not None and category not in tuple(Category):
        raise Misconfigured(f'no category "{category[:60]}"{did_you_mean(category, known)}')
    raise Misconfigured(
        f'rule "{rule.id}" has thresholds for {", ".join(known)}; name one with --score'
    )
