"""A policy as it would be with one rule changed, and how to write that change down. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from analysis.taxonomy import Category
from bot.errors import Misconfigured
from bot.model import Mode
from bot.nearest import did_you_mean
from bot.policy.effective import check, laid
from bot.policy.layers import Layer
from bot.policy.policy import Policy
from bot.policy.rules import Change
from bot.policy.section import Section
from bot.policy.thresholds import as_written


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be different about one rule."""

    rule: str
    mode: Mode | None = None
    """None: as it is."""
    thresholds: Mapping[Category, float] = field(default_factory=dict)


def as_if(policy: Policy, wish: Wish) -> Policy:
    """The policy with that rule changed where nothing says otherwise.

    Communities and channels with a word of their own about the rule keep it.

    Raises:
        Misconfigured: there is no such rule, or it has no such threshold.
    """
    known = {rule.id: rule for rule in policy.rules}
    if wish.rule not in known:
        hint = did_you_mean(wish.rule, known)
        raise Misconfigured(f'there is no rule "{wish.rule[:60]}" that holds everywhere{hint}')
    section = Section(policy.layers[-1].section.document, {}, "rule", 0, f'rule "{wish.rule}"')
    change = Change(wish.rule, wish.thresholds, None, wish.mode, None, (), section)
    layer = Layer("what if", (), (change,), (), None, policy.layers[-1].section)
    check(layer, known, policy.base.ladder)
    layers = (*policy.layers, layer)
    return replace(policy, base=laid(layers, policy.version), layers=layers, _laid={})


def written(policy: Policy, wish: Wish) -> str:
    """What to write so that the wish comes true, as TOML with a comment that says where."""
    own = next((rule for rule in policy.layers[-1].rules if rule.id == wish.rule), None)
    moved = [f"{name} = {as_written(value)}" for name, value in wish.thresholds.items()]
    mode = [] if wish.mode is None else [f'mode = "{wish.mode}"']
    if own is not None and policy.layers[-1].section.document.name == policy.name:
        numbers = [f"# in when, the number behind scores.{one}" for one in moved]
        return "\n".join([f'# {policy.name}, line {own.line}, rule "{wish.rule}"', *mode, *numbers])
    thresholds = [f"thresholds = {{ {', '.join(moved)} }}"] if moved else []
    return "\n".join(["[[rule]]", f'id = "{wish.rule}"', *mode, *thresholds])
