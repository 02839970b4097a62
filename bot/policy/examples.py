"""The tests that stand in a policy file beside their rules, as values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from analysis.taxonomy import Category
from bot.errors import Misconfigured
from bot.nearest import did_you_mean
from bot.policy.variables import VARIABLES, Kind

_KEYS = ("name", "text", "scores", "given", "image", "case", "expect")


class Expect(StrEnum):
    """What a rule's test says should come out."""

    MATCH = "match"
    NO_MATCH = "no match"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An example of what a rule matches, or does not, kept beside it."""

    expect: Expect
    name: str = ""
    text: str | None = None
    scores: Mapping[Category, float] | None = None
    given: Mapping[str, bool | float | str] | None = None
    """Other variables' values, such as ``{"image.count" = 2}``."""
    image: str | None = None
    """A picture's path, relative to the policy file."""
    case: str | None = None
    """A stored case's id."""
    line: int = 0


def refuse_unknown(keys: Iterable[str], known: tuple[str, ...], where: str) -> None:
    """Say so when a table has a key that nobody reads.

    Raises:
        Misconfigured: it has; the nearest key that is read is suggested.
    """
    for key in keys:
        if key not in known:
            hint = did_you_mean(key, known) or f"; there are {', '.join(known)}"
            raise Misconfigured(f'{where}: unknown key "{key[:60]}"{hint}')


def read_test(table: Mapping[str, object], line: int, where: str) -> RuleTest:
    """Read one ``[[rule.test]]``; ``where`` begins every complaint.

    Raises:
        Misconfigured: a key, type or name is not as it should be.
    """
    refuse_unknown(table, _KEYS, where)
    expect = table.get("expect")
    if expect not in tuple(Expect):
        raise Misconfigured(f"{where}: expect must be one of {', '.join(Expect)}")
    if "image" in table and "case" in table:
        raise Misconfigured(f"{where}: a test looks at an image or at a case, not at both")
    return RuleTest(
        expect=Expect(str(expect)),
        name=_optional(table, "name", where) or "",
        text=_optional(table, "text", where),
        scores=read_scores(table.get("scores"), where),
        given=_given(table.get("given"), where),
        image=_optional(table, "image", where),
        case=_optional(table, "case", where),
        line=line,
    )


def _optional(table: Mapping[str, object], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise Misconfigured(f"{where}: {key} must be a text in quotes")
    return value


def read_scores(written: object, where: str) -> Mapping[Category, float] | None:
    """Read a table of scores, such as ``{ scam = 0.9 }``; None for none.

    Raises:
        Misconfigured: no table, no such category, or not from 0 to 1.
    """
    if written is None:
        return None
    if not isinstance(written, dict):
        raise Misconfigured(f"{where}: scores are written as {{ scam = 0.9 }}")
    for name, score in written.items():
        if name not in tuple(Category):
            raise Misconfigured(f'{where}: no category "{name}"{did_you_mean(name, Category)}')
        if not isinstance(score, int | float) or not 0 <= score <= 1:
            raise Misconfigured(f"{where}: the score of {name} must be from 0 to 1")
    return {Category(name): float(score) for name, score in written.items()}


_PLAIN: Mapping[Kind, type[bool | float | str]] = {
    Kind.BOOL: bool,
    Kind.INT: int,
    Kind.DOUBLE: float,
    Kind.STRING: str,
}


def _given(written: object, where: str) -> Mapping[str, bool | float | str] | None:
    if written is None:
        return None
    if not isinstance(written, dict):
        raise Misconfigured(f'{where}: given is written as {{ "image.count" = 2 }}')
    for name, value in written.items():
        kind = VARIABLES[name].kind if name in VARIABLES else None
        if kind is None or kind not in _PLAIN:
            plain = [known for known, v in VARIABLES.items() if v.kind in _PLAIN]
            raise Misconfigured(f'{where}: "{name}" cannot be given{did_you_mean(name, plain)}')
        if type(value) is not _PLAIN[kind]:
            raise Misconfigured(f"{where}: {name} is of type {kind}, got {value!r:.40}")
    return dict(written)
