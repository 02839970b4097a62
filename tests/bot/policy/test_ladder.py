"""What punishing comes to, by the author's active strikes."""

import pytest

from bot.errors import Misconfigured
from bot.model import AuthorContext, Matched, Mode
from tests.bot.policy.kit import LADDER, a_policy, a_rule
from tests.builders import a_context, an_assessment

PUNISH = a_rule("scores.scam >= 0.8", "delete", "punish", name="scam")


def done(strikes: int) -> list[str]:
    context = a_context(author=AuthorContext(strikes=strikes))
    return list(map(str, a_policy(PUNISH, LADDER).decide(an_assessment(scam=0.9), context).actions))


@pytest.mark.parametrize(
    ("strikes", "actions"),
    [
        (1, ["delete", "timeout 10m"]),
        (2, ["delete", "timeout 1h"]),
        (3, ["delete", "timeout 1d"]),
        (4, ["delete", "flag"]),
        (99, ["delete", "flag"]),
    ],
)
def test_each_strike_is_answered_by_its_step(strikes: int, actions: list[str]) -> None:
    assert sorted(done(strikes)) == actions


def test_without_strikes_the_first_step_is_taken() -> None:
    policy = a_policy(a_rule("true", "punish"), LADDER)

    (action,) = policy.decide(an_assessment(), a_context()).actions

    assert str(action) == "annotate 'Please mind the rules.'"


def test_the_step_is_written_down_as_what_the_rule_did() -> None:
    context = a_context(author=AuthorContext(strikes=2))
    policy = a_policy(a_rule("true", "punish", mode="shadow"), LADDER)

    assert policy.decide(an_assessment(), context).matched == (
        Matched("r", Mode.SHADOW, ("timeout 1h",)),
    )


def test_a_step_merges_with_the_rules_own_actions() -> None:
    context = a_context(author=AuthorContext(strikes=1))
    policy = a_policy(a_rule("true", "punish", "timeout 1h"), LADDER)

    assert list(map(str, policy.decide(an_assessment(), context).actions)) == ["timeout 1h"]


def test_the_last_step_puts_the_post_before_a_person() -> None:
    context = a_context(author=AuthorContext(strikes=7))
    policy = a_policy(a_rule("true", "punish"), LADDER)

    assert policy.decide(an_assessment(), context).needs_review


def test_a_rule_writes_punish_as_it_was_written() -> None:
    (rule,) = a_policy(PUNISH, LADDER).rules

    assert rule.written == ("punish", "delete")


@pytest.mark.parametrize(
    ("ladder", "message"),
    [
        ("", r"policy.toml:4: rule \"scam\": punish needs a \[\[ladder\]\]"),
        ('[[ladder]]\nstrikes = 1\nthen = ["flag"]', "policy.toml:7: .*first step has strikes = 0"),
        ('[[ladder]]\nstrikes = 0\nthen = ["log"]', "policy.toml:8: .*a person decides at its end"),
        ('[[ladder]]\nstrikes = 0\nthen = ["flag"]\n' * 2, "policy.toml:10: .*strikes must rise"),
        ('[[ladder]]\nstrikes = true\nthen = ["flag"]', "strikes is a count"),
        ('[[ladder]]\nthen = ["flag"]', "policy.toml:6: ladder: strikes is a count"),
        ('[[ladder]]\nstrikes = 0\nthen = ["punish"]', 'unknown action "punish"'),
        ('[[ladder]]\nstrikes = 0\nthen = ["flag"]\nfor = "1h"', 'unknown key "for"'),
        ("[ladder]", r"ladder is written as \[\[ladder\]\]"),
    ],
)
def test_a_ladder_that_leads_nowhere_is_refused(ladder: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        a_policy(PUNISH.rstrip("\n"), ladder)


def test_what_a_policy_may_ask_for_counts_every_step() -> None:
    found = {str(action) for action in a_policy(PUNISH, LADDER).may_ask()}

    assert found >= {"delete", "timeout 10m", "timeout 1d", "flag"}
