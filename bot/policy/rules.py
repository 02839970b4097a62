"""Typed rules, read from a policy file's tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.actions import spec
from bot.errors import Misconfigured
from bot.model import Mode
from bot.nearest import did_you_mean
from bot.policy.cel import Condition, compile_condition
from bot.policy.examples import RuleTest, read_test, refuse_unknown
from bot.policy.source import Document
from bot.ports import Action

MOST_RULES = 500
"""Rules of one file; chosen by eye, 50 is a large policy."""
_LONGEST_BECAUSE = 300
"""Characters of a rule's explanation; it is one sentence on a card."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_RULE_KEYS = ("id", "when", "then", "mode", "because", "test")
_FILE_KEYS = ("rule",)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of policy: when this holds, do that."""

    id: str
    when: Condition
    then: tuple[Action, ...]
    mode: Mode
    because: str
    """One sentence for moderators; made from the id where the file has none."""
    tests: tuple[RuleTest, ...]
    line: int
    """Where it stands in its file; 0 where that is not known."""


def read_rules(document: Document) -> tuple[Rule, ...]:
    """Read every rule of a file, in order.

    Raises:
        Misconfigured: anything is not as it should be; names file, line and rule.
    """
    for key in document.tables:
        refuse_unknown([key], _FILE_KEYS, _at(document, document.line_of_key(key, 0)))
    tables = document.tables.get("rule")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise Misconfigured(f"{document.name}: it holds no rules; write them as [[rule]]")
    if not 0 < len(tables) <= MOST_RULES:
        raise Misconfigured(f"{document.name}: {len(tables)} rules; 1 to {MOST_RULES} are read")
    lines = document.lines_of("rule")
    if len(lines) != len(tables):  # written inline, as rule = [{…}]
        lines = [0] * len(tables)
    rules = tuple(
        _Table(document, table, line).rule() for table, line in zip(tables, lines, strict=True)
    )
    _refuse_twins(document, rules)
    return rules


def _refuse_twins(document: Document, rules: tuple[Rule, ...]) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        first = seen.setdefault(rule.id, rule)
        if first is not rule:
            raise Misconfigured(
                f'{_at(document, rule.line)}: rule "{rule.id}" is there already,'
                f" on line {first.line}; ids are used once"
            )


def _at(document: Document, line: int) -> str:
    return f"{document.name}:{line}" if line else document.name


class _Table:
    """One ``[[rule]]`` being read; every complaint begins with its place."""

    def __init__(self, document: Document, table: Mapping[str, object], line: int) -> None:
        self._document = document
        self._table = table
        self._line = line
        given = table.get("id")
        self._id = given if isinstance(given, str) else ""

    def rule(self) -> Rule:
        for key in self._table:
            refuse_unknown([key], _RULE_KEYS, self._where(key))
        if not _ID.fullmatch(self._id):
            raise Misconfigured(
                f"{self._where('id')}: id must be lower-case letters, digits, - and _,"
                f' such as id = "scam-link"; got "{self._id[:60]}"'
            )
        return Rule(
            id=self._id,
            when=compile_condition(self._text("when"), self._where("when")),
            then=self._actions(),
            mode=self._mode(),
            because=self._because(),
            tests=self._tests(),
            line=self._line,
        )

    def _where(self, key: str) -> str:
        line = self._document.line_of_key(key, self._line) if self._line else 0
        return _at(self._document, line) + (f': rule "{self._id[:64]}"' if self._id else "")

    def _text(self, key: str) -> str:
        value = self._table.get(key)
        if not isinstance(value, str):
            missing = "is missing" if value is None else "must be a text in quotes"
            raise Misconfigured(f"{self._where(key)}: {key} {missing}")
        return value

    def _mode(self) -> Mode:
        mode = self._table.get("mode", Mode.LIVE)
        if mode not in tuple(Mode):
            hint = did_you_mean(str(mode), Mode) or f"; there are {', '.join(Mode)}"
            raise Misconfigured(f'{self._where("mode")}: unknown mode "{str(mode)[:40]}"{hint}')
        return Mode(str(mode))

    def _because(self) -> str:
        if "because" not in self._table:
            return f"The rule {self._id} matched."
        because = self._text("because").strip()
        if not 0 < len(because) <= _LONGEST_BECAUSE or not because.isprintable():
            raise Misconfigured(
                f"{self._where('because')}: because is one sentence"
                f" of at most {_LONGEST_BECAUSE} characters"
            )
        return because

    def _actions(self) -> tuple[Action, ...]:
        written = self._table.get("then")
        if not isinstance(written, list) or not written:
            raise Misconfigured(
                f'{self._where("then")}: then must list at least one action, such as ["flag"]'
            )
        return spec.merge(self._action(one) for one in written)

    def _action(self, written: object) -> Action:
        if not isinstance(written, str):
            raise Misconfigured(f"{self._where('then')}: an action is a text in quotes")
        try:
            return spec.parse(written)
        except Misconfigured as exc:
            raise Misconfigured(f"{self._where('then')}: {exc}") from exc

    def _tests(self) -> tuple[RuleTest, ...]:
        written = self._table.get("test", [])
        if not isinstance(written, list) or not all(isinstance(one, dict) for one in written):
            raise Misconfigured(f"{self._where('test')}: tests are written as [[rule.test]]")
        lines = self._document.lines_of("rule.test", self._line)
        if len(lines) != len(written):  # written inline, as test = [{…}]
            lines = [self._line] * len(written)
        return tuple(
            read_test(one, line, f'{_at(self._document, line)}: rule "{self._id}", test')
            for one, line in zip(written, lines, strict=True)
        )
