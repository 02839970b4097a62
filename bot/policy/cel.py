"""The conditions of rules: CEL, compiled once. The only file that knows the CEL library.

What was tried of cel-expr-python 0.1.3 and is built upon: dotted names are declared as whole
variables; a name left out of the activation is an error unless && or || make the answer certain
without it; an error is *returned*, as a value of type ERROR whose truth is True; overrunning the
iteration budget is raised; an expression deeper than 32 levels or of more than 100,000 characters
is refused; regular expressions are RE2, compiled when they are first met.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, cast

from cel_expr_python import cel

from bot.errors import Misconfigured
from bot.policy.checks import Complaint, complaints
from bot.policy.tree import Node, Op, read_tree
from bot.policy.variables import VARIABLES, Kind, Value
from bot.policy.words import translate

LONGEST = 10_000
"""Characters of a condition; chosen by eye, an editor's two hundred lines."""
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Lack(StrEnum):
    """Why a condition came out neither true nor false, in words for a moderator."""

    VALUE = "a value is not known"
    TEXT = "the text was not kept"
    STEPS = "the condition takes too many steps on this post"
    SENSE = "the condition makes no sense of this post"


@dataclass(frozen=True, slots=True)
class Unclear:
    """The condition is neither true nor false."""

    lack: Lack
    detail: str = ""
    """The engine's own words, for the log."""


class Activation:
    """The values of one post's variables, handed to every condition alike."""

    __slots__ = ("inner", "names")

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.inner = _ENV.Activation(dict(values))
        self.names = frozenset(values)


class _Value(Protocol):
    def type(self) -> object: ...
    def value(self) -> object: ...


class _Program(Protocol):
    def eval(self, activation: object) -> _Value: ...
    def return_type(self) -> object: ...
    def serialize(self) -> bytes: ...


_TYPES = {
    Kind.BOOL: cel.Type.BOOL,
    Kind.INT: cel.Type.INT,
    Kind.DOUBLE: cel.Type.DOUBLE,
    Kind.STRING: cel.Type.STRING,
    Kind.STRINGS: cel.Type.List(cel.Type.STRING),
    Kind.FACTS: cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN)),
}
_BOOL = cel.Type.BOOL
_ENV = cel.NewEnv(variables={name: _TYPES[v.kind] for name, v in VARIABLES.items()})


class Condition:
    """A compiled condition, shared by all posts. Raises nothing when asked."""

    __slots__ = ("_program", "references", "text", "tree")

    def __init__(self, text: str, program: _Program, tree: Node) -> None:
        self.text = text
        self.tree = tree
        self.references = frozenset(
            node.name for node in tree.walk() if node.op is Op.NAME and node.name in VARIABLES
        )
        """The variables it reads."""
        self._program = program

    def ask(self, activation: Activation) -> bool | Unclear:
        """Whether it holds. Only a value of type BOOL is an answer."""
        try:
            answer = self._program.eval(activation.inner)
        except RuntimeError as exc:
            return _unclear(str(exc))
        value = answer.value()
        if (
            value is False
        ):  # an error's value is a text, and asking for the type takes a microsecond
            return False
        if value is True and answer.type() == _BOOL:
            return True
        return _unclear(str(value))


def compile_condition(text: str, where: str) -> Condition:
    """Compile a condition; ``where`` (file, line, rule) begins what is said of a bad one.

    Raises:
        Misconfigured: too long, not CEL, not a yes-or-no question, a name, a fact's field or a
            pattern that cannot be. The message shows the condition with a caret.
    """
    if len(text) > LONGEST:
        trouble = Complaint(f"it has {len(text)} characters; {LONGEST} are the most", 0)
        raise Misconfigured(_pointed(where, text, trouble))
    return recompiled(text, where)


def recompiled(text: str, where: str) -> Condition:
    """Compile a condition that was compiled before and changed by us since, however long it got.

    Raises:
        Misconfigured: as for ``compile_condition``.
    """
    try:
        program, tree = _compile(text)
    except _Bad as bad:
        raise Misconfigured(_pointed(where, text, bad.complaint)) from bad
    return Condition(text, program, tree)


class _Bad(Exception):
    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.message)
        self.complaint = complaint


def _compile(text: str) -> tuple[_Program, Node]:
    if not text.strip():
        raise _Bad(Complaint("it is empty; write true for a rule that always holds", 0))
    if odd := _UNREADABLE.search(text):
        raise _Bad(Complaint(f"it holds the character U+{ord(odd[0]):04X}", odd.start()))
    try:
        program = cast("_Program", _ENV.compile(text))
        tree = read_tree(program.serialize())
        found = next(complaints(tree), None)
    except RuntimeError as exc:  # RecursionError is one, and _unplaced knows its name
        raise _Bad(translate(str(exc), text, VARIABLES)) from exc
    if found:
        raise _Bad(found)
    if program.return_type() != _BOOL:
        raise _Bad(Complaint("it is not a yes-or-no question; compare it with something", 0))
    return program, tree


def _pointed(where: str, text: str, complaint: Complaint) -> str:
    """The complaint, the line of the condition it is about, and a caret beneath."""
    start = text.rfind("\n", 0, complaint.at) + 1
    line = text[start:].partition("\n")[0].rstrip("\r").replace("\t", " ")
    column = complaint.at - start
    first = max(column - 60, 0)  # a long line is shown around the caret
    shown = line[first : first + 100]
    caret = " " * (column - first) + "^"
    return f"{where}: {complaint.message}\n    {shown}\n    {caret}"


def _unclear(raw: str) -> Unclear:
    marks = {
        "No value with name": Lack.VALUE,
        "Key not found": Lack.TEXT,
        "Iteration budget": Lack.STEPS,
    }
    lack = next((lack for mark, lack in marks.items() if mark in raw), Lack.SENSE)
    return Unclear(lack, raw.partition("\n")[0][:200])
