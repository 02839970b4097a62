"""What communities and channels make of the rules they inherit."""

from hashlib import sha256

import pytest

from bot.actions.delete import Delete
from bot.actions.flag import Flag
from bot.actions.log import Log
from bot.errors import Misconfigured
from bot.model import Channel, Context, Mode, Verdict
from bot.policy.effective import Effective
from bot.policy.policy import Policy
from bot.policy.rules import Rule
from tests.bot.policy.kit import LADDER, a_policy, a_rule
from tests.builders import an_assessment

SCAM = a_rule("scores.scam >= 0.8 && !author.is_bot", "delete", name="scam")
HATE = a_rule("scores.hate >= 0.5", "flag", name="hate")
COMMUNITY = '[[community]]\nid = "G1"\n'
CHANNEL = '[[channel]]\nid = "C1"\n'


def of_community(*lines: str) -> str:
    return COMMUNITY + "".join(f"[[community.rule]]\n{line}\n" for line in lines)


def of_channel(*lines: str, community: str = "") -> str:
    named = f'community = "{community}"\n' if community else ""
    return CHANNEL + named + "".join(f"[[channel.rule]]\n{line}\n" for line in lines)


def rule(found: Effective, name: str) -> Rule:
    return next(one for one in found.rules if one.id == name)


def judged(policy: Policy, community: str, channel: str, **scores: float) -> Verdict:
    return policy.decide(an_assessment(scores=scores), Context(community, channel))


def test_where_nothing_says_otherwise_the_file_holds() -> None:
    policy = a_policy(SCAM, of_community('id = "scam"\nmode = "off"'))

    assert policy.at("G2", "C1") is policy.base


def test_a_community_can_switch_a_rule_off() -> None:
    policy = a_policy(SCAM, of_community('id = "scam"\nmode = "off"'))

    assert judged(policy, "G1", "C1", scam=0.9).matched == ()
    assert judged(policy, "G2", "C1", scam=0.9).actions == (Delete(),)


def test_a_community_can_put_a_rule_in_shadow() -> None:
    policy = a_policy(SCAM, of_community('id = "scam"\nmode = "shadow"'))

    assert [m.mode for m in judged(policy, "G1", "C1", scam=0.9).matched] == [Mode.SHADOW]


def test_a_community_can_do_something_else() -> None:
    policy = a_policy(SCAM, of_community('id = "scam"\nthen = ["log", "flag"]'))

    assert judged(policy, "G1", "C1", scam=0.9).actions == (Flag(), Log())


def test_a_community_can_set_a_threshold() -> None:
    policy = a_policy(SCAM, of_community('id = "scam"\nthresholds = { scam = 0.95 }'))

    assert rule(policy.at("G1", "x"), "scam").when.text == "scores.scam >= 0.95 && !author.is_bot"
    assert judged(policy, "G1", "C1", scam=0.9).matched == ()


def test_a_community_can_add_a_rule() -> None:
    policy = a_policy(SCAM, of_community('id = "mine"\nwhen = "true"\nthen = ["log"]'))

    assert [one.id for one in policy.at("G1", "C1").rules] == ["scam", "mine"]
    assert [one.id for one in policy.at("G2", "C1").rules] == ["scam"]


def test_a_channel_prevails_over_its_community_and_that_over_the_file() -> None:
    policy = a_policy(
        SCAM,
        of_community('id = "scam"\nmode = "shadow"\nthen = ["log"]'),
        of_channel('id = "scam"\nmode = "live"'),
    )

    found = rule(policy.at("G1", "C1"), "scam")

    assert (found.mode, found.then) == (Mode.LIVE, (Log(),))


def test_thresholds_of_several_layers_add_up() -> None:
    policy = a_policy(
        a_rule("scores.scam >= 0.8 || scores.hate > 0.5", name="bad"),
        of_community('id = "bad"\nthresholds = { scam = 0.9123 }'),
        of_channel('id = "bad"\nthresholds = { hate = 0.6 }'),
    )

    text = rule(policy.at("G1", "C1"), "bad").when.text

    assert text == "scores.scam >= 0.9123 || scores.hate > 0.6"


