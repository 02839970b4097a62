"""Reading and merging actions."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import ACTIONS as REGISTERED
from bot.actions import ban, label, strike
from bot.actions.annotate import Annotate
from bot.actions.ban import Ban
from bot.actions.delete import Delete
from bot.actions.flag import Flag
from bot.actions.kick import Kick
from bot.actions.label import Label
from bot.actions.log import Log
from bot.actions.notify import Notify
from bot.actions.react import React
from bot.actions.role import Role
from bot.actions.spec import merge, parse
from bot.actions.spoiler import Spoiler
from bot.actions.strike import Strike
from bot.actions.timeout import LONGEST, Timeout
from bot.actions.webhook import Webhook
from bot.errors import Misconfigured
from bot.ports import Action

TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t'\\\""),
    min_size=1,
    max_size=40,
).filter(str.strip)
NAME = st.sampled_from(["raider", "a-b_1", "x"])


def lengths(at_most: timedelta) -> st.SearchStrategy[timedelta]:
    return st.integers(1, int(at_most.total_seconds())).map(lambda s: timedelta(0, s))


BRANCHES: list[st.SearchStrategy[Action]] = [
    st.just(Flag()),
    st.just(Delete()),
    st.just(Log()),
    st.builds(Annotate, TEXT),
    st.builds(Timeout, lengths(LONGEST)),
    st.builds(Ban, st.just(timedelta()) | lengths(ban.LONGEST)),
    st.just(Kick()),
    st.builds(Label, NAME, lengths(label.LONGEST)),
    st.just(Notify()),
    st.builds(React, st.sampled_from(["👀", "⚠️", "👩‍💻", "eyes"])),
    st.builds(
        Role, st.sampled_from(["add", "remove"]), st.sampled_from(["verified", "on probation"])
    ),
    st.just(Spoiler()),
    st.builds(Strike, lengths(strike.LONGEST)),
    st.builds(Webhook, NAME),
]
ACTION = st.one_of(BRANCHES)
ACTIONS = st.lists(ACTION, max_size=8)


@given(ACTION)
def test_every_action_reads_back_what_it_wrote(action: Action) -> None:
    assert parse(str(action)) == action


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("delte", 'unknown action "delte"; did you mean "delete"', id="misspelt"),
        pytest.param("zzz", "there are annotate, ban, delete", id="unheard-of"),
        pytest.param("", 'unknown action ""', id="empty"),
        pytest.param("x" * 1_000_000, 'unknown action "x{40}"', id="huge"),
        pytest.param("deleted", 'unknown action "deleted"; did you mean', id="longer-name"),
        pytest.param("delete all", '"delete" takes no parameters, got "all"', id="surplus"),
        pytest.param("timeout", "takes a duration, such as timeout 1h", id="no-duration"),
        pytest.param("timeout 1 hour", "write one such as 10m, 1h30m or 7d", id="bad-duration"),
        pytest.param("timeout -1h", "is not a duration", id="negative"),
        pytest.param("timeout ٣h٣", "is not a duration", id="not-a-unit"),
        pytest.param("timeout 0s", "the shortest is 1s", id="nothing"),
        pytest.param("timeout 29d", "the longest 28d", id="too-long"),
        pytest.param("timeout 28d1s", "the longest 28d", id="a-second-too-long"),
        pytest.param("ban 1h", "ban deleting 1h", id="ban-for"),
        pytest.param("ban deleting 8d", "the longest 7d", id="ban-too-long"),
        pytest.param("label author Raider for 1d", "lower-case", id="label-case"),
        pytest.param("label author raider", "how long it stands", id="label-for-ever"),
        pytest.param("react", "takes one emoji", id="no-emoji"),
        pytest.param("react a b", "takes one emoji", id="two-emoji"),
        pytest.param("react \u202e", "printable", id="bidi-emoji"),
        pytest.param("role give x", "role add NAME", id="role-verb"),
        pytest.param("role add", "role add NAME", id="no-role"),
        pytest.param("strike 3", "strike for 90d", id="strike-number"),
        pytest.param("strike for 2y", "is not a duration", id="strike-years"),
        pytest.param("webhook https://x.test", "lower-case", id="webhook-url"),
        pytest.param("annotate", "takes the text in quotes", id="no-text"),
        pytest.param("annotate hello", "takes the text in quotes", id="unquoted"),
        pytest.param("annotate 'it's'", "takes the text in quotes", id="quote-within"),
        pytest.param("annotate ' '", "1 to 1000 printable characters", id="blank"),
        pytest.param("annotate 'a\x00b'", "1 to 1000 printable characters", id="nul"),
        pytest.param("annotate '" + "a" * 1001 + "'", "got 1001", id="long"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_fix(text: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        parse(text)


def test_units_of_a_duration_add_up() -> None:
    assert parse("timeout 1h30m") == Timeout(timedelta(minutes=90))


def test_a_duration_is_written_in_its_largest_units() -> None:
    assert str(parse("timeout 90m")) == "timeout 1h30m"


@given(ACTIONS)
def test_merging_again_changes_nothing(actions: list[Action]) -> None:
    assert merge(merge(actions)) == merge(actions)


@given(ACTIONS, ACTIONS)
def test_merging_is_commutative(one: list[Action], other: list[Action]) -> None:
    assert merge([*one, *other]) == merge([*other, *one])


@given(ACTIONS, ACTIONS, ACTIONS)
def test_merging_is_associative(a: list[Action], b: list[Action], c: list[Action]) -> None:
    assert merge([*merge([*a, *b]), *c]) == merge([*a, *merge([*b, *c])])


@given(ACTIONS)
def test_one_of_each_slot_is_left(actions: list[Action]) -> None:
    slots = [action.slot for action in merge(actions)]

    assert sorted(slots) == sorted({action.slot for action in actions})


@given(st.data())
def test_every_registered_action_is_among_those_merged(data: st.DataObject) -> None:
    drawn = {data.draw(branch).name for branch in BRANCHES}

    assert drawn == set(REGISTERED)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=5))
def test_the_harsher_wins(hours: list[int]) -> None:
    (merged,) = merge(Timeout(timedelta(minutes=n)) for n in hours)

    assert merged == Timeout(timedelta(minutes=max(hours)))


@given(ACTIONS)
def test_the_harshest_is_carried_out_first(actions: list[Action]) -> None:
    harshness = [action.harshness for action in merge(actions)]

    assert harshness == sorted(harshness, reverse=True)


def test_nothing_merges_to_nothing() -> None:
    assert merge([]) == ()
