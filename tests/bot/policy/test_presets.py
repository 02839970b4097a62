"""The three presets: what they have in common, and how they differ."""

import pytest

from bot.model import AuthorContext, Mode
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

    assert names <= {
        "annotate", "delete", "flag", "log", "notify author", "strike", "timeout",
    }  # fmt: skip


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


@pytest.mark.parametrize("name", PRESETS)
def test_who_gets_a_strike_is_told_of_it(name: str) -> None:
    thens = [{action.name for action in rule.then} for rule in PRESETS[name].rules]

    assert [then for then in thens if "strike" in then and "notify author" not in then] == []


def test_who_is_punished_by_the_strict_preset_gets_a_strike() -> None:
    punishing = [rule for rule in PRESETS["strict"].rules if rule.punishes]

    assert {rule.id for rule in punishing} >= {"scam", "nudity"}
    assert all("strike" in {action.name for action in rule.then} for rule in punishing)


@pytest.mark.parametrize(
    ("strikes", "done"),
    [(0, None), (1, "timeout 10m"), (2, "timeout 1h"), (3, "timeout 1d"), (4, "timeout 1d")],
)
def test_the_strict_ladder_warns_first_and_then_keeps_away_for_longer(
    strikes: int, done: str | None
) -> None:
    context = a_context(author=AuthorContext(strikes=strikes))
    actions = (
        PRESETS["strict"].decide(an_assessment(media=[a_media()], nudity=0.9), context).actions
    )

    assert "notify author" in map(str, actions)
    assert next((str(one) for one in actions if one.name == "timeout"), None) == done


def test_the_strict_ladder_ends_with_a_person() -> None:
    ladder = PRESETS["strict"].base.ladder

    assert ladder is not None
    assert "flag" in map(str, ladder.steps[-1].then)