def test_a_channel_without_a_community_is_meant_wherever_it_is() -> None:
    policy = a_policy(SCAM, of_channel('id = "scam"\nmode = "off"'))

    assert judged(policy, "anywhere", "C1", scam=0.9).matched == ()


def test_a_channels_rules_hold_in_its_threads() -> None:
    policy = a_policy(SCAM, of_channel('id = "scam"\nmode = "off"'))
    thread = Context("G1", "T1", Channel("talk", "thread", parent_id="C1", parent="memes"))

    assert policy.decide(an_assessment(scam=0.9), thread).matched == ()
    assert judged(policy, "G1", "T1", scam=0.9).matched != ()


def test_a_threads_own_rules_prevail() -> None:
    own = '[[channel]]\nid = "T1"\n[[channel.rule]]\nid = "hate"\nmode = "off"\n'
    policy = a_policy(SCAM, HATE, of_channel('id = "scam"\nmode = "off"'), own)

    assert rule(policy.at("G1", "T1", "C1"), "hate").mode is Mode.OFF
    assert rule(policy.at("G1", "T1", "C1"), "scam").mode is Mode.LIVE


def test_a_channel_of_another_community_is_another() -> None:
    policy = a_policy(SCAM, of_channel('id = "scam"\nmode = "off"', community="G1"))

    assert judged(policy, "G2", "C1", scam=0.9).actions == (Delete(),)


def test_a_channel_passes_over_a_rule_that_only_another_community_has() -> None:
    policy = a_policy(
        SCAM,
        of_community('id = "mine"\nwhen = "true"\nthen = ["log"]'),
        of_channel('id = "mine"\nmode = "off"'),
    )

    assert [one.id for one in policy.at("G2", "C1").rules] == ["scam"]


def test_each_part_says_where_it_came_from() -> None:
    policy = a_policy(SCAM, of_community('id = "scam"\nthresholds = { scam = 0.9 }\nmode = "off"'))

    places = rule(policy.at("G1", "C1"), "scam").places

    assert places["when"] == "policy.toml:3, policy.toml:11 (community G1)"
    assert places["then"] == "policy.toml:4"
    assert places["mode"] == "policy.toml:12 (community G1)"


def test_a_file_may_extend_a_preset() -> None:
    policy = a_policy('extends = "standard"', '[[rule]]\nid = "scam"\nthen = ["log"]')

    assert rule(policy.base, "scam").then == (Log(),)
    assert len(policy.rules) > 10


def test_a_file_may_extend_a_preset_and_change_nothing() -> None:
    assert a_policy('extends = "strict"').rules


def test_the_version_is_of_the_preset_too() -> None:
    """An upgrade that changes the preset changes what the file means."""
    text = 'extends = "strict"'

    assert a_policy(text).version != sha256(text.encode()).hexdigest()[:12]


def test_an_inherited_id_is_no_new_rule() -> None:
    with pytest.raises(Misconfigured, match=r'"scam" is inherited already, from standard.toml:16'):
        a_policy('extends = "standard"', SCAM)


def test_each_community_has_its_own() -> None:
    one, other = (
        of_community('id = "scam"\nmode = "off"'),
        of_community('id = "scam"\nthen = ["log"]'),
    )
    policy = a_policy(SCAM, one, other.replace("G1", "G2"))

    assert judged(policy, "G1", "C1", scam=0.9).actions == ()
    assert judged(policy, "G2", "C1", scam=0.9).actions == (Log(),)


def test_each_channel_has_its_own() -> None:
    one, other = of_channel('id = "scam"\nmode = "off"'), of_channel('id = "scam"\nthen = ["log"]')
    policy = a_policy(SCAM, one, other.replace("C1", "C2"))

    assert judged(policy, "G1", "C1", scam=0.9).actions == ()
    assert judged(policy, "G1", "C2", scam=0.9).actions == (Log(),)


