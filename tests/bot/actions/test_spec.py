"""Reading and merging actions."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.annotate import Annotate
from bot.actions.delete import Delete
from bot.actions.flag import Flag
from bot.actions.log import Log
from bot.actions.spec import merge, parse
from bot.actions.timeout import LONGEST, Timeout
from bot.errors import Misconfigured
from bot.ports import Action

TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t'\\\""),
    min_size=1,
    max_size=40,
).filter(str.strip)
ACTION: st.SearchStrategy[Action] = st.one_of(
    st.just(Flag()),
    st.just(Delete()),
    st.just(Log()),
    st.builds(Annotate, TEXT),
    st.builds(Timeout, st.integers(1, int(LONGEST.total_seconds())).map(lambda s: timedelta(0, s))),
)
ACTIONS = st.lists(ACTION, max_size=8)


@given(ACTION)
def test_every_action_reads_back_what_it_wrote(action: Action) -> None:
    assert parse(str(action)) == action


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("delte", 'unknown action "delte"; did you mean "delete"', id="misspelt"),
        pytest.param("zzz", "there are annotate, delete, flag, log, timeout", id="unheard-of"),
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
def test_one_of_each_name_is_left(actions: list[Action]) -> None:
    names = [action.name for action in merge(actions)]

    assert sorted(names) == sorted({action.name for action in actions})


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
