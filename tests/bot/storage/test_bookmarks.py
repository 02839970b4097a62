"""Where a platform had got to outlives it."""

import pytest

from bot.bookmarks import Bookmarks
from bot.storage.bookmarks import StoredBookmarks
from bot.storage.database import Database
from tests.bot.storage.builders import Clock


@pytest.fixture
def bookmarks(database: Database) -> StoredBookmarks:
    return StoredBookmarks(database, Clock())


async def test_what_was_never_written_is_empty(bookmarks: Bookmarks) -> None:
    assert await bookmarks.get("discord/session/0") == {}


async def test_a_note_is_found_after_a_restart(bookmarks: Bookmarks, url: str) -> None:
    await bookmarks.put("discord/session/0", {"id": "abc", "seq": "7"})
    again = await Database.open(url)
    note = await StoredBookmarks(again, Clock()).get("discord/session/0")
    await again.close()

    assert note == {"id": "abc", "seq": "7"}


async def test_a_newer_note_replaces_the_older(bookmarks: Bookmarks) -> None:
    await bookmarks.put("a", {"seq": "7", "old": "x"})
    await bookmarks.put("a", {"seq": "8"})

    assert await bookmarks.get("a") == {"seq": "8"}


async def test_notes_are_listed_by_how_their_names_begin(bookmarks: Bookmarks) -> None:
    for name in ("a_b/1", "a_b/2", "aXb/3", "A_B/4"):
        await bookmarks.put(name, {"name": name})

    assert list(await bookmarks.under("a_b/")) == ["a_b/1", "a_b/2"]


async def test_a_dropped_note_is_gone_and_dropping_is_repeatable(bookmarks: Bookmarks) -> None:
    await bookmarks.put("a", {"seq": "7"})
    await bookmarks.drop("a")
    await bookmarks.drop("a")

    assert await bookmarks.under("") == {}
