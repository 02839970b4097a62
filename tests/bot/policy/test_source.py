"""Policy files from strangers: bounded before they are parsed, and refused with a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Misconfigured
from bot.policy.policy import Policy
from bot.policy.source import LARGEST, read
from tests.bot.policy.kit import a_rule

GOOD = a_rule("scores.scam >= 0.8").encode()


def test_a_byte_order_mark_is_fine() -> None:
    assert len(Policy.parse(b"\xef\xbb\xbf" + GOOD, "p").rules) == 1


def test_windows_line_endings_are_fine() -> None:
    assert len(Policy.parse(GOOD.replace(b"\n", b"\r\n"), "p").rules) == 1


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"a." * 20_000 + b"b = 1", "p:1: a key of more than 8 parts", id="dotted"),
        pytest.param(b"\n'a'." * 9 + b"b = 1", "not TOML|more than 8", id="quoted-over-lines"),
        pytest.param(b"'a'." * 20_000 + b"b = 1", "more than 8 parts", id="quoted-dotted"),
        pytest.param(b"x = 1\n[" + b"a." * 20_000 + b"b]", "p:2: a key of", id="header"),
        pytest.param(b"x = {" + b"a . " * 20_000 + b"b = 1}", "more than 8", id="inline"),
        pytest.param(b"x = " + b"[" * 100_000, "nested more than 8 deep", id="brackets"),
        pytest.param(b"x = " + b"{a=" * 100_000, "nested more than 8 deep", id="braces"),
        pytest.param(b"#" * (LARGEST + 1), "larger than 1000000 bytes", id="huge"),
        pytest.param(b'x = """' + b'\\"""' * 200_000, "p:1: not TOML", id="unclosed-quotes"),
        pytest.param(b'"' * 999_999, "p:1: not TOML", id="quotes"),
        pytest.param(b"'" * 999_999, "p:1: not TOML", id="single-quotes"),
        pytest.param(b"[[rule]]\n" * 100_000, "100000 rules; 1 to 500", id="many-rules"),
        pytest.param(b"[[rule]]\nid = \xff", "p:2: not UTF-8 at byte 14", id="not-utf-8"),
        pytest.param(GOOD + b"\0", "not TOML", id="nul"),
        pytest.param(GOOD[:-20], "not TOML", id="half-written"),
        pytest.param(b"", "it holds no rules", id="empty"),
        pytest.param(b"rule = 3", r"p:1: rule is written as \[\[rule\]\]", id="rule-is-a-number"),
        pytest.param(b"rule = [1]", "p:1: rule is written as", id="rule-is-a-list-of-numbers"),
        pytest.param(b"x = 2026-13-45", "p:1: not TOML|p: not TOML", id="no-such-day"),
        pytest.param(b"x = 1\nx = 2", "p:2: not TOML", id="twice"),
    ],
)
def test_a_hostile_file_is_refused_at_once(data: bytes, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        Policy.parse(data, "p")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        Policy.parse(data, "p")
        said = "p"
    except Misconfigured as exc:
        said = str(exc)

    assert said.startswith("p")


@given(
    st.lists(st.sampled_from(['"', "'", '"""', "'''", "\\", "#", "\n", "[", "]", "a", ".", "="]))
)
def test_the_skeleton_keeps_every_line_and_place(parts: list[str]) -> None:
    text = "".join(parts)

    try:
        document = read(text.encode(), "p")
    except Misconfigured:
        return

    assert len(document.skeleton) == len(text)
    assert document.skeleton.count("\n") == text.count("\n")


def test_headers_within_texts_are_no_headers() -> None:
    text = 'a = """\n[[rule]]\n"""\n# [[rule]]\n[[rule]]\nid = "x"\n'

    assert read(text.encode(), "p").lines_of("rule") == [5]


def test_tests_belong_to_the_rule_above_them() -> None:
    text = "[[rule]]\n[[rule.test]]\n[[rule]]\n[[rule.test]]\n[[ rule . test ]]\n"

    document = read(text.encode(), "p")

    assert document.lines_of("rule.test", within=3) == [4, 5]
