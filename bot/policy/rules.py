"""Typed rules, and changes to inherited ones, read from a policy file's tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.taxonomy import Category
from bot.errors import Misconfigured
from bot.model import Mode
from bot.nearest import did_you_mean
from bot.policy.actions import parsed, written_actions
from bot.policy.cel import Condition, compile_condition
from bot.policy.examples import RuleTest, read_scores, read_test
from bot.policy.ladder import PUNISH
from bot.policy.section import Section
from bot.ports import Action

_LONGEST_BECAUSE = 300
"""Characters of a rule's explanation; it is one sentence on a card."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_RULE_KEYS = ("id", "when", "then", "mode", "because", "test")
_CHANGE_KEYS = ("id", "thresholds", "then", "mode", "because", "test")


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
    punishes: bool = False
    """Whether the ladder's step is added to ``then``."""
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
    """File and line of ``when``, ``then`` and ``mode``, as far as they were written."""

    @property
    def written(self) -> tuple[str, ...]:
        """Its actions as a policy writes them."""
        return (*((PUNISH,) if self.punishes else ()), *map(str, self.then))


@dataclass(frozen=True, slots=True)
class Change:
    """What a preset's heir, a community or a channel makes of an inherited rule."""

    id: str
    thresholds: Mapping[Category, float]
    then: tuple[tuple[Action, ...], bool] | None
    """Actions, and whether the ladder punishes; None: as inherited."""
    mode: Mode | None
    because: str | None
    tests: tuple[RuleTest, ...]
    section: Section


def rule_id(section: Section) -> str:
    """The rule's id.

    Raises:
        Misconfigured: it is missing or not of its form.
    """
    given = section.table.get("id")
    written = given if isinstance(given, str) else ""
    if not _ID.fullmatch(written):
        raise Misconfigured(
            f"{section.where('id')}: id must be lower-case letters, digits, - and _,"
            f' such as id = "scam-link"; got "{written[:60]}"'
        )
    return written


def read_rule(section: Section) -> Rule:
    """Read one ``[[rule]]`` with a condition of its own.

    Raises:
        Misconfigured: anything is not as it should be; names file, line and rule.
    """
    section.only(*_RULE_KEYS)
    name = rule_id(section)
    when = compile_condition(section.text("when"), section.where("when"))
    then, punishes = _then(section)
    return Rule(
        id=name,
        when=when,
        then=then,
        mode=_mode(section) or Mode.LIVE,
        because=_because(section) or f"The rule {name} matched.",
        tests=_tests(section),
        line=section.line,
        punishes=punishes,
        places={key: section.place(key) for key in ("when", "then", "mode")},
    )


def read_change(section: Section) -> Change:
    """Read one ``[[rule]]`` without a condition, which changes the one inherited under its id.

    Raises:
        Misconfigured: anything is not as it should be, or nothing is changed.
    """
    section.only(*_CHANGE_KEYS)
    name = rule_id(section)
    if set(section.table) <= {"id", "test"}:
        raise Misconfigured(f"{section.where()}: it changes nothing; give mode, then or thresholds")
    return Change(
        id=name,
        thresholds=read_scores(section.table.get("thresholds"), section.where("thresholds")) or {},
        then=_then(section) if "then" in section.table else None,
        mode=_mode(section),
        because=_because(section),
        tests=_tests(section),
        section=section,
    )


def _mode(section: Section) -> Mode | None:
    mode = section.table.get("mode")
    if mode is None:
        return None
    if mode not in tuple(Mode):
        hint = did_you_mean(str(mode), Mode) or f"; there are {', '.join(Mode)}"
        raise Misconfigured(f'{section.where("mode")}: unknown mode "{str(mode)[:40]}"{hint}')
    return Mode(str(mode))


def _because(section: Section) -> str | None:
    if "because" not in section.table:
        return None
    because = section.text("because").strip()
    if not 0 < len(because) <= _LONGEST_BECAUSE or not because.isprintable():
        raise Misconfigured(
            f"{section.where('because')}: because is one sentence"
            f" of at most {_LONGEST_BECAUSE} characters"
        )
    return because


def _then(section: Section) -> tuple[tuple[Action, ...], bool]:
    written = written_actions(section, "then")
    own = tuple(one for one in written if one.strip() != PUNISH)
    return parsed(section, "then", own), len(own) < len(written)


def _tests(section: Section) -> tuple[RuleTest, ...]:
    return tuple(
        read_test(
            test.table,
            test.line,
            Section(
                test.document, test.table, test.header, test.line, f"{section.label}, test"
            ).where(),
        )
        for test in section.parts("test")
    )
