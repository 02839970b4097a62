"""A backtest's report and a tuning as JSON documents."""

from collections import Counter
from collections.abc import Mapping

from bot.model import Mode
from bot.policy.backtest import Change, Decided, Report, RuleFigures
from bot.policy.tune import Point, Tuning

Json = Mapping[str, object]


def backtest_document(report: Report) -> Json:
    """Everything a backtest found, every changed outcome included."""
    return {
        "schema": "bifocal.backtest/1",
        "policy": {"name": report.policy.name, "version": report.policy.version},
        "judgements": report.judgements,
        "first": report.first.isoformat() if report.first else None,
        "last": report.last.isoformat() if report.last else None,
        "judged_by": dict(report.versions),
        "rules": {name: _rule(one, report.decided) for name, one in report.rules.items()},
        "actions": {
            name: {"then": report.actions_then[name], "now": report.actions_now[name]}
            for name in sorted({*report.actions_then, *report.actions_now})
        },
        "decided": _decided(report.decided, report.decided),
        "caught_then": _decided(report.caught_then, report.decided),
        "caught_now": _decided(report.caught_now, report.decided),
        "changed": report.changed,
        "changes": [_change(one) for one in report.changes],
    }


def _rule(one: RuleFigures, every: Decided) -> Json:
    return {
        "then": _modes(one.then),
        "now": _modes(one.now),
        "gained": one.gained,
        "lost": one.lost,
        "unanswered": one.unanswered,
        "unrehearsed": one.unrehearsed,
        "decided": _decided(one.decided, every),
    }


def _modes(counts: Counter[Mode]) -> Json:
    return {mode.value: counts[mode] for mode in (Mode.LIVE, Mode.SHADOW)}


def _decided(found: Decided, every: Decided) -> Json:
    return {
        "upheld": len(found.upheld),
        "overturned": len(found.overturned),
        "precision": found.precision,
        "recall": found.recall(every),
    }


def _change(one: Change) -> Json:
    past = one.past
    return {
        "ref": str(past.ref),
        "revision": past.revision,
        "judged_at": past.judged_at.isoformat(),
        "case": past.case_id,
        "decision": past.decision.value if past.decision else None,
        "then": {"actions": one.then, "review": one.review_then},
        "now": {"actions": one.now, "review": one.review_now},
        "gained": one.gained,
        "lost": one.lost,
    }


def tuning_document(found: Tuning) -> Json:
    """The curve and the proposal."""
    return {
        "schema": "bifocal.tuning/1",
        "rule": found.rule,
        "score": found.threshold.category.value,
        "threshold": found.threshold.value,
        "decided": found.decided,
        "curve": [_point(point) for point in found.curve],
        "proposal": _point(found.proposal) if found.proposal else None,
        "refusal": found.refusal,
    }


def _point(point: Point) -> Json:
    return {
        "threshold": point.threshold,
        "upheld": point.upheld,
        "overturned": point.overturned,
        "precision": point.precision,
        "recall": point.recall,
    }
