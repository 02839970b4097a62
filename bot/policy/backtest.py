"""What a policy would have made of judgements that another one made. Pure: no text, no clock."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from bot.actions.spec import parse
from bot.errors import Misconfigured
from bot.model import EventKind, Mode, Verdict
from bot.policy.cel import Lack
from bot.policy.decide import combined
from bot.policy.effective import Effective
from bot.policy.past import Past
from bot.policy.policy import Policy
from bot.ports import Action

NOT_KEPT = frozenset({"text.content", "text.length", "image.ocr", "image.qr"})
"""Variables that are read from the words of passages, which no record keeps."""


@dataclass(slots=True)
class Decided:
    """The cases that moderators closed, by what they decided. A case counts once."""

    upheld: set[str] = field(default_factory=set)
    overturned: set[str] = field(default_factory=set)

    def add(self, past: Past) -> None:
        """Count the judgement's case, if it was decided."""
        if past.case_id is not None and past.decision is not None:
            kept = self.upheld if past.decision is EventKind.UPHELD else self.overturned
            kept.add(past.case_id)

    @property
    def precision(self) -> float | None:
        """The share that was upheld; None where nothing was decided."""
        total = len(self.upheld) + len(self.overturned)
        return len(self.upheld) / total if total else None

    def recall(self, every: "Decided") -> float | None:
        """The share of all upheld cases that are among these; None where none was upheld."""
        return len(self.upheld & every.upheld) / len(every.upheld) if every.upheld else None


@dataclass(slots=True)
class RuleFigures:
    """One rule: how often it matched then, and how often it would now."""

    then: Counter[Mode] = field(default_factory=Counter)
    now: Counter[Mode] = field(default_factory=Counter)
    gained: int = 0
    """Judgements that it matches now and did not then."""
    lost: int = 0
    unanswered: int = 0
    unrehearsed: int = 0
    """Judgements for which it would need words that were not kept; left out on both sides."""
    decided_then: Decided = field(default_factory=Decided)
    decided: Decided = field(default_factory=Decided)
    """Among what it matches now."""


@dataclass(frozen=True, slots=True)
class Change:
    """A judgement that would come out otherwise."""

    past: Past
    then: tuple[str, ...]
    """What was to be done, as policies write it."""
    now: tuple[str, ...]
    review_then: bool
    review_now: bool
    gained: tuple[str, ...]
    """Live rules that match now and did not then."""
    lost: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """Everything a backtest found."""

    policy: Policy
    judgements: int = 0
    first: datetime | None = None
    last: datetime | None = None
    versions: Counter[str] = field(default_factory=Counter)
    """The policies that judged then."""
    rules: dict[str, RuleFigures] = field(default_factory=dict)
    actions_then: Counter[str] = field(default_factory=Counter)
    actions_now: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    changes: list[Change] = field(default_factory=list)
    """The first of them, as many as were to be kept."""
    decided: Decided = field(default_factory=Decided)
    """Every decided case among the judgements."""
    caught_then: Decided = field(default_factory=Decided)
    caught_now: Decided = field(default_factory=Decided)
    """Those that a live rule matched, or would match."""


class Backtest:
    """Judgements go in one by one; the report grows."""

    def __init__(self, policy: Policy, *, keep: int | None = None) -> None:
        """``keep`` says how many changed outcomes are kept; None keeps all."""
        self.report = Report(policy)
        self._keep = keep
        for rule in policy.rules:
            self._figures(rule.id)

    def note(self, past: Past) -> None:
        """Count what came of a judgement then, and decide nothing anew."""
        self._begin(past)
        for one in past.matched:
            figures = self._figures(one.rule)
            figures.then[one.mode] += 1
            figures.decided_then.add(past)

    def _begin(self, past: Past) -> None:
        report = self.report
        report.judgements += 1
        report.first = report.first or past.judged_at
        report.last = past.judged_at
        report.versions[past.policy_version] += 1
        report.decided.add(past)

    def add(self, past: Past) -> None:
        """Decide a judgement anew and compare."""
        self._begin(past)
        report = self.report
        context = past.context
        where = (context.community_id, context.channel_id, context.channel.parent_id)
        policy = report.policy.at(*where)
        verdict = report.policy.decide(past.assessment, past.context)
        silent = frozenset(self._unanswered(policy, verdict))
        self._count(past, verdict, silent)
        self._compare(past, verdict, silent)

    def _figures(self, rule: str) -> RuleFigures:
        return self.report.rules.setdefault(rule, RuleFigures())

    def _unanswered(self, policy: Effective, verdict: Verdict) -> Iterator[str]:
        """Count what could not be answered; yield those that lacked words no record keeps."""
        if not verdict.unanswered:
            return
        references = {rule.id: rule.when.references for rule in policy.rules}
        for one in verdict.unanswered:
            figures = self._figures(one.rule)
            if one.reason == Lack.TEXT or references[one.rule] & NOT_KEPT:
                figures.unrehearsed += 1
                yield one.rule
            else:
                figures.unanswered += 1

    def _count(self, past: Past, verdict: Verdict, silent: frozenset[str]) -> None:
        then, now = {m.rule for m in past.matched}, {m.rule for m in verdict.matched}
        for one in past.matched:
            figures = self._figures(one.rule)
            figures.then[one.mode] += 1
            figures.lost += one.rule not in now and one.rule not in silent
            figures.decided_then.add(past)
        for one in verdict.matched:
            figures = self._figures(one.rule)
            figures.now[one.mode] += 1
            figures.gained += one.rule not in then
            figures.decided.add(past)

    def _compare(self, past: Past, verdict: Verdict, silent: frozenset[str]) -> None:
        report = self.report
        live_then = [m for m in past.matched if m.mode is Mode.LIVE and m.rule not in silent]
        live_now = [m for m in verdict.matched if m.mode is Mode.LIVE]
        then = _together(tuple(action for m in live_then for action in m.actions))
        now = tuple(map(str, verdict.actions))
        report.actions_then.update(then)
        report.actions_now.update(now)
        if live_then:
            report.caught_then.add(past)
        if live_now:
            report.caught_now.add(past)
        # What a rule that cannot be rehearsed put before people then, it may do again.
        review_then = verdict.needs_review if silent else past.needs_review
        if then != now or review_then != verdict.needs_review:
            report.changed += 1
            if self._keep is not None and report.changed > self._keep:
                return
            before, after = ({m.rule for m in live} for live in (live_then, live_now))
            report.changes.append(
                Change(
                    past,
                    then,
                    now,
                    review_then,
                    verdict.needs_review,
                    tuple(sorted(after - before)),
                    tuple(sorted(before - after)),
                )
            )


@lru_cache(maxsize=10_000)
def _together(written: tuple[str, ...]) -> tuple[str, ...]:
    """The actions of several rules as one, as policies write them.

    What a former version of ours wrote, and this one does not read, stands behind the rest.
    """
    known: list[Action] = []
    former: dict[str, None] = {}
    for one in written:
        try:
            known.append(parse(one))
        except Misconfigured:
            former[one] = None
    return (*map(str, combined(known)), *former)


def backtest(policy: Policy, every: Iterable[Past]) -> Report:
    """Decide all of them anew."""
    test = Backtest(policy)
    for past in every:
        test.add(past)
    return test.report


def reads_words(policy: Policy) -> Sequence[str]:
    """The rules that read words which no record keeps."""
    return [
        rule.id
        for rule in policy.rules
        if rule.mode is not Mode.OFF and rule.when.references & NOT_KEPT
    ]
