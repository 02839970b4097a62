"""What we check in a compiled condition that CEL itself lets pass."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import re2

from analysis.types import FactKind, FailureKind, Modality
from bot.nearest import did_you_mean
from bot.policy.tree import Node, Op
from bot.policy.variables import FACT_FIELDS

LONGEST_PATTERN = 1_000
"""Characters of a regular expression; Discord's own AutoMod allows 260."""
LARGEST_PROGRAM = 2_000
"""RE2 instructions; `(.*a){20}` has 224 and reads 100,000 characters in 74 ms (measured)."""

_ORDERED = {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"}
_OF_TEXT = {"contains", "endsWith", "matches", "startsWith"}
_NUMBERS = {"int", "double"}
_VOCABULARIES: Mapping[tuple[Op, str], Collection[str]] = {
    (Op.FIELD, "kind"): tuple(FactKind),
    (Op.FIELD, "modality"): tuple(Modality),
    (Op.NAME, "failures"): tuple(FailureKind),
}
"""Where only certain words can ever stand, so that any other is a slip."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something a person must mend, and where it stands in the condition."""

    message: str
    at: int


def complaints(tree: Node) -> Iterator[Complaint]:
    """Everything that is wrong with a condition that compiled."""
    for node in tree.walk():
        for message in _messages(node):
            yield Complaint(message, node.at)


def _messages(node: Node) -> Iterator[str]:
    match node.op:
        case Op.MAP:
            yield "a condition has no use for a map in braces"
        case Op.FIELD:
            yield from _field(node)
        case Op.CALL:
            yield from _call(node)


def _field(node: Node) -> Iterator[str]:
    operand = node.parts[0]
    if operand.type == "fact" and node.name not in FACT_FIELDS:
        fields = f"; it has {', '.join(FACT_FIELDS)}"
        yield f'a fact has no "{node.name}"{did_you_mean(node.name, FACT_FIELDS) or fields}'
    elif operand.type == "dyn":
        yield f'"{node.name}" is asked of something that has no fields'


def _call(node: Node) -> Iterator[str]:
    if node.name == "dyn":
        yield "dyn() hides mistakes until a post meets them; leave it out"
    if node.name == "_[_]" and node.parts[0].type == "fact":
        yield "write f.kind, not f['kind']"
    if node.name == "matches":
        yield from _pattern(node.parts[-1])
    if node.name in _OF_TEXT and (kind := _type(node.parts[0])) in _NUMBERS:
        yield f"{node.name}() asks a text, and this is {kind}"
    if node.name in _ORDERED:
        yield from _compared(*node.parts)
    if node.name in _ORDERED or node.name == "@in":
        yield from _words(node)


def _compared(left: Node, right: Node) -> Iterator[str]:
    types = {_type(left), _type(right)}
    if types <= _NUMBERS or "dyn" in types or "" in types or len(types) == 1:
        return
    yield f"{_type(left)} and {_type(right)} cannot be compared; they are never alike"


def _words(node: Node) -> Iterator[str]:
    """Complain of a word that can never stand where it is looked for."""
    for side, other in (node.parts, node.parts[::-1]):
        known = _VOCABULARIES.get((side.op, side.name))
        if known is None or (side.op is Op.FIELD and side.parts[0].type != "fact"):
            continue
        words = other.parts if other.op is Op.LIST else (other,)
        for word in words:
            if isinstance(word.value, str) and word.value not in known:
                suggestion = did_you_mean(word.value, known) or f"; there are {', '.join(known)}"
                yield f'"{word.value}" is never a {side.name.removesuffix("s")}{suggestion}'


def _type(node: Node) -> str:
    """The node's type, knowing what the fields of a fact are."""
    if node.op is Op.FIELD and node.parts[0].type == "fact" and node.name in FACT_FIELDS:
        return FACT_FIELDS[node.name][0]
    return node.type


def _pattern(node: Node) -> Iterator[str]:
    if not isinstance(node.value, str):
        # Otherwise whoever posts could choose the pattern.
        yield "matches() takes a pattern in quotes, not one made while the rule runs"
    elif len(node.value) > LONGEST_PATTERN:
        yield f"the pattern has {len(node.value)} characters; {LONGEST_PATTERN} are the most"
    else:
        yield from _program(node.value)


def _program(pattern: str) -> Iterator[str]:
    options = re2.Options()
    options.log_errors = False
    try:
        size = re2.compile(pattern, options).programsize
    except re2.error as exc:
        said = exc.args[0]
        yield f"the pattern is not RE2: {said.decode() if isinstance(said, bytes) else said}"
        return
    if size > LARGEST_PROGRAM:
        yield f"the pattern is too costly ({size} steps; {LARGEST_PROGRAM} are the most)"
