"""What a candidate would have made of the past."""

import json

from bot.model import Context, EventKind, Matched, Mode
from bot.policy.backtest import Backtest, backtest
from bot.policy.policy import Policy
from bot.policy.report import backtest_document
from tests.bot.policy.kit import a_policy, a_rule
from tests.bot.policy.past import a_past

UPHELD, OVERTURNED = EventKind.UPHELD, EventKind.OVERTURNED
THEN = Matched("scam", Mode.LIVE, ("delete", "flag"))
CANDIDATE = a_policy(a_rule("scores.scam >= 0.8", "delete", "flag", name="scam"))


def test_what_comes_out_the_same_is_no_change() -> None:
    report = backtest(CANDIDATE, [a_past(1, THEN, scam=0.9), a_past(2, scam=0.1)])

    assert (report.judgements, report.changes) == (2, [])


def test_what_a_rule_would_let_go_is_a_change() -> None:
    (change,) = backtest(CANDIDATE, [a_past(1, THEN, scam=0.7)]).changes

    assert (change.then, change.now, change.lost) == (("delete", "flag"), (), ("scam",))
    assert (change.review_then, change.review_now) == (True, False)


def test_what_a_rule_would_catch_is_a_change() -> None:
    report = backtest(CANDIDATE, [a_past(1, scam=0.9)])

    assert [change.gained for change in report.changes] == [("scam",)]
    assert report.rules["scam"].gained == 1
    assert report.actions_now == {"delete": 1, "flag": 1}


def test_a_rule_in_shadow_is_counted_and_changes_nothing() -> None:
    shadow = a_policy(a_rule("scores.scam >= 0.8", "delete", name="scam", mode="shadow"))

    report = backtest(shadow, [a_past(1, scam=0.9)])

    assert report.rules["scam"].now == {Mode.SHADOW: 1}
    assert report.changes == []


def test_a_shadow_match_of_then_is_shown_beside_the_live_ones() -> None:
    then = Matched("scam", Mode.SHADOW, ("delete",))

    report = backtest(CANDIDATE, [a_past(1, then, scam=0.9)])

    assert report.rules["scam"].then == {Mode.SHADOW: 1}
    assert [change.then for change in report.changes] == [()]


def test_a_rule_that_is_no_more_is_counted_too() -> None:
    gone = Matched("gone", Mode.LIVE, ("flag",))

    report = backtest(CANDIDATE, [a_past(1, gone, scam=0.1)])

    assert report.rules["gone"].lost == 1


def test_precision_and_recall_are_of_what_moderators_decided() -> None:
    past = [
        a_past(1, THEN, decision=UPHELD, scam=0.95),
        a_past(2, THEN, decision=UPHELD, scam=0.7),
        a_past(3, THEN, decision=OVERTURNED, scam=0.85),
        a_past(4, THEN, scam=0.9),
    ]

    report = backtest(CANDIDATE, past)

    figures = report.rules["scam"]
    assert figures.decided_then.precision == 2 / 3
    assert figures.decided.precision == 1 / 2
    assert figures.decided.recall(report.decided) == 1 / 2
    assert report.caught_now.recall(report.decided) == 1 / 2


def test_a_case_with_several_judgements_counts_once() -> None:
    past = [a_past(n, THEN, case="one", decision=UPHELD, scam=0.9) for n in range(3)]

    assert len(backtest(CANDIDATE, past).rules["scam"].decided.upheld) == 1


def test_where_nothing_was_decided_there_is_no_precision() -> None:
    assert backtest(CANDIDATE, [a_past(1, THEN, scam=0.9)]).rules["scam"].decided.precision is None


WORDS = a_rule("text.content.contains('nitro')", "delete", name="words")


def test_a_rule_that_reads_words_is_left_out_on_both_sides() -> None:
    """The words of passages are never written down; a rule is not blamed for that."""
    then = Matched("words", Mode.LIVE, ("delete",))

    report = backtest(a_policy(WORDS), [a_past(1, then, text="")])

    assert (report.rules["words"].unrehearsed, report.changes) == (1, [])
    assert report.rules["words"].lost == 0


def test_what_such_a_rule_put_before_people_is_no_change_either() -> None:
    then = Matched("words", Mode.LIVE, ("flag",))

    report = backtest(a_policy(WORDS), [a_past(1, then, text="", review=True)])

    assert report.changes == []


def test_a_rule_over_the_words_of_facts_is_left_out_too() -> None:
    rule = a_rule("facts.exists(f, f.kind == 'caption' && f.value.contains('x'))", name="words")

    report = backtest(a_policy(rule), [a_past(1, text="")])

    assert report.rules["words"].unrehearsed == 1


def test_what_nobody_was_asked_is_unanswered() -> None:
    rule = a_rule("scores.nudity >= 0.5", name="nudity")

    report = backtest(a_policy(rule), [a_past(1, nudity=None)])

    assert report.rules["nudity"].unanswered == 1


def test_each_channel_is_judged_by_its_own_rules() -> None:
    policy = Policy.parse(
        (
            a_rule("scores.scam >= 0.8", name="scam")
            + '[[community]]\nid = "g2"\n[[community.rule]]\nid = "scam"\nmode = "off"\n'
        ).encode(),
        "p",
    )
    past = [a_past(n, context=Context(f"g{n}", "c"), scam=0.9) for n in (1, 2)]

    assert backtest(policy, past).rules["scam"].now == {Mode.LIVE: 1}


def test_an_exemption_of_the_candidate_is_rehearsed() -> None:
    policy = a_policy(a_rule("true", name="all"), '[[exempt]]\nchannels = ["c1"]')

    assert backtest(policy, [a_past(1)]).rules["all"].now == {}


def test_the_document_holds_every_change() -> None:
    report = backtest(CANDIDATE, [a_past(n, scam=0.9) for n in range(100)])

    document = json.loads(json.dumps(backtest_document(report)))

    assert len(document["changes"]) == 100
    assert document["rules"]["scam"]["now"] == {"live": 100, "shadow": 0}


def test_what_a_former_version_did_is_told_as_it_was_written() -> None:
    then = Matched("scam", Mode.LIVE, ("delete", "banish forever"))

    (change,) = backtest(CANDIDATE, [a_past(1, then, scam=0.9)]).changes

    assert change.then == ("delete", "banish forever")


def test_only_as_many_changes_are_kept_as_are_wanted() -> None:
    run = Backtest(CANDIDATE, keep=2)
    for number in range(5):
        run.add(a_past(number, scam=0.9))

    assert (run.report.changed, len(run.report.changes)) == (5, 2)
