"""Conditions: what compiles, what is said of what does not, and what counts as an answer."""

import pytest

from bot.errors import Misconfigured
from bot.policy.cel import Activation, Lack, Unclear, compile_condition
from bot.policy.variables import Value
from tests.bot.policy.kit import a_condition


def asked(text: str, **known: Value) -> bool | Unclear:
    """Ask a condition; ``scam=0.9`` stands for ``scores.scam``, other names use ``__``."""
    names = {"scam": "scores.scam", "hate": "scores.hate"}
    values = {names.get(name, name.replace("__", ".")): value for name, value in known.items()}
    return a_condition(text).ask(Activation(values))


def test_a_condition_that_holds_is_true() -> None:
    assert asked("scores.scam >= 0.8", scam=0.9) is True


def test_a_condition_that_does_not_hold_is_false() -> None:
    assert asked("scores.scam >= 0.8", scam=0.7) is False


@pytest.mark.parametrize(
    "text",
    [
        "scores.scam >= 0.8",
        "!(scores.scam >= 0.8)",
        "scores.scam < 0.8",
        "scores.scam >= 0.8 || complete",
        "scores.scam >= 0.8 && !complete",
        "scores.scam >= 0.8 ? true : true",
        "scores.scam == scores.scam",
    ],
)
def test_a_condition_that_needs_an_unknown_score_is_neither_true_nor_false(text: str) -> None:
    answer = asked(text, complete=False)

    assert isinstance(answer, Unclear)
    assert answer.lack is Lack.VALUE


def test_an_unknown_score_does_not_matter_where_or_makes_the_answer_certain() -> None:
    assert asked("scores.scam >= 0.8 || complete", complete=True) is True


def test_an_unknown_score_does_not_matter_where_and_makes_the_answer_certain() -> None:
    assert asked("scores.scam >= 0.8 && complete", complete=False) is False


def test_a_value_of_the_wrong_type_is_no_answer() -> None:
    assert isinstance(asked("scores.scam >= 0.8", scam="high"), Unclear)


def test_an_error_while_the_condition_runs_is_no_answer() -> None:
    answer = asked("1 / image.count > 0", image__count=0)

    assert isinstance(answer, Unclear)
    assert answer.lack is Lack.SENSE


def test_a_fact_whose_text_was_not_kept_is_no_answer() -> None:
    answer = asked(
        "facts.exists(f, f.kind == 'ocr' && f.value.contains('x'))", facts=[{"kind": "ocr"}]
    )

    assert answer == Unclear(Lack.TEXT, answer.detail if isinstance(answer, Unclear) else "")


def test_a_text_that_was_not_kept_does_not_matter_to_rules_about_logos() -> None:
    facts: Value = [{"kind": "ocr"}, {"kind": "logo", "value": "acme"}]

    assert asked("facts.exists(f, f.kind == 'logo' && f.value == 'acme')", facts=facts) is True


def test_nested_loops_end_at_the_iteration_budget() -> None:
    text = "facts.exists(a, facts.exists(b, facts.exists(c, a.value == 'never')))"

    answer = asked(text, facts=[{"kind": "label", "value": "x"}] * 60)

    assert isinstance(answer, Unclear)
    assert answer.lack is Lack.STEPS


def test_a_condition_knows_what_it_reads() -> None:
    condition = a_condition("scores.scam > 0.5 && facts.exists(f, f.score > image.distance)")

    assert condition.references == {"scores.scam", "facts", "image.distance"}


