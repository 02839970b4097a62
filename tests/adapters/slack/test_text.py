"""Slack's text as people read it, and ours so that Slack takes it for text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.text import escaped, fitted, plain, unescaped


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("<https://a.example|a.example>", "https://a.example"),
        ("<https://evil.example/login|your bank>", "your bank https://evil.example/login"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<#C0123|general>", "#general"),
        ("<#C0123>", "#channel"),
        ("<@U0123|ann> hi", "@ann hi"),
        ("<!subteam^S1|@helpers>", "@helpers"),
        ("<!date^1392734382^{date}|Feb 18>", "Feb 18"),
        ("&amp;lt;", "&lt;"),
        ("a < b", "a < b"),
    ],
)
def test_marks_become_what_a_reader_sees(written: str, read: str) -> None:
    assert plain(written).text == read


def test_a_mention_does_not_carry_the_persons_id() -> None:
    assert "U0123ABC" not in plain("<@U0123ABC> look").text


@pytest.mark.parametrize(
    ("written", "mentions"),
    [
        ("hello", 0),
        ("<@U1> <@U2>", 2),
        ("<!channel>", 1),
        ("<!here> <!everyone>", 2),
        ("<!subteam^S1>", 1),
        ("<!date^1^x|y>", 0),
    ],
)
def test_everybody_who_is_called_counts(written: str, mentions: int) -> None:
    assert plain(written).mentions == mentions


@given(st.text())
def test_escaping_can_be_taken_back(text: str) -> None:
    assert unescaped(escaped(text)) == text


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_fitted_text_is_never_too_long_and_holds_no_mark(text: str, most: int) -> None:
    made = fitted(text, most)

    assert len(made) <= most
    assert "<" not in made
    assert ">" not in made
    assert unescaped(made).removesuffix("…") in text.replace("\x00", "\ufffd")


def test_no_text_is_ill_formed() -> None:
    assert plain("a\x00b\ud800c").text == "a\ufffdb\ufffdc"
