"""Whose turn it is."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from analysis.remote.lanes import Lanes

NAMES = st.sampled_from("abc")


def lanes(*waiting: tuple[str, str, int], at_most: int = 100) -> Lanes[int]:
    made: Lanes[int] = Lanes(at_most=at_most)
    for community, author, item in waiting:
        made.add(community, author, item)
    return made


def everything(from_: Lanes[int]) -> list[int]:
    return list(iter(from_.take, None))


def test_one_authors_items_keep_their_order() -> None:
    assert everything(lanes(("x", "ada", 1), ("x", "ada", 2), ("x", "ada", 3))) == [1, 2, 3]


def test_authors_take_turns() -> None:
    assert everything(lanes(("x", "a", 1), ("x", "a", 2), ("x", "b", 3))) == [1, 3, 2]


def test_communities_take_turns_however_many_authors_they_have() -> None:
    waiting = lanes(("x", "a", 1), ("x", "b", 2), ("x", "c", 3), ("y", "d", 4))

    assert everything(waiting) == [1, 4, 2, 3]


def test_a_full_room_takes_from_the_longest_lane() -> None:
    waiting = lanes(("x", "a", 1), ("x", "a", 2), at_most=2)

    assert waiting.add("y", "b", 3) == 2
    assert everything(waiting) == [1, 3]


def test_whoever_fills_the_room_is_the_one_refused() -> None:
    waiting = lanes(("x", "b", 1), ("x", "a", 2), ("x", "a", 3), at_most=3)

    assert waiting.add("x", "a", 4) == 4


def test_what_is_put_back_comes_first_again() -> None:
    waiting = lanes(("x", "a", 1), ("x", "b", 2))
    taken = waiting.take()
    assert taken is not None
    waiting.put_back("x", "a", taken)

    assert everything(waiting) == [1, 2]


def test_what_left_is_not_taken() -> None:
    waiting = lanes(("x", "a", 1), ("x", "a", 2))

    assert waiting.remove("x", "a", 1)
    assert not waiting.remove("x", "a", 1)
    assert everything(waiting) == [2]


@given(st.lists(st.tuples(NAMES, NAMES), max_size=40), st.integers(1, 20))
def test_nothing_is_lost_and_nothing_is_kept(who: list[tuple[str, str]], at_most: int) -> None:
    waiting: Lanes[int] = Lanes(at_most=at_most)

    out = [waiting.add(*names, item) for item, names in enumerate(who)]
    taken = everything(waiting)

    left = [item for item in out if item is not None]
    assert Counter(taken + left) == Counter(range(len(who)))
    assert len(waiting) == 0
    assert not waiting._communities
