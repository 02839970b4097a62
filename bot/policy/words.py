"""The CEL compiler's complaints in words for the person who wrote the rule."""

import re
from collections.abc import Collection

from bot.nearest import did_you_mean
from bot.policy.checks import Complaint

_FIRST = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*?)(?:\n \| |\Z| \[[A-Z_]+\]$)", re.DOTALL)
_OVERLOAD = re.compile(r"found no matching overload for '(.+)' applied to '\((.*)\)'")
_UNDECLARED = re.compile(r"undeclared reference to '(.+?)'")
_NUMERIC = {"(double, int)", "(int, double)"}
_FUNCTIONS = (
    "all", "contains", "endsWith", "exists", "exists_one", "filter", "has", "map", "matches",
    "size", "startsWith",
)  # fmt: skip
_LITERALS = {"True": "true", "False": "false", "None": "null", "and": "&&", "or": "||"}
_SPEECH = {"and": "&&", "or": "||", "not": "!", "=": "=="}


def translate(raw: str, expression: str, names: Collection[str]) -> Complaint:
    """The compiler's first complaint, with the fix where we know it.

    ``names`` are the variables that exist. The place is an offset in characters.
    """
    found = _FIRST.search(raw)
    if found is None or int(found[1]) < 1:
        return Complaint(_unplaced(raw), 0)
    lines = expression.splitlines(keepends=True)
    line, column = int(found[1]), max(int(found[2]), 1)
    at = min(sum(map(len, lines[: line - 1])) + column - 1, len(expression))
    message = found[3].strip()
    if undeclared := _UNDECLARED.search(message):
        return _unknown(undeclared[1], expression, at, names)
    if overload := _OVERLOAD.search(message):
        return Complaint(_mismatch(overload[1], overload[2], expression[at:]), at)
    return Complaint(_syntax(message, expression, at), at)


def _unplaced(raw: str) -> str:
    if "recursion" in raw:
        return "it is nested too deeply; 32 levels are the most"
    return "it cannot be read: " + raw.partition("\n")[0][:200]


def _unknown(name: str, expression: str, at: int, names: Collection[str]) -> Complaint:
    called = expression[at : at + 1] == "("
    # The compiler points at the last dot of a dotted name; a reader wants its beginning.
    start = max(at - len(name.rpartition(".")[0]), 0)
    if called:
        hint = did_you_mean(name, _FUNCTIONS) or f"; there are {', '.join(_FUNCTIONS)}"
        return Complaint(f"there is no function {name}(){hint}", max(at - len(name), 0))
    if name in _LITERALS:
        return Complaint(f'"{name}" is written {_LITERALS[name]}', start)
    below = [known for known in names if known.startswith(f"{name}.")]
    if below:
        return Complaint(f'"{name}" is not a value by itself; write one such as {below[0]}', start)
    last = {known.rpartition(".")[2]: known for known in names}
    if name in last:
        return Complaint(f'"{name}" is not known; did you mean "{last[name]}"?', start)
    return Complaint(f'"{name}" is not known{_near(name, names)}', start)


def _near(name: str, names: Collection[str]) -> str:
    """The nearest name of the same family before the nearest of all."""
    family = name.partition(".")[0] + "."
    return did_you_mean(name, [known for known in names if known.startswith(family)]) or (
        did_you_mean(name, names)
    )


def _mismatch(function: str, types: str, rest: str) -> str:
    operator = function.strip("_").lstrip("@")
    if f"({types})" in _NUMERIC:
        return (
            f"{operator} compares a number with a fraction to one without; {_wanted(types, rest)}"
        )
    if operator == "in" and types == "string, string":
        return 'a text is searched with contains(), such as text.content.contains("free")'
    listed = types.replace("map(string, dyn)", "fact")
    if operator in {"&&", "||", "!"}:
        return f"{operator} takes yes-or-no values, got {listed}"
    return f"{operator} cannot take {listed}"


def _wanted(types: str, rest: str) -> str:
    if types == "int, double":
        return "write 1, not 1.0"
    number = re.match(r"\W*(\d+)", rest)
    return f"write {number[1]}.0, not {number[1]}" if number else "write 1.0, not 1"


def _syntax(message: str, expression: str, at: int) -> str:
    rest = expression[at:].lstrip()
    before = re.search(r"(\w+)\s*$", expression[:at])
    for word in (rest.split(maxsplit=1)[0] if rest else "", before[1] if before else ""):
        if word in _SPEECH:
            return f'"{word}" is written {_SPEECH[word]}'
    if not rest or "<EOF>" in message.partition("expecting")[0]:
        return "it breaks off; something is missing at its end"
    if "cannot be the operand of a select" in message:
        return "this has no fields; write facts.exists(f, f.kind == 'logo') to look into facts"
    slips = (fix for characters, fix in _SLIPS.items() if rest[0] in characters)
    return next(slips, f'"{rest.split(maxsplit=1)[0][:40]}" cannot stand here')


_SLIPS = {
    "&": '"and" is written &&',
    "|": '"or" is written ||',
    ",": "a fraction is written with a point, such as 0.8",
    "\u201c\u201d\u2018\u2019\u201e": "a text stands in straight quotes, ' or \"",
    "'\"": "a text is not closed",
}
"""What stands where nothing can, by its first character, and how it should be written."""
