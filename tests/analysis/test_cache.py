"""The cache keeps JSON for a while, within bounds, and losing it loses nothing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.cache import Cache, Json
from analysis.reading import _packed, _unpacked
from analysis.types import Box, Origin, Passage

HOUR = timedelta(hours=1)
edges = st.floats(min_value=0, max_value=1)


@pytest.mark.parametrize("value", [[], "", 0, "123", {"a": [1, 2.5, None]}, "naïve \u2028", [[]]])
async def test_what_was_kept_comes_back(value: Json) -> None:
    cache = Cache()
    await cache.put("a", value, HOUR)

    assert await cache.get("a") == value


async def test_what_was_never_kept_is_a_miss() -> None:
    assert await Cache().get("a") is None


async def test_what_expired_is_a_miss() -> None:
    cache = Cache()
    await cache.put("a", 1, timedelta(microseconds=1))

    assert await cache.get("a") is None


async def test_the_least_recently_used_leaves_first() -> None:
    cache = Cache(entries=2)
    for key in ("a", "b"):
        await cache.put(key, key, HOUR)
    await cache.get("a")
    await cache.put("c", "c", HOUR)

    assert [await cache.get(key) for key in ("a", "b", "c")] == ["a", None, "c"]


async def test_what_is_too_large_is_not_kept() -> None:
    cache = Cache(at_most=10)
    await cache.put("a", "x" * 11, HOUR)

    assert await cache.get("a") is None


async def test_what_another_wrote_there_is_a_miss() -> None:
    cache = Cache()
    await cache._store.set("a", "not json")

    assert await cache.get("a") is None


passages = st.lists(
    st.builds(
        Passage,
        text=st.text(),
        origin=st.sampled_from((Origin.OCR, Origin.QR)),
        box=st.none() | st.builds(Box, edges, edges, edges, edges),
        score=edges,
    )
).map(tuple)


@given(passages)
def test_passages_come_back_as_they_were(given_passages: tuple[Passage, ...]) -> None:
    assert _unpacked(_packed(given_passages)) == given_passages


@pytest.mark.parametrize(
    "value",
    [
        None,
        "x",
        {"a": 1},
        [1],
        [["x"]],
        [["x", "nowhere", None, 1.0]],
        [["x", "ocr", [0, 1], 1.0]],
        [["x", "ocr", [0, 0, 1, "1"], 1.0]],
        [[1, "ocr", None, 1.0]],
        [["x", "ocr", None, None]],
    ],
)
def test_anything_else_is_read_anew(value: Json) -> None:
    assert _unpacked(value) is None
