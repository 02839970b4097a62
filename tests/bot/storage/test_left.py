"""Of a community that the bot was removed from nothing is left when its time is up."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from bot import model
from bot.config.tables import Storage
from bot.model import Author, Ref
from bot.storage.authors import AuthorBook
from bot.storage.bookmarks import StoredBookmarks
from bot.storage.communities import StoredCommunities
from bot.storage.database import Database
from bot.storage.evidence import EvidenceStore
from bot.storage.installations import Installations
from bot.storage.journal import Journal
from bot.storage.retention import Kept, Retention
from bot.storage.schema import metadata
from bot.storage.tables import messages
from tests.bot.storage.builders import NOON, Clock, a_key, a_message, a_new_case, a_record, files

DAY = timedelta(days=1)
LONG = timedelta(days=3650)


class Room:
    """Two communities, home and other, each with all that may be kept of one."""

    def __init__(self, journal: Journal, folder: Path, left: timedelta | None) -> None:
        self.clock = Clock()
        self.journal = journal
        self.folder = folder
        self.database: Database = journal.database
        self.communities = StoredCommunities(self.database, self.clock)
        self.evidence = EvidenceStore.open(f"file://{folder}/evidence", journal.seal)
        self.retention = Retention(
            self.database, self.evidence, Kept(LONG, LONG, left), self.clock, self._no_parked
        )

    async def fill(self) -> None:
        for number, community in enumerate(("home", "other")):
            ref = Ref("playground", community, "general", f"m{number}")
            image = await self.evidence.put(community.encode())
            kept = (model.Evidence(image, 0, 1, 1, "ab" * 32),)
            case = replace(a_new_case(), message=replace(a_message(), ref=ref), evidence=kept)
            await self.journal.write(a_record(a_key()._replace(ref=ref)), case)
            book = AuthorBook(self.database, self.clock)
            await book.strike(ref, Author("u1", "Ada"), NOON + LONG, nonce=community, reason="r")
            given = {"token": "t"}
            install = Installations(self.database, self.journal.seal, self.clock)
            await install.save("playground", community, given)
            bookmarks = StoredBookmarks(self.database, self.clock)
            await bookmarks.put(f"playground/digest/{community}", {"day": "2026-11-22"})
            await self.communities.change(
                "playground", community, lambda c: replace(c, live=True), by="ada"
            )

    async def leaves(self) -> None:
        at = self.clock()
        await self.communities.change("playground", "home", lambda c: replace(c, left_at=at), by="")

    async def passes(self, time: timedelta) -> None:
        """Time goes by, with a look every few hours and enough of them at the end."""
        end = self.clock.now + time
        while self.clock.now < end:
            self.clock.passes(timedelta(hours=6))
            await self.retention.turn()
        for _ in range(3):
            self.clock.passes(timedelta(minutes=11))
            await self.retention.turn()
        await self.communities.load()

    async def kept(self) -> dict[str, set[str]]:
        """The communities that each table speaks of."""
        found: dict[str, set[str]] = {}
        async with self.database.reading() as conn:
            for table in metadata.sorted_tables:
                if "community_id" in table.c and table.name != "tallies":
                    rows = await conn.execute(select(table.c.community_id))
                    found[table.name] = set(rows.scalars())
        return {name: there for name, there in found.items() if there}

    async def _no_parked(self, _: object) -> int:
        return 0


@pytest.fixture
def room(journal: Journal, tmp_path: Path) -> Room:
    return Room(journal, tmp_path, 30 * DAY)


async def test_when_its_time_is_up_every_table_is_rid_of_it(room: Room) -> None:
    await room.fill()
    await room.leaves()
    await room.passes(31 * DAY)

    assert set().union(*(await room.kept()).values()) == {"other"}
    assert room.communities.of("playground", "home").live is None
    assert len([p for p in files(room.folder) if "evidence" in p.parts]) == 1
    notes = await StoredBookmarks(room.database, room.clock).under("playground/")
    assert list(notes) == ["playground/digest/other"]


async def test_until_then_everything_stays(room: Room) -> None:
    await room.fill()
    before = await room.kept()
    await room.leaves()
    await room.passes(29 * DAY)

    assert await room.kept() == before


async def test_a_bot_that_was_invited_again_forgets_nothing(room: Room) -> None:
    await room.fill()
    await room.leaves()
    await room.passes(10 * DAY)
    await room.communities.change("playground", "home", lambda c: replace(c, left_at=None), by="")
    await room.passes(31 * DAY)

    assert (await room.kept())["messages"] == {"home", "other"}


async def test_by_choice_it_is_kept_for_ever(journal: Journal, tmp_path: Path) -> None:
    room = Room(journal, tmp_path, None)
    await room.fill()
    await room.leaves()
    await room.passes(100 * DAY)

    assert (await room.kept())["messages"] == {"home", "other"}


async def test_by_choice_it_goes_at_once_with_what_is_judged_afterwards(
    journal: Journal, tmp_path: Path
) -> None:
    room = Room(journal, tmp_path, timedelta())
    await room.fill()
    await room.leaves()
    await room.passes(timedelta())
    assert (await room.kept())["messages"] == {"other"}

    ref = Ref("playground", "home", "general", "late")
    await room.journal.write(a_record(a_key()._replace(ref=ref)), None)
    await room.passes(2 * DAY)
    assert set().union(*(await room.kept()).values()) == {"other"}


async def test_a_clock_that_jumped_takes_no_community(room: Room, database: Database) -> None:
    await room.fill()
    await room.leaves()
    await room.passes(DAY)
    room.clock.passes(300 * DAY)
    await room.retention.turn()

    async with database.reading() as conn:
        assert len((await conn.execute(select(messages))).all()) == 2


@pytest.mark.parametrize(("written", "read"), [(0, 0), ("30", 30), ("keep", "keep")])
def test_how_long_is_a_setting(written: object, read: object) -> None:
    assert Storage.model_validate({"left_days": written}).left_days == read


@pytest.mark.parametrize("written", [-1, "forever", 9999])
def test_and_must_be_one_that_is_understood(written: object) -> None:
    with pytest.raises(ValidationError):
        Storage.model_validate({"left_days": written})