def test_inherited_tests_stand_unless_a_threshold_moved() -> None:
    tested = f'{SCAM}[[rule.test]]\nscores = {{ scam = 0.85 }}\nexpect = "match"\n'
    policy = a_policy(tested, of_community('id = "scam"\nthresholds = { scam = 0.9 }'))

    assert len(rule(policy.base, "scam").tests) == 1
    assert rule(policy.at("G1", "C1"), "scam").tests == ()


def test_a_test_beneath_a_change_is_of_the_changed_rule() -> None:
    change = 'id = "scam"\nthresholds = { scam = 0.9 }\n[[community.rule.test]]\nexpect = "match"'

    (test,) = rule(a_policy(SCAM, of_community(change)).at("G1", ""), "scam").tests

    assert test.line == 12


def test_what_can_never_match_somewhere_is_named() -> None:
    policy = a_policy(
        SCAM, of_community('id = "nude"\nwhen = "scores.nudity >= 0.5"\nthen = ["log"]')
    )

    assert [one for one, _ in policy.unanswerable(["nudity"])] == ["nude"]  # type: ignore[list-item] # a category is its word


@pytest.mark.parametrize(
    ("override", "message"),
    [
        pytest.param(
            of_community('id = "scma"\nmode = "off"'),
            r'policy.toml:10: rule "scma": there is no such rule to change; did you mean "scam"',
            id="unknown",
        ),
        pytest.param(
            of_community('id = "scam"\nwhen = "true"\nthen = ["log"]'),
            r'policy.toml:9: rule "scam" is there already, on line 1; .*has no when',
            id="when-again",
        ),
        pytest.param(
            of_community('id = "scam"'),
            r'policy.toml:9: rule "scam": it changes nothing',
            id="none",
        ),
        pytest.param(
            of_community('id = "scam"\nmode = "off"', 'id = "scam"\nmode = "live"'),
            r'policy.toml:12: rule "scam": it is changed here already',
            id="twice",
        ),
        pytest.param(
            of_community('id = "scam"\nmdoe = "off"'),
            r'policy.toml:11: rule "scam": unknown key "mdoe"; did you mean "mode"',
            id="key",
        ),
        pytest.param(
            of_community('id = "scam"\nthresholds = { hate = 0.5 }'),
            "policy.toml:11: .*has no threshold for hate; it has scam",
            id="no-threshold",
        ),
        pytest.param(
            of_community('id = "scam"\nthresholds = { scma = 0.5 }'),
            'policy.toml:11: .*no category "scma"; did you mean "scam"',
            id="no-category",
        ),
        pytest.param(
            of_community('id = "scam"\nthresholds = { scam = 2.0 }'),
            "policy.toml:11: .*from 0 to 1",
            id="out-of-range",
        ),
        pytest.param(
            of_community('id = "scam"\nthen = ["punish"]'),
            r"policy.toml:11 \(community G1\): .*punish needs a \[\[ladder\]\]",
            id="no-ladder",
        ),
        pytest.param(
            '[[community]]\nid = ""', "policy.toml:8: id is the platform's id", id="no-id"
        ),
        pytest.param("[[community]]\n", "policy.toml:7: id is missing", id="id-missing"),
        pytest.param("[[community]]\nid = 12", "policy.toml:8: id must be a text", id="number"),
        pytest.param(COMMUNITY * 2, "policy.toml:10: community G1 is there already", id="twins"),
        pytest.param(
            CHANNEL * 2, "policy.toml:10: channel C1 is there already", id="twin-channels"
        ),
        pytest.param(
            f'{CHANNEL}{CHANNEL}community = "G1"\n', "channel C1 is there already", id="one-unnamed"
        ),
        pytest.param(
            '[[community]]\nid = "G"\nchannel = 1', 'policy.toml:9: unknown key "channel"', id="odd"
        ),
        pytest.param(
            "community = 3", r"community is written as \[\[community\]\]", id="not-tables"
        ),
        pytest.param('extends = "strcit"', 'extends: .*did you mean "strict"', id="extends"),
    ],
)
def test_a_slip_in_an_override_is_refused_with_its_place(override: str, message: str) -> None:
    first = override if override.startswith(("extends", "community =")) else ""

    with pytest.raises(Misconfigured, match=message):
        a_policy(*([first, SCAM] if first else [SCAM, override]))


