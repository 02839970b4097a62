"""A threshold from what moderators decided."""

import pytest

from bot.errors import Misconfigured
from bot.model import EventKind
from bot.policy.past import Past
from bot.policy.tune import Tuner, Tuning
from tests.bot.policy.kit import a_policy, a_rule
from tests.bot.policy.past import a_past

UPHELD, OVERTURNED = EventKind.UPHELD, EventKind.OVERTURNED
POLICY = a_policy(
    a_rule("scores.scam >= 0.5 && !author.is_bot", name="scam"),
    a_rule("scores.nudity >= 0.5 || scores.gore > 0.5", name="adult"),
    a_rule("author.is_bot", name="bots"),
    a_rule("scores.hate >= 0.5", name="off", mode="off"),
)


def decided(*scores: float, upheld: bool, first: int = 0) -> list[Past]:
    decision = UPHELD if upheld else OVERTURNED
    return [a_past(first + n, decision=decision, scam=score) for n, score in enumerate(scores)]


def tuned(past: list[Past], precision: float = 0.9, rule: str = "scam") -> Tuning:
    tuner = Tuner(POLICY, rule)
    for one in past:
        tuner.add(one)
    return tuner.tuning(precision)


MIXED = decided(*([0.9] * 30), upheld=True) + decided(*([0.6] * 20), upheld=False, first=100)


def test_the_lowest_threshold_that_is_precise_enough_is_proposed() -> None:
    found = tuned(MIXED)

    assert found.proposal is not None
    assert (found.proposal.threshold, found.proposal.decided) == (0.61, 30)
    assert found.proposal.precision == 1.0


def test_what_is_precise_enough_already_is_proposed_as_low_as_something_is_known() -> None:
    found = tuned(MIXED, precision=0.6)

    assert found.proposal is not None
    assert found.proposal.threshold == 0.6


def test_it_refuses_to_propose_from_too_few() -> None:
    found = tuned(decided(*([0.9] * 19), upheld=True))

    assert found.proposal is None
    assert found.refusal == "Only 19 decided cases are within the rule's reach; it takes 20."


def test_it_refuses_where_no_threshold_is_precise_enough() -> None:
    found = tuned(MIXED + decided(*([0.95] * 20), upheld=False, first=200))

    assert found.proposal is None
    assert found.refusal.startswith("No threshold reaches 0.90 on 20 decided cases or more")


def test_a_few_right_ones_at_the_top_make_no_proposal() -> None:
    past = decided(*([0.6] * 30), upheld=False) + decided(0.9, 0.91, upheld=True, first=100)

    assert tuned(past).proposal is None


def test_the_curve_begins_at_the_lowest_that_was_decided() -> None:
    assert tuned(MIXED).curve[0].threshold == 0.6


def test_nothing_decided_is_no_curve() -> None:
    found = tuned([a_past(1, scam=0.9)])

    assert (found.curve, found.decided) == ((), 0)


def test_a_case_counts_once_as_it_was_last_judged() -> None:
    past = [a_past(n, case="one", decision=UPHELD, scam=0.5 + n / 10) for n in (1, 2)]

    assert [point.threshold for point in tuned(past).curve] == [0.7]


def test_what_the_rest_of_the_condition_excludes_does_not_count() -> None:
    tuner = Tuner(a_policy(a_rule("scores.scam >= 0.5 && author.is_bot", name="scam")), "scam")
    for one in MIXED:
        tuner.add(one)

    assert tuner.tuning(0.9).decided == 0


@pytest.mark.parametrize(
    ("rule", "category", "message"),
    [
        ("scma", None, 'no rule "scma" to tune; did you mean "scam"'),
        ("off", None, 'no rule "off" to tune'),
        ("bots", None, "compares no score with a number"),
        ("adult", None, "has thresholds for gore, nudity; name one with --score"),
        ("adult", "scam", "has thresholds for gore, nudity"),
        ("adult", "nudty", 'no category "nudty"; did you mean "nudity"'),
    ],
)
def test_what_cannot_be_tuned_is_said(rule: str, category: str | None, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        Tuner(POLICY, rule, category)


def test_one_of_several_scores_can_be_named() -> None:
    assert Tuner(POLICY, "adult", "gore").threshold.category == "gore"
