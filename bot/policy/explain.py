"""Why a rule matched a post, or did not: each part of its condition with the values it read."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from analysis.types import Assessment
from bot.errors import Misconfigured
from bot.model import Context, Mode
from bot.policy.cel import Activation, Condition, Unclear, recompiled
from bot.policy.effective import Effective
from bot.policy.post import Post
from bot.policy.rules import Rule
from bot.policy.tree import Node, Op
from bot.policy.variables import Value, values

LONGEST_SHOWN = 60
"""Characters of a value; enough to recognise it."""


class Came(StrEnum):
    """What came of a rule."""

    MATCH = "match"
    NO_MATCH = "no match"
    UNANSWERED = "unanswered"
    EXEMPT = "exempt"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the conditions that && joins at the top."""

    text: str
    answer: bool | None
    """None where it could not be answered."""
    read: tuple[tuple[str, str], ...]
    """The variables it reads, each with its value as a person reads it."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One rule and one post."""

    rule: Rule
    came: Came
    reason: str
    """What it lacked, or who is exempt by which line; else empty."""
    parts: tuple[Part, ...]


def explain(rules: Effective, assessment: Assessment, context: Context) -> tuple[Explained, ...]:
    """Every rule, those that match first, then by how few of their parts say no."""
    post = Post(assessment, context)
    every = frozenset[str]().union(*(rule.when.references for rule in rules.rules))
    known = values(post, every)
    activation = Activation(known)
    exempt = rules.spared(context)
    found = [_explained(rule, known, activation) for rule in rules.rules]
    for at, one in enumerate(found):
        if one.rule.id in exempt:
            by = next(e for e in rules.exemptions if e.covers(context) and e.spares(one.rule.id))
            found[at] = Explained(one.rule, Came.EXEMPT, f"{by} ({by.place})", one.parts)
    return tuple(sorted(found, key=_nearness))


def explain_rule(rule: Rule, assessment: Assessment, context: Context) -> Explained:
    """One rule, whatever its mode."""
    known = values(Post(assessment, context), rule.when.references)
    return _explained(rule, known, Activation(known), whatever_mode=True)


def explain_values(rule: Rule, known: dict[str, Value]) -> Explained:
    """One rule over values that somebody gave."""
    return _explained(rule, known, Activation(known), whatever_mode=True)


_ORDER = {came: place for place, came in enumerate(Came)}


def _nearness(one: Explained) -> tuple[int, int]:
    against = sum(part.answer is not True for part in one.parts)
    near = one.came in {Came.NO_MATCH, Came.UNANSWERED}
    return (1 if near else _ORDER[one.came], against)


def _explained(
    rule: Rule, known: dict[str, Value], activation: Activation, *, whatever_mode: bool = False
) -> Explained:
    answer = rule.when.ask(activation)
    came = Came.MATCH if answer is True else Came.NO_MATCH
    reason = ""
    if isinstance(answer, Unclear):
        came, reason = Came.UNANSWERED, _lack(rule, known, answer)
    if rule.mode is Mode.OFF and not whatever_mode:
        came = Came.OFF
    return Explained(rule, came, reason, tuple(_parts(rule.when, known, activation)))


def _lack(rule: Rule, known: dict[str, Value], answer: Unclear) -> str:
    lacking = sorted(rule.when.references - known.keys())
    return f"{', '.join(lacking)} not known" if lacking else answer.lack.value


def _parts(condition: Condition, known: dict[str, Value], activation: Activation) -> Iterator[Part]:
    for text in conjuncts(condition):
        try:
            one = recompiled(text, "part")
        except Misconfigured:  # split where it should not have been: the whole is still true
            one = condition
        answer = one.ask(activation)
        read = tuple((name, shown(known, name)) for name in sorted(one.references))
        yield Part(
            " ".join(one.text.split()), None if isinstance(answer, Unclear) else answer, read
        )


def conjuncts(condition: Condition) -> tuple[str, ...]:
    """The parts that && joins at the top, as they are written."""
    text, start, parts = condition.text, 0, []
    for at in _joints(condition.tree):
        if text.count("(", 0, at) == text.count(")", 0, at):  # not within parentheses
            parts.append(text[start:at])
            start = at + len("&&")
    parts.append(text[start:])
    return tuple(part.strip() for part in parts)


def _joints(tree: Node) -> list[int]:
    if tree.op is not Op.CALL or tree.name != "_&&_":
        return []
    left, right = tree.parts
    return [*_joints(left), tree.at, *_joints(right)]


def shown(known: dict[str, Value], name: str) -> str:
    """A value as a person reads it, cut where it is long."""
    if name not in known:
        return "not known"
    value = known[name]
    match value:
        case bool():
            text = "true" if value else "false"
        case float():
            text = f"{value:.4g}"
        case int():
            text = str(value)
        case str():
            text = f'"{value}"'
        case _ if name == "facts":
            text = f"{len(value)} of them"
        case _:
            text = f"[{', '.join(map(str, value))}]"
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
