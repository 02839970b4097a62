"""What ``bifocal policy`` prints: plain lines, the same in a terminal, a file and a test."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.model import EventKind, Mode
from bot.policy.backtest import Change, Decided, Report, RuleFigures
from bot.policy.effective import Effective
from bot.policy.explain import Came, Explained
from bot.policy.past import Past
from bot.policy.rules import Rule
from bot.policy.trial import Tried
from bot.policy.tune import Point, Tuning
from bot.review.why import Why

SHOWN = 20
"""Changed outcomes that are printed unless all are asked for."""
_WIDTH = 30
"""Characters of the longest bar of a curve."""


def columns(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Rows as lines, their cells beneath each other."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def effective(name: str, where: str, rules: Effective) -> Iterator[str]:
    """A policy as it holds in one place."""
    yield f"{name}, version {rules.version}{where}"
    for rule in rules.rules:
        yield ""
        yield from _rule(rule)
    for one in rules.exemptions:
        of = f"from {', '.join(sorted(one.rules))}" if one.rules else "from every rule"
        yield ""
        yield f"exempt {of}: {one}  ({one.place})"
    if rules.ladder:
        yield ""
        yield "ladder, by active strikes:"
        for step in rules.ladder.steps:
            yield f"  {step.strikes}  {', '.join(map(str, step.then))}  ({step.place})"


def _rule(rule: Rule) -> Iterator[str]:
    yield f"{rule.id}: {rule.mode}{_at(rule, 'mode')}"
    yield f"  when  {' '.join(rule.when.text.split())}{_at(rule, 'when')}"
    yield f"  then  {', '.join(rule.written)}{_at(rule, 'then')}"


def _at(rule: Rule, key: str) -> str:
    return f"  ({rule.places[key]})" if rule.places.get(key) else ""


def stats(report: Report) -> Iterator[str]:
    """How often each rule matched then, live and in shadow, and what moderators made of it."""
    yield _span(report)
    rows = [("rule", "live", "shadow", "upheld", "overturned", "precision")]
    silent = 0
    for rule, one in report.rules.items():
        if not one.then:
            silent += 1
            continue
        counts = (str(one.then[Mode.LIVE]), str(one.then[Mode.SHADOW]))
        rows.append((rule, *counts, *_decided(one.decided_then)))
    yield ""
    yield from columns(rows, frozenset(range(1, 6)))
    if silent:
        yield f"{silent} rules matched nothing."


def _span(report: Report) -> str:
    if report.first is None or report.last is None:
        return "0 judgements."
    return (
        f"{report.judgements} judgements, {report.first:%Y-%m-%d %H:%M} to"
        f" {report.last:%Y-%m-%d %H:%M} UTC."
    )


def _decided(found: Decided) -> tuple[str, str, str]:
    return str(len(found.upheld)), str(len(found.overturned)), _share(found.precision)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"


def backtest(report: Report, *, every_change: bool) -> Iterator[str]:
    """The whole report, the changed outcomes last."""
    policy = report.policy
    yield _span(report)
    before = ", ".join(version for version, _ in report.versions.most_common(3)) or "nothing"
    yield f"Candidate {policy.name}, version {policy.version}; judged then by {before}."
    yield ""
    yield from _rules(report)
    yield ""
    yield from _actions(report.actions_then, report.actions_now)
    yield ""
    yield from _caught(report)
    for rule, one in report.rules.items():
        if one.unrehearsed:
            yield (
                f"{rule}: {one.unrehearsed} judgements need words that no record keeps;"
                " left out on both sides."
            )
    yield from _changes(report, every_change=every_change)


def _rules(report: Report) -> Iterator[str]:
    head = ("rule", "then", "now", "gained", "lost", "upheld", "overturned", "precision", "recall")
    rows: list[tuple[str, ...]] = [head]
    silent = 0
    for rule, one in report.rules.items():
        if not (one.then or one.now or one.unanswered or one.unrehearsed):
            silent += 1
            continue
        rows.append((rule, *_row(one, report.decided)))
    yield from columns(rows, frozenset(range(1, len(head))))
    if silent:
        yield f"{silent} rules matched nothing, then or now."


def _row(one: RuleFigures, every: Decided) -> Iterator[str]:
    yield _modes(one.then)
    yield _modes(one.now)
    yield str(one.gained)
    yield str(one.lost)
    yield from _decided(one.decided)
    yield _share(one.decided.recall(every))


def _modes(counts: Counter[Mode]) -> str:
    found = [f"{counts[mode]} {mode}" for mode in (Mode.LIVE, Mode.SHADOW) if counts[mode]]
    return ", ".join(found) or "0"


def _actions(then: Counter[str], now: Counter[str]) -> Iterator[str]:
    rows = [("action", "then", "now")]
    rows += [(name, str(then[name]), str(now[name])) for name in sorted({*then, *now})]
    yield from columns(rows, frozenset({1, 2}))


def _caught(report: Report) -> Iterator[str]:
    every = report.decided
    total = len(every.upheld) + len(every.overturned)
    yield (
        f"Moderators decided {total} of these cases: {len(every.upheld)} upheld,"
        f" {len(every.overturned)} overturned."
    )
    if total:
        for name, found in (("then", report.caught_then), ("now", report.caught_now)):
            yield (
                f"Live rules {name}: precision {_share(found.precision)},"
                f" recall {_share(found.recall(every))}."
            )


def _changes(report: Report, *, every_change: bool) -> Iterator[str]:
    yield f"{report.changed} outcomes would change{':' if report.changed else '.'}"
    shown = report.changes if every_change else report.changes[:SHOWN]
    for one in shown:
        yield from _change(one)
    if len(shown) < report.changed:
        yield f"... and {report.changed - len(shown)} more; see all of them with --all or --json."


def _change(one: Change) -> Iterator[str]:
    past = one.past
    case = f"  case {past.case_id}" if past.case_id else ""
    decided = f", {past.decision}" if past.decision else ""
    yield f"{past.judged_at:%Y-%m-%d %H:%M}  {past.ref}{case}{decided}"
    yield f"  - {_outcome(one.then, one.lost, review=one.review_then)}"
    yield f"  + {_outcome(one.now, one.gained, review=one.review_now)}"


def _outcome(actions: Iterable[str], rules: Iterable[str], *, review: bool) -> str:
    done = ", ".join(actions) or ("put before a person" if review else "nothing")
    names = ", ".join(rules)
    return f"{done}  ({names})" if names else done


def tuning(found: Tuning) -> Iterator[str]:
    """The curve as bars, then the proposal."""
    now = found.threshold
    written = f"scores.{now.category} >= {now.value:g}"
    yield f"{found.rule}: {written} now; {found.decided} decided cases."
    if found.curve:
        yield ""
        yield "threshold  precision" + " " * (_WIDTH - 1) + "decided  recall"
        yield from (_bar(point) for point in _thinned(found.curve))
        yield "Below the first line nothing is known: what nobody was shown was never decided."
    yield ""
    if found.proposal is None:
        yield f"No proposal. {found.refusal}"
        return
    point = found.proposal
    yield (
        f"Proposal: scores.{now.category} >= {point.threshold:.2f}, precision"
        f" {point.precision:.2f}, recall {point.recall:.2f},"
        f" from {point.decided} decided cases."
    )


def _thinned(curve: Sequence[Point]) -> Iterator[Point]:
    """The first point and each twentieth: 0.55, 0.60 …"""
    for at, point in enumerate(curve):
        if at == 0 or round(point.threshold * 100) % 5 == 0:
            yield point


def _bar(point: Point) -> str:
    bar = "#" * round(point.precision * _WIDTH)
    counts = f"{point.decided:7}  {point.recall:6.2f}"
    return f"{point.threshold:9.2f}  {point.precision:4.2f} {bar:<{_WIDTH}}  {counts}"


def explained(found: Iterable[Explained]) -> Iterator[str]:
    """Rules taken apart: each part with what it read."""
    for one in found:
        reason = f": {one.reason}" if one.reason else ""
        mode = f" ({one.rule.mode})" if one.rule.mode is Mode.SHADOW else ""
        yield ""
        yield f"{one.rule.id}{mode}: {one.came}{reason}"
        if one.came is not Came.OFF:
            yield from (f"  {line}" for line in parts(one))


def parts(one: Explained) -> Iterator[str]:
    """The parts of one rule's condition."""
    words = {True: "yes", False: "no", None: "?"}
    rows = [
        (words[part.answer], part.text, "; ".join(f"{name} = {value}" for name, value in part.read))
        for part in one.parts
    ]
    # Long conditions would push the values out of sight.
    for answer, text, read in rows:
        yield f"{answer:<3}  {text}"
        if read:
            yield f"     {read}"


