"""Rules and their conduct as pages show them: figures turned into small pictures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.model import Mode, Status
from bot.policy.policy import Policy
from bot.policy.rules import Rule
from bot.policy.thresholds import Threshold, thresholds
from bot.review.conduct import Conduct, Day, Example
from bot.review.trials import Document

HEIGHT = 28
"""Of a sparkline, in the units of its viewBox; a day is 4 wide."""
WIDE = 320
HIGH = 150
"""Of a curve, in the units of its viewBox."""
_ORDER = (
    Status.APPLIED,
    Status.SIMULATED,
    Status.WITHHELD,
    Status.FAILED,
    Status.UNKNOWN,
    Status.UNDONE,
    Status.DROPPED,
    Status.INTENDED,
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a picture, in the units of its viewBox."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole, as a segment of a bar and in words."""

    kind: str
    name: str
    count: int
    x: float
    width: float
    """Both in hundredths of the bar."""


@dataclass(frozen=True, slots=True)
class Post:
    """One of a rule's newest posts."""

    example: Example
    changes: bool
    """Whether the rule would have done more than was done about it."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule."""

    rule: Rule
    conduct: Conduct
    bars: tuple[Bar, ...]
    done: tuple[Share, ...]
    would: tuple[tuple[str, int], ...]
    """Actions of its shadow, each with how often."""
    beside: tuple[Share, ...]
    """What was really done about the posts its shadow matched."""
    elsewhere: tuple[str, ...]
    """Where a community or channel makes something else of it, each a phrase."""
    thresholds: tuple[Threshold, ...]
    """Those that may be moved: the only one for their score."""
    only_in: str = ""
    """The one community or channel it holds in; empty where it holds wherever nothing says
    otherwise, and can be rehearsed."""

    @property
    def quiet(self) -> bool:
        """Whether it matched nothing in 30 days."""
        return not (self.conduct.month.live or self.conduct.month.shadow)


def rule_views(policy: Policy, conduct: Mapping[str, Conduct]) -> Sequence[RuleView]:
    """Every rule in the policy's order, those of single communities and channels last."""
    views = [_view(policy, rule, conduct.get(rule.id) or Conduct()) for rule in policy.rules]
    for layer, rules in policy.elsewhere():
        own = {rule.id for rule in layer.rules}
        for rule in rules.rules:
            if rule.id in own:
                view = _view(policy, rule, conduct.get(rule.id) or Conduct())
                views.append(replace(view, elsewhere=(), thresholds=(), only_in=layer.name))
    return views


def gone(views: Sequence[RuleView], conduct: Mapping[str, Conduct]) -> Sequence[str]:
    """Rules that matched lately and hold nowhere any more."""
    return sorted(conduct.keys() - {view.rule.id for view in views})


def _view(policy: Policy, rule: Rule, conduct: Conduct) -> RuleView:
    return RuleView(
        rule,
        conduct,
        tuple(bars(conduct.days)),
        shares((status.value, conduct.done[status]) for status in _ORDER),
        tuple(conduct.would.most_common()),
        shares(conduct.beside.most_common(), kind="really"),
        tuple(_elsewhere(policy, rule)),
        tuple(_movable(rule)),
    )


def _elsewhere(policy: Policy, rule: Rule) -> Iterable[str]:
    for layer, rules in policy.elsewhere():
        there = next((one for one in rules.rules if one.id == rule.id), rule)
        if there.mode is not rule.mode:
            yield f"{there.mode} in {layer.name}"
        if (there.written, there.when.text) != (rule.written, rule.when.text):
            yield f"changed in {layer.name}"


def _movable(rule: Rule) -> Iterable[Threshold]:
    found = thresholds(rule.when)
    return (one for one in found if sum(o.category is one.category for o in found) == 1)


def bars(days: Sequence[Day]) -> Iterable[Bar]:
    """A bar for each day, what acted below and what was in shadow above."""
    top = max((day.live + day.shadow for day in days), default=0)
    for at, day in enumerate(days):
        below = float(HEIGHT)
        for kind, count in (("live", day.live), ("shadow", day.shadow)):
            if count:
                height = max(1.5, count / top * HEIGHT)
                below = max(0.0, below - height)
                yield Bar(kind, at * 4, round(below, 2), 3, round(height, 2))


def shares(counts: Iterable[tuple[str, int]], kind: str = "") -> tuple[Share, ...]:
    """Counts as parts of a bar; nothing of nothing."""
    found = [(name, count) for name, count in counts if count]
    total = sum(count for _, count in found)
    made: list[Share] = []
    x = 0.0
    for name, count in found:
        width = count / total * 100
        made.append(Share(kind or name, name, count, round(x, 2), round(width, 2)))
        x += width
    return tuple(made)


def post_views(conduct: Conduct) -> Sequence[Post]:
    """The newest posts, each with whether more would have been done."""
    return [Post(one, _would_change(one)) for one in conduct.newest]


def _would_change(one: Example) -> bool:
    done = {action for action, _ in one.sighting.outcomes}
    return one.mode is Mode.SHADOW and not set(one.wanted) <= done


@dataclass(frozen=True, slots=True)
class Curve:
    """A tuning as two lines and a point, in the units of a viewBox of 320 by 150."""

    precision: str
    recall: str
    wanted: float
    """Where the line of the wanted precision lies."""
    now: float
    """Where the threshold of now lies."""
    proposal: tuple[float, float] | None


def curve(tuning: Document, wanted: float) -> Curve:
    """The lines of a tuning's document."""
    points = tuning["curve"]
    proposal = tuning["proposal"]
    return Curve(
        " ".join(f"{_x(one):g},{_y(one['precision']):g}" for one in points),
        " ".join(f"{_x(one):g},{_y(one['recall']):g}" for one in points),
        _y(wanted),
        round(tuning["threshold"] * WIDE, 1),
        (_x(proposal), _y(proposal["precision"])) if proposal else None,
    )


def _x(point: Document) -> float:
    return round(float(point["threshold"]) * WIDE, 1)


def _y(share: float) -> float:
    return round((1 - share) * HIGH, 1)