BAD = [
    pytest.param("scores.scam >= 1", "write 1.0, not 1", id="whole-number"),
    pytest.param("scores.scam >= 5", "write 5.0, not 5", id="another-whole-number"),
    pytest.param("image.count > 0.5", "write 1, not 1.0", id="fraction"),
    pytest.param("scores.scma > 0.5", 'did you mean "scores.scam"', id="misspelt-category"),
    pytest.param("scores.zzzzzz > 0.5", '"scores.zzzzzz" is not known', id="unknown-category"),
    pytest.param("image.cuont > 1", 'did you mean "image.count"', id="misspelt-variable"),
    pytest.param("scam > 0.5", 'did you mean "scores.scam"', id="without-its-family"),
    pytest.param("scores > 0.5", "write one such as scores.", id="a-family"),
    pytest.param("scores.scam", "not a yes-or-no question", id="a-number"),
    pytest.param("text.content", "not a yes-or-no question", id="a-text"),
    pytest.param("", "it is empty", id="empty"),
    pytest.param("scores.scam >= 0.5 &&", "it breaks off", id="cut-short"),
    pytest.param("image.count = 2", '"=" is written ==', id="assignment"),
    pytest.param("complete and true", '"and" is written &&', id="and"),
    pytest.param("complete & true", '"and" is written &&', id="one-ampersand"),
    pytest.param("complete | true", '"or" is written ||'.replace("|", r"\|"), id="one-bar"),
    pytest.param("not complete", '"not" is written !', id="not"),
    pytest.param("True", '"True" is written true', id="python"),
    pytest.param("scores.scam > 0,5", "written with a point", id="decimal-comma"),
    pytest.param("text.content == “x”", "straight quotes", id="curly-quotes"),
    pytest.param("text.content == 'x", "a text is not closed", id="unclosed"),
    pytest.param("'free' in text.content", r"text.content.contains\(", id="in-a-text"),
    pytest.param("text.content.contain('x')", 'did you mean "contains"', id="function"),
    pytest.param("facts.kind == 'logo'", r"facts.exists\(f,", id="fields-of-the-list"),
    pytest.param("image.count && true", "yes-or-no values", id="number-as-condition"),
    pytest.param("facts.exists(f, f.knd == 'a')", 'did you mean "kind"', id="fact-field"),
    pytest.param("facts[0].knd == 'a'", 'did you mean "kind"', id="fact-field-by-index"),
    pytest.param("facts.filter(f, true)[0].knd == 'a'", "did you mean", id="after-a-filter"),
    pytest.param("facts.map(f, f.vlue).size() > 0", 'did you mean "value"', id="in-a-map"),
    pytest.param("has(facts[0].knd)", 'did you mean "kind"', id="in-has"),
    pytest.param("facts[0]['knd'] == 'a'", "write f.kind", id="in-brackets"),
    pytest.param("dyn(facts)[0].knd == 'a'", "no fields|dyn", id="hidden-by-dyn"),
    pytest.param("dyn(1) == 1", r"dyn\(\) hides mistakes", id="dyn"),
    pytest.param("facts[0].value.foo == 1", "has no fields", id="field-of-a-field"),
    pytest.param("{'a': 1}.size() > 0", "no use for a map", id="map"),
    pytest.param("facts.exists(f, f.kind == 'logos')", 'did you mean "logo"', id="kind"),
    pytest.param("facts.exists(f, f.kind in ['logos'])", "never a kind", id="kind-in-a-list"),
    pytest.param("facts.exists(f, f.modality == 'txt')", 'mean "text"', id="modality"),
    pytest.param("'timeot' in failures", 'did you mean "timeout"', id="failure"),
    pytest.param("facts.exists(f, f.value > 0.5)", "cannot be compared", id="text-and-number"),
    pytest.param("facts.exists(f, f.score == 'a')", "cannot be compared", id="number-and-text"),
    pytest.param("facts.exists(f, f.score.contains('a'))", "asks a text", id="search-in-number"),
    pytest.param("text.content.matches('(a')", "not RE2: missing", id="broken-pattern"),
    pytest.param(r"text.content.matches('(a)\\1')", "not RE2: invalid", id="back-reference"),
    pytest.param("text.content.matches(text.language)", "pattern in quotes", id="made-pattern"),
    pytest.param("text.content.matches('a' + 'b')", "pattern in quotes", id="joined-pattern"),
    pytest.param("matches(text.content, '(a')", "not RE2", id="pattern-as-function"),
    pytest.param("text.content.matches('[^a]{1,900}')", "too costly", id="costly-pattern"),
    pytest.param("complete\0", r"U\+0000", id="nul"),
    pytest.param("complete == '\ud800'", r"U\+D800", id="surrogate"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_condition_that_cannot_be_is_refused_with_the_fix(text: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        a_condition(text)


HOSTILE = [
    pytest.param("text.content.matches('" + "a" * 1_000_000 + "')", id="huge-pattern"),
    pytest.param("text.content.matches('" + "a" * 5_000 + "')", id="long-pattern"),
    pytest.param(r"text.content.matches('(\\pL{1,50}){1,20}')", id="nested-counts"),
    pytest.param("text.content.matches('((a{1,30}){1,30}b){1,3}')", id="more-nested-counts"),
    pytest.param("(" * 300 + "true" + ")" * 300, id="parentheses"),
    pytest.param("[" * 500 + "]" * 500 + " == []", id="brackets"),
    pytest.param("!" * 1_000_000 + "true", id="bangs"),
    pytest.param("1" + "+1" * 4_000 + " > 0", id="long-sum"),
    pytest.param("complete ? true : " * 200 + "true", id="conditionals"),
    pytest.param(" || ".join(["complete"] * 20_000), id="long-or"),
    pytest.param(
        "".join(f"facts.all(x{n}, " for n in range(100)) + "true" + ")" * 100, id="macros"
    ),
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.timeout(5)
def test_a_hostile_condition_is_refused_at_once(text: str) -> None:
    with pytest.raises(Misconfigured):
        a_condition(text)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("pattern", ["(a+)+$", "(.*a){20}", "(a|aa)+$", "(a|a?)+$"])
def test_a_pattern_that_would_hang_others_is_linear(pattern: str) -> None:
    answer = asked(f"text.content.matches('{pattern}')", text__content="a" * 50_000 + "b")

    assert isinstance(answer, bool)


def test_what_is_said_shows_place_rule_condition_and_caret() -> None:
    with pytest.raises(Misconfigured) as refused:
        compile_condition("complete &&\n  scores.scma > 0.5", 'policy.toml:3: rule "scam"')

    assert str(refused.value) == (
        'policy.toml:3: rule "scam": "scores.scma" is not known; did you mean "scores.scam"?\n'
        "      scores.scma > 0.5\n"
        "      ^"
    )


def test_of_a_long_line_the_part_around_the_caret_is_shown() -> None:
    with pytest.raises(Misconfigured) as refused:
        a_condition(" || ".join(["complete"] * 100 + ["scores.scma > 0.5"]))

    shown, caret = str(refused.value).splitlines()[1:]
    assert shown[caret.index("^") :].startswith("scores.scma")
