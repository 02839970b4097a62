"""Reading rules: every slip is refused with file, line, rule and the fix."""

import pytest

from analysis.taxonomy import Category
from bot.actions.delete import Delete
from bot.actions.timeout import Timeout
from bot.errors import Misconfigured
from bot.model import Mode
from bot.policy.examples import Expect
from bot.policy.policy import Policy
from tests.bot.policy.kit import a_policy, a_rule

FIRST = '[[rule]]\nid = "a"\nwhen = "true"\nthen = ["flag"]\n\n'


def test_a_rule_is_live_unless_it_says_otherwise() -> None:
    (rule,) = Policy.parse(FIRST.encode(), "p").rules

    assert rule.mode is Mode.LIVE


def test_actions_of_one_rule_are_merged() -> None:
    (rule,) = a_policy(a_rule("true", "timeout 1h", "delete", "timeout 5m")).rules

    assert rule.then == (Delete(), Timeout.parse("1h"))


def test_a_rule_without_a_sentence_is_named() -> None:
    (rule,) = a_policy(a_rule("true", name="scam-link")).rules

    assert rule.because == "The rule scam-link matched."


def test_a_rule_knows_its_line() -> None:
    rules = Policy.parse(
        (FIRST + '[[rule]]\nid = "b"\nwhen = "true"\nthen = ["log"]').encode(), "p"
    )

    assert [rule.line for rule in rules.rules] == [1, 6]


def test_rules_written_inline_are_read_too() -> None:
    policy = Policy.parse(b'rule = [{id = "a", when = "true", then = ["flag"]}]', "p")

    assert [(rule.id, rule.line) for rule in policy.rules] == [("a", 0)]


def test_the_version_is_of_the_bytes() -> None:
    assert (
        Policy.parse(FIRST.encode(), "p").version
        != Policy.parse(FIRST.encode() + b"#", "p").version
    )


def test_a_test_beside_a_rule_is_read() -> None:
    text = FIRST + '[[rule.test]]\ntext = "x"\nscores = {scam = 1}\nexpect = "no match"'

    (test,) = Policy.parse(text.encode(), "p").rules[0].tests

    assert (test.expect, test.scores, test.line) == (Expect.NO_MATCH, {Category.SCAM: 1.0}, 6)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        pytest.param('id = "a"', r"p:6: rule \"a\" is there already, on line 1", id="twin"),
        pytest.param('id = "A b"', "p:7: .*id must be lower-case letters", id="odd-id"),
        pytest.param("id = 3", "p:7: id must be", id="id-not-text"),
        pytest.param("", "p:6: id must be", id="no-id"),
        pytest.param('id = "b"\nwhne = ""', r'p:8: rule "b": unknown key "whne"', id="key"),
        pytest.param('id = "b"\nwhne = ""', 'did you mean "when"', id="key-suggested"),
        pytest.param('id = "b"\nwhen = 3', "p:8: .*when must be a text", id="when-not-text"),
        pytest.param('id = "b"\nthen = "flag"', "p:8: .*then must list", id="then-not-list"),
        pytest.param('id = "b"\nthen = []', "p:8: .*at least one action", id="no-action"),
        pytest.param('id = "b"\nthen = [1]', "p:8: .*an action is a text", id="action-number"),
        pytest.param('id = "b"\nthen = ["delte"]', 'p:8: .*mean "delete"', id="action"),
        pytest.param('id = "b"\nmode = "shadwo"', 'p:8: .*mean "shadow"', id="mode"),
        pytest.param('id = "b"\nmode = 3', "p:8: .*live, shadow, off", id="mode-number"),
        pytest.param('id = "b"\nbecause = ""', "p:8: .*one sentence", id="because-empty"),
        pytest.param('id = "b"\nbecause = "a\\nb"', "p:8: .*one sentence", id="because-lines"),
        pytest.param('id = "b"\ntest = 3', r"p:8: .*\[\[rule.test\]\]", id="test-number"),
        pytest.param('id = "b"\n[[rule.test]]\n', "p:8: .*expect must be one of", id="expect"),
    ],
)
def test_a_slip_is_refused_with_its_place(second: str, message: str) -> None:
    defaults = {"when": '"true"', "then": '["flag"]'}
    head, _, tail = second.partition("[[")
    missing = [f"{key} = {value}" for key, value in defaults.items() if f"{key} =" not in second]
    text = FIRST + "\n".join(["[[rule]]", head.strip(), *missing, f"[[{tail}" if tail else ""])
    if tail:
        message = message.replace("p:8", "p:10")

    with pytest.raises(Misconfigured, match=message):
        Policy.parse(text.encode(), "p")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        pytest.param(
            "scores = { scma = 0.5 }", 'no category "scma"; did you mean "scam"', id="cat"
        ),
        pytest.param("scores = { scam = 2 }", "from 0 to 1", id="score"),
        pytest.param("scores = { scam = nan }", "from 0 to 1", id="nan"),
        pytest.param("scores = 1", "scores are written as", id="scores"),
        pytest.param("txet = ''", 'did you mean "text"', id="key"),
        pytest.param("text = 1", "text must be a text", id="text"),
        pytest.param("given = { 'image.cuont' = 1 }", 'did you mean "image.count"', id="given"),
        pytest.param("given = { 'image.count' = 1.5 }", "is of type int", id="given-type"),
        pytest.param("given = { 'complete' = 1 }", "is of type bool", id="given-bool"),
        pytest.param("given = { facts = [] }", "cannot be given", id="given-list"),
    ],
)
def test_a_slip_in_a_test_is_refused(key: str, message: str) -> None:
    text = f'{FIRST}[[rule.test]]\nexpect = "match"\n{key}'

    with pytest.raises(Misconfigured, match=message) as refused:
        Policy.parse(text.encode(), "p")

    assert str(refused.value).startswith('p:6: rule "a", test: ')


def test_an_unknown_table_is_refused_with_the_nearest() -> None:
    with pytest.raises(Misconfigured, match='p:1: unknown key "rules"; did you mean "rule"'):
        Policy.parse(b"[[rules]]", "p")


def test_what_is_said_of_a_condition_names_its_line() -> None:
    text = FIRST + '[[rule]]\nid = "b"\nthen = ["flag"]\nwhen = "scores.scma > 0.5"'

    with pytest.raises(Misconfigured, match=r'^p:9: rule "b": "scores.scma" is not known'):
        Policy.parse(text.encode(), "p")


def test_a_rule_that_is_off_must_still_be_valid() -> None:
    with pytest.raises(Misconfigured):
        a_policy(a_rule("scores.scma > 0.5", mode="off"))
