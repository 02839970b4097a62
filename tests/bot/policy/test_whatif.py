"""A policy with one rule changed, and how to write the change down."""

import pytest

from analysis.taxonomy import Category
from bot.errors import Misconfigured
from bot.model import Mode
from bot.policy.policy import Policy, preset_bytes
from bot.policy.rules import Rule
from bot.policy.whatif import Wish, as_if, written
from tests.bot.policy.kit import a_policy, a_rule
from tests.builders import a_context, an_assessment

TRIAL = a_rule("scores.scam >= 0.6 && image.count > 0", "delete", name="trial", mode="shadow")
STRICTER = '[[community]]\nid = "G"\n[[community.rule]]\nid = "trial"\nmode = "off"'


def rule(policy: Policy, name: str = "trial") -> Rule:
    return next(one for one in policy.rules if one.id == name)


def test_a_rule_goes_live_and_the_policy_stays_as_it_was() -> None:
    policy = a_policy(TRIAL)
    found = as_if(policy, Wish("trial", Mode.LIVE))

    assert (rule(found).mode, rule(policy).mode) == (Mode.LIVE, Mode.SHADOW)


def test_a_threshold_moves_and_the_rest_of_the_condition_stays() -> None:
    found = as_if(a_policy(TRIAL), Wish("trial", None, {Category.SCAM: 0.71}))

    assert rule(found).when.text == "scores.scam >= 0.71 && image.count > 0"
    assert rule(found).mode is Mode.SHADOW


def test_a_community_that_has_a_word_of_its_own_keeps_it() -> None:
    found = as_if(a_policy(TRIAL, STRICTER), Wish("trial", Mode.LIVE))

    assert [one.mode for one in found.at("G", "c").rules] == [Mode.OFF]


def test_the_changed_policy_decides_by_the_change() -> None:
    policy = as_if(a_policy(a_rule("scores.scam >= 0.6", "delete")), Wish("r", Mode.OFF))

    assert policy.decide(an_assessment(scam=0.9), a_context()).actions == ()


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Wish("trail"), 'there is no rule "trail" that holds everywhere; did you mean "trial"'),
        (Wish("trial", None, {Category.HATE: 0.5}), "the condition has no threshold for hate"),
    ],
)
def test_a_wish_that_cannot_come_true_is_refused(wish: Wish, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        as_if(a_policy(TRIAL), wish)


def test_a_change_to_an_inherited_rule_is_a_table_that_can_be_pasted() -> None:
    preset = Policy.parse(preset_bytes("standard"), "standard.toml")
    wish = Wish("profanity", Mode.LIVE, {Category.PROFANITY: 0.8})
    heir = Policy.parse(b'extends = "standard"', "mine.toml")

    pasted = Policy.parse(f'extends = "standard"\n{written(heir, wish)}'.encode(), "mine.toml")

    assert rule(pasted, "profanity").mode is Mode.LIVE
    assert "0.8" in rule(pasted, "profanity").when.text
    assert rule(preset, "profanity").mode is Mode.SHADOW


def test_a_change_to_a_rule_of_the_file_itself_says_where_it_stands() -> None:
    wish = Wish("trial", Mode.LIVE, {Category.SCAM: 0.71})

    assert written(a_policy(TRIAL), wish).splitlines() == [
        '# policy.toml, line 1, rule "trial"',
        'mode = "live"',
        "# in when, the number behind scores.scam = 0.71",
    ]
