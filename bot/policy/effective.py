"""The rules that hold in one channel: every layer laid over the one before, each part placed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.actions.spec import merge
from bot.errors import Misconfigured
from bot.model import Context, Mode
from bot.nearest import did_you_mean
from bot.policy.exemptions import Exemption
from bot.policy.ladder import Ladder
from bot.policy.layers import Layer
from bot.policy.rules import Change, Rule
from bot.policy.thresholds import moved
from bot.ports import Action


@dataclass(frozen=True)
class Effective:
    """What is asked of a post, once it is known where it was posted."""

    rules: tuple[Rule, ...]
    exemptions: tuple[Exemption, ...]
    ladder: Ladder | None
    version: str

    @cached_property
    def reads(self) -> frozenset[str]:
        """The variables that some rule reads; no other is worked out."""
        rules = (rule for rule in self.rules if rule.mode is not Mode.OFF)
        return frozenset[str]().union(*(rule.when.references for rule in rules))

    def then(self, rule: Rule, strikes: int) -> tuple[Action, ...]:
        """A rule's actions, with the ladder's step for so many active strikes in them."""
        if not rule.punishes or self.ladder is None:
            return rule.then
        return merge([*rule.then, *self.ladder.step(strikes).then])

    def may_ask(self) -> Iterator[Action]:
        """Every action its live rules may come to, on whatever step of the ladder."""
        for rule in self.rules:
            if rule.mode is Mode.LIVE:
                yield from rule.then
                if rule.punishes and self.ladder is not None:
                    for step in self.ladder.steps:
                        yield from step.then

    def spared(self, context: Context) -> frozenset[str]:
        """The rules that are not asked of this post, because somebody exempted it."""
        covering = [one for one in self.exemptions if one.covers(context)]
        if not covering:
            return _NONE
        return frozenset(r.id for r in self.rules if any(one.spares(r.id) for one in covering))


_NONE: frozenset[str] = frozenset()


def laid(layers: Sequence[Layer], version: str) -> Effective:
    """Lay the layers over each other, the first at the bottom.

    A change to a rule that is not among those beneath is passed over: it is of another community.
    """
    rules: dict[str, Rule] = {}
    ladder: Ladder | None = None
    for layer in layers:
        for change in layer.changes:
            if change.id in rules:
                rules[change.id] = changed(rules[change.id], change, layer)
        rules |= {rule.id: _placed(rule, layer) for rule in layer.rules}
        ladder = layer.ladder or ladder
    exemptions = tuple(one for layer in layers for one in layer.exemptions)
    return Effective(tuple(rules.values()), exemptions, ladder, version)


def changed(rule: Rule, change: Change, layer: Layer) -> Rule:
    """The rule as the change leaves it.

    Raises:
        Misconfigured: it has no such threshold.
    """
    places = dict(rule.places)
    after = rule
    if change.thresholds:
        where = change.section.where("thresholds")
        after = replace(after, when=moved(rule.when, change.thresholds, where))
        places["when"] = f"{rule.places.get('when', '')}, {_place(change, 'thresholds', layer)}"
    if change.then is not None:
        actions, punishes = change.then
        after = replace(after, then=actions, punishes=punishes)
        places["then"] = _place(change, "then", layer)
    if change.mode is not None:
        after = replace(after, mode=change.mode)
        places["mode"] = _place(change, "mode", layer)
    # With other thresholds the inherited tests may fail, and rightly.
    tests = change.tests if change.thresholds else rule.tests + change.tests
    return replace(after, because=change.because or rule.because, tests=tests, places=places)


def _place(change: Change, key: str, layer: Layer) -> str:
    place = change.section.place(key)
    return f"{place} ({layer.name})" if layer.section.header else place


def _placed(rule: Rule, layer: Layer) -> Rule:
    if not layer.section.header:
        return rule
    return replace(
        rule, places={key: f"{place} ({layer.name})" for key, place in rule.places.items()}
    )


def check(layer: Layer, below: Mapping[str, Rule], ladder: Ladder | None) -> None:
    """See that a layer changes only what it may inherit, and can punish where it says so.

    Raises:
        Misconfigured: it names a rule that is not there, a threshold the rule has not, or punishes
            without a ladder.
    """
    known = {**below, **{rule.id: rule for rule in layer.rules}}
    for rule in layer.rules:
        if rule.id in below:
            raise Misconfigured(
                f'{layer.section.document.name}:{rule.line}: rule "{rule.id}" is inherited'
                f" already, from {below[rule.id].places.get('when')}; leave when away to change it"
            )
    for change in layer.changes:
        if change.id not in below:
            where = change.section.where("id")
            hint = did_you_mean(change.id, below)
            raise Misconfigured(
                f"{where}: there is no such rule to change{hint or '; a new one needs when'}"
            )
        known[change.id] = changed(below[change.id], change, layer)
    for one in layer.exemptions:
        _check_names(one, known)
    punishing = [*layer.rules, *(known[change.id] for change in layer.changes)]
    unable = next((rule for rule in punishing if rule.punishes and ladder is None), None)
    if unable is not None:
        raise Misconfigured(
            f'{unable.places["then"]}: rule "{unable.id}": punish needs a [[ladder]] in this file'
        )


def _check_names(exemption: Exemption, known: Iterable[str]) -> None:
    names = set(known)
    for name in sorted(exemption.rules - names):
        raise Misconfigured(
            f'{exemption.place}: exempt: there is no rule "{name[:60]}"{did_you_mean(name, names)}'
        )
