"""The three presets: what they have in common, and how they differ."""

import pytest

from bot.model import Mode
from bot.policy.policy import Policy, preset_bytes
from bot.policy.trial import try_rules
from tests.builders import a_context, a_media, an_assessment

PRESETS = {
    name: Policy.parse(preset_bytes(name), f"{name}.toml")
    for name in ("relaxed", "standard", "strict")
}


@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_kicks_or_bans(name: str) -> None:
    policy = PRESETS[name]
    steps = policy.base.ladder.steps if policy.base.ladder else ()

    thens = [rule.then for rule in policy.rules] + [step.then for step in steps]
    names = {action.name for then in thens for action in then}

    assert names <= {"annotate", "delete", "flag", "log", "timeout"}


@pytest.mark.parametrize("name", PRESETS)
def test_every_test_beside_a_presets_rules_passes(name: str) -> None:
    assert [tried for tried in try_rules(PRESETS[name].rules) if not tried.passed] == []


@pytest.mark.parametrize("name", PRESETS)
def test_a_moderators_scam_is_never_removed(name: str) -> None:
    removing = [r for r in PRESETS[name].rules if any(a.name == "delete" for a in r.then)]

    spared = {r.id for r in removing if "author.is_moderator" in r.when.references}
    assert {r.id for r in removing} - spared == {"child-safety"}


@pytest.mark.parametrize("name", PRESETS)
def test_a_rule_that_acts_shows_it_to_a_person_too(name: str) -> None:
    silent = [
        r.id
        for r in PRESETS[name].rules
        if r.mode is Mode.LIVE and "flag" not in {action.name for action in r.then}
    ]

    assert silent == []


@pytest.mark.parametrize("name", PRESETS)
def test_an_ordinary_picture_is_left_alone_by_every_preset(name: str) -> None:
    verdict = PRESETS[name].decide(an_assessment(media=[a_media()]), a_context())

    assert (verdict.actions, verdict.needs_review) == ((), False)


@pytest.mark.parametrize(
    ("score", "removed"),
    [(0.6, set()), (0.75, {"strict"}), (0.85, {"strict", "standard"}), (0.95, set(PRESETS))],
)
def test_a_preset_removes_what_a_more_relaxed_one_does(score: float, removed: set[str]) -> None:
    post = an_assessment(media=[a_media()], scam=score)

    found = {
        name
        for name, policy in PRESETS.items()
        if any(action.name == "delete" for action in policy.decide(post, a_context()).actions)
    }

    assert found == removed
