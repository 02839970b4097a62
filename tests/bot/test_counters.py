"""Sliding windows: counted once, within the window, and never without bound."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.counters import AuthorCounts, MemoryCounters, Picture
from bot.model import Seen

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def a_picture(name: str = "a", pdq_bits: int = 0, quality: int = 100) -> Picture:
    """A picture with its own pixels and so many bits set in its hash."""
    return Picture(sha256(name.encode()).hexdigest(), f"{(1 << pdq_bits) - 1:064x}", quality)


async def post(
    counters: MemoryCounters,
    key: str,
    *pictures: Picture,
    author: str = "ann",
    channel: str = "lobby",
    community: str = "home",
    after: float = 0.0,
) -> None:
    at = NOON + timedelta(seconds=after)
    await counters.note(
        key, author=author, community=community, channel=channel, pictures=pictures, at=at
    )


async def seen(counters: MemoryCounters, picture: Picture, after: float = 0.0) -> Seen:
    return await counters.images("home", [picture], NOON + timedelta(seconds=after))


async def test_an_author_is_counted_in_messages_and_channels() -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "1", channel="lobby")
    await post(counters, "2", channel="lobby")
    await post(counters, "3", channel="art")

    assert await counters.author("home", "ann", NOON) == AuthorCounts(3, 2)


async def test_the_same_message_again_is_counted_once() -> None:
    counters = MemoryCounters(Clock())
    for _ in range(3):
        await post(counters, "1", a_picture())

    assert await counters.author("home", "ann", NOON) == AuthorCounts(1, 1)
    assert await seen(counters, a_picture()) == Seen(1, 1, 1)


async def test_other_authors_and_other_communities_are_not_counted() -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "1", a_picture(), community="elsewhere")
    await post(counters, "2", author="ben")

    assert await counters.author("home", "ann", NOON) == AuthorCounts(0, 0)
    assert await seen(counters, a_picture()) == Seen(0, 0, 0)


@pytest.mark.parametrize(("after", "messages"), [(-0.1, 0), (0, 1), (59.9, 1), (60.0, 0)])
async def test_an_authors_window_is_the_minute_that_ends_now(after: float, messages: int) -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "1")

    counts = await counters.author("home", "ann", NOON + timedelta(seconds=after))

    assert counts.messages_1m == messages


@pytest.mark.parametrize(("after", "times"), [(-0.1, 0), (0, 1), (599.9, 1), (600.0, 0)])
async def test_a_pictures_window_is_the_ten_minutes_that_end_now(after: float, times: int) -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "1", a_picture())

    assert (await seen(counters, a_picture(), after)).image_times_10m == times


async def test_a_picture_is_counted_in_times_channels_and_authors() -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "1", a_picture())
    await post(counters, "2", a_picture(), channel="art")
    await post(counters, "3", a_picture(), channel="art", author="ben")
    await post(counters, "4", a_picture(), channel="art", author="ben")

    assert await seen(counters, a_picture()) == Seen(4, 2, 2)


async def test_a_picture_twice_in_one_message_is_one_time() -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "1", a_picture(), a_picture())
    await post(counters, "2", a_picture("x", 0), a_picture("y", 1))

    assert (await seen(counters, a_picture())).image_times_10m == 2


async def test_of_several_pictures_the_most_repeated_counts() -> None:
    counters = MemoryCounters(Clock())
    rare, common = a_picture("rare", 100), a_picture("common", 200)
    await post(counters, "1", rare, common)
    await post(counters, "2", common)

    assert await counters.images("home", [rare, common], NOON) == Seen(2, 1, 1)


async def test_no_picture_was_never_seen() -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "1", a_picture())

    assert await counters.images("home", [], NOON) == Seen()


@pytest.mark.parametrize(
    ("bits", "qualities", "times"),
    [
        pytest.param(10, (100, 100), 1, id="near"),
        pytest.param(11, (100, 100), 0, id="far"),
        pytest.param(0, (49, 100), 0, id="poor-then-good"),
        pytest.param(0, (100, 49), 0, id="good-then-poor"),
        pytest.param(0, (50, 50), 1, id="just-good-enough"),
    ],
)
async def test_a_near_picture_is_the_same_where_both_hashes_can_be_believed(
    bits: int, qualities: tuple[int, int], times: int
) -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "1", a_picture("first", 0, qualities[0]))

    found = await seen(counters, a_picture("second", bits, qualities[1]))

    assert found == Seen(times, times, times)


async def test_equal_pixels_are_the_same_picture_whatever_the_quality() -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "1", a_picture("flat", 0, quality=0))
    await post(counters, "2", Picture(a_picture("flat").sha256))

    assert (await seen(counters, a_picture("flat", 0, quality=3))).image_times_10m == 2


async def test_a_backlog_is_counted_in_its_own_time() -> None:
    counters = MemoryCounters(Clock())
    await post(counters, "new", a_picture(), after=3600.0)
    await post(counters, "old", a_picture(), after=0.0)

    assert (await seen(counters, a_picture(), after=1.0)).image_times_10m == 1


async def test_what_was_noted_over_ten_minutes_ago_is_let_go() -> None:
    clock = Clock()
    counters = MemoryCounters(clock)
    for n in range(100):
        await post(counters, str(n), a_picture(str(n), n), author=str(n))
    clock.now += 601
    await post(counters, "last", author="last")

    assert len(counters._noted) == len(counters._by_author) == 1
    assert counters._pictures == {}


async def test_no_more_posts_are_remembered_than_allowed() -> None:
    counters = MemoryCounters(Clock(), most_posts=10)
    for n in range(1000):
        await post(counters, str(n), a_picture(str(n), n % 256), author=str(n))

    assert len(counters._noted) == len(counters._by_author) == 10
    assert counters._pictures["home"]._words.shape[1] <= 64
    assert (await seen(counters, a_picture("999", quality=0))).image_times_10m == 1
    assert (await seen(counters, a_picture("989", quality=0))).image_times_10m == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.sampled_from("ab"), st.sampled_from("xyz")), max_size=30
    ),
    st.integers(0, 900),
)
async def test_counts_agree_with_counting_by_hand(
    posts: list[tuple[int, str, str]], now: int
) -> None:
    counters = MemoryCounters(Clock(), most_posts=1000)
    for n, (after, author, channel) in enumerate(posts):
        await post(counters, str(n), a_picture(), author=author, channel=channel, after=after)

    last_ten = [(a, c) for t, a, c in posts if now - 600 < t <= now]
    last_one = [c for t, a, c in posts if now - 60 < t <= now and a == "a"]
    assert await seen(counters, a_picture(), now) == Seen(
        len(last_ten), len({c for _, c in last_ten}), len({a for a, _ in last_ten})
    )
    assert await counters.author("home", "a", NOON + timedelta(seconds=now)) == (
        len(last_one),
        len(set(last_one)),
    )