def why(found: Why, rules: Sequence[Explained]) -> Iterator[str]:
    """What was judged of a message, and its rules taken apart."""
    for past in found.judgements:
        yield judged(past)
    if not found.same_policy:
        policy = found.policy
        yield f"What follows is by {policy.name}, version {policy.version}, which is another."
    if not any(one.came is Came.MATCH for one in rules):
        yield "No rule matches; the nearest come first."
    yield from explained(rules)


def judged(past: Past) -> str:
    """When a judgement was made, by which policy, and what matched."""
    matched = ", ".join(
        f"{one.rule}{' (shadow)' if one.mode is Mode.SHADOW else ''}" for one in past.matched
    )
    decided = {EventKind.UPHELD: " Upheld.", EventKind.OVERTURNED: " Overturned."}
    return (
        f"{past.ref}, revision {past.revision}, judged {past.judged_at:%Y-%m-%d %H:%M} UTC by"
        f" policy {past.policy_version}: {matched or 'no rule matched'}."
        f"{decided.get(past.decision, '') if past.decision else ''}"
    )


def tried(where: str, one: Tried) -> Iterator[str]:
    """One test; where it failed, why."""
    name = one.test.name or f"line {one.test.line}"
    place = f"{where}: " if where else ""
    if one.passed:
        yield f"ok      {place}{one.rule}: {name}"
        return
    got = one.got or "nothing, for it could not be looked at"
    yield f"FAILED  {place}{one.rule}: {name}: expected {one.test.expect}, got {got}"
    for reason in one.unseen:
        yield f"        could not be looked at: {reason}"
    if one.explained:
        yield from (f"        {line}" for line in parts(one.explained))
