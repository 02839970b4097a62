"""Tests that stand beside rules."""

from bot.policy.examples import Expect
from bot.policy.policy import Policy
from bot.policy.trial import Tried, try_rules

DESIGN = """
[[rule]]
id = "scam-screenshot"
when = "scores.scam >= 0.8 && image.count > 0 && author.days_in_community < 30.0"
then = ["delete", "timeout 1h", "log"]
"""


def tried(test: str) -> Tried:
    policy = Policy.parse(f"{DESIGN}[[rule.test]]\n{test}".encode(), "p")
    return next(iter(try_rules(policy.rules)))


def test_a_post_has_a_picture_and_a_new_author_unless_it_says_otherwise() -> None:
    assert tried('text = "free nitro"\nscores = { scam = 0.9 }\nexpect = "match"').passed


def test_scores_that_are_not_given_are_low() -> None:
    assert tried('text = "hello"\nexpect = "no match"').passed


def test_other_values_can_be_given() -> None:
    given = 'scores = { scam = 0.9 }\ngiven = { "image.count" = 0 }\nexpect = "no match"'

    assert tried(given).passed


def test_a_test_that_is_wrong_says_what_came_out() -> None:
    outcome = tried('scores = { scam = 0.9 }\nexpect = "no match"')

    assert (outcome.passed, outcome.got) == (False, Expect.MATCH)


def test_a_test_with_a_picture_is_not_run_on_words() -> None:
    assert tried('image = "a.png"\nexpect = "match"').got is None