def test_a_threshold_that_is_there_twice_is_not_guessed_at() -> None:
    twice = a_rule("scores.scam >= 0.5 && text.mentions > 3 || scores.scam >= 0.9", name="scam")

    with pytest.raises(Misconfigured, match="has 2 thresholds for scam"):
        a_policy(twice, of_community('id = "scam"\nthresholds = { scam = 0.6 }'))


@pytest.mark.parametrize(
    "condition",
    [
        "0.8 <= scores.scam",
        "(scores.scam >= (0.8))",
        "scores.scam >\n  8e-1",
        "'ä🤖' == channel.name || scores.scam >= 0.8",
        "scores.scam >= 0.8 && scores.scam < 0.9",
        "facts.exists(f, f.score > 0.8) && scores.scam >= 0.8",
    ],
)
def test_only_the_number_of_a_threshold_is_changed(condition: str) -> None:
    policy = a_policy(
        a_rule(condition, name="r"), of_community('id = "r"\nthresholds = { scam = 1 }')
    )

    number = "8e-1" if "8e-1" in condition else "0.8"
    before, after = condition.rsplit(number, 1)
    assert rule(policy.at("G1", ""), "r").when.text == f"{before}1.0{after}"


def test_many_overrides_are_refused() -> None:
    with pytest.raises(Misconfigured, match="501 communities and channels; 500 are the most"):
        a_policy(SCAM, *(f'[[community]]\nid = "{n}"' for n in range(501)))


def test_the_rules_of_overrides_are_counted() -> None:
    rules = of_community(*(f'id = "r{n}"\nmode = "off"' for n in range(500)))

    with pytest.raises(Misconfigured, match="501 rules; 1 to 500 are read"):
        a_policy(SCAM, rules)


@pytest.mark.parametrize(
    "text",
    [
        "[[community]]\nid." + "a." * 20_000 + "b = 1",
        "[[community" + ".rule" * 20 + "]]",
        '[[community]]\nid = "x"\nrule = ' + "[" * 1000,
        "[[community]]\n" * 100_000,
        '[[channel]]\nid = "' + "x" * 900_000 + '"',
        '[[community]]\nid = "x\\u0000"',
    ],
)
def test_a_hostile_override_is_refused_at_once(text: str) -> None:
    with pytest.raises(Misconfigured):
        a_policy(SCAM, text)


def test_what_was_laid_together_is_kept_and_not_for_every_channel_there_is() -> None:
    policy = a_policy(SCAM, of_community('id = "scam"\nmode = "off"'))

    found = {id(policy.at("G1", f"C{n}")) for n in range(3)}

    assert len(found) == 1


def test_a_ladder_of_its_own_replaces_the_inherited() -> None:
    own = (LADDER.replace("[[ladder]]", "[[community.ladder]]")).replace("10m", "2h")
    policy = a_policy(a_rule("true", "punish"), LADDER, COMMUNITY, own)

    here, elsewhere = policy.at("G1", "").ladder, policy.base.ladder

    assert here is not None
    assert elsewhere is not None
    assert list(map(str, here.step(1).then)) == ["timeout 2h"]
    assert list(map(str, elsewhere.step(1).then)) == ["timeout 10m"]


def asked(policy: Policy, community: str = "") -> set[str]:
    return {str(action) for action in policy.may_ask(community)}


def test_what_may_be_asked_for_is_told_by_community() -> None:
    own = of_community('id = "x"\nwhen = "true"\nthen = ["ban"]')
    policy = a_policy(SCAM, own)

    assert asked(policy, "G1") == {"delete", "ban"}
    assert asked(policy, "G2") == {"delete"}
    assert asked(policy) == {"delete", "ban"}


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_a_rule_that_does_nothing_asks_for_nothing(mode: str) -> None:
    assert asked(a_policy(a_rule("true", "ban", mode=mode))) == set()
