"""What a community chose is read from memory, is durable, and reaches other processes."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.communities import Communities, Community
from bot.storage.communities import EDITION, StoredCommunities
from bot.storage.database import Database
from bot.storage.edition import Edition
from bot.storage.tables import audit
from tests.bot.storage.builders import NOON, Clock

Change = Callable[[Community], Community]


def to(**choices: object) -> Change:
    return lambda community: dataclasses.replace(community, **choices)  # type: ignore[arg-type]


@pytest.fixture
def communities(database: Database) -> StoredCommunities:
    return StoredCommunities(database, Clock())


@pytest.fixture
async def other(url: str) -> AsyncIterator[StoredCommunities]:
    """Another process over the same database."""
    opened = await Database.open(url)
    yield StoredCommunities(opened, Clock())
    await opened.close()


async def audited(database: Database) -> list[tuple[str, str, dict[str, object]]]:
    query = select(audit.c.by, audit.c.subject, audit.c.detail).order_by(audit.c.id)
    async with database.reading() as conn:
        return [tuple(row) for row in await conn.execute(query)]


async def test_a_community_never_seen_chose_nothing(communities: StoredCommunities) -> None:
    assert communities.of("fake", "g1") == Community("fake", "g1")


async def test_every_choice_comes_back_after_a_restart(
    communities: StoredCommunities, other: StoredCommunities
) -> None:
    chosen = Community(
        "fake",
        "g1",
        name="Cats",
        live=False,
        log_channel="c9",
        preset="strict",
        language="es",
        moderators=("mods",),
        analyze_for=("members",),
        paused="Ada: too eager",
        digest=True,
        joined_at=NOON,
        left_at=NOON + timedelta(days=1),
    )
    await communities.change("fake", "g1", lambda _: chosen, by="ada")
    await other.load()

    assert other.of("fake", "g1") == communities.of("fake", "g1") == chosen


async def test_a_change_is_read_at_once(communities: StoredCommunities) -> None:
    after = await communities.change("fake", "g1", to(live=True), by="ada")

    assert communities.of("fake", "g1") is after
    assert after.live is True


async def test_a_change_starts_from_what_another_process_wrote(
    communities: StoredCommunities, other: StoredCommunities
) -> None:
    await communities.load()
    await other.change("fake", "g1", to(language="es"), by="bob")
    after = await communities.change("fake", "g1", to(live=True), by="ada")

    assert (after.language, after.live) == ("es", True)


async def test_a_change_cannot_become_another_communitys(communities: StoredCommunities) -> None:
    after = await communities.change("fake", "g1", to(id="g2", live=True), by="ada")

    assert after.id == "g1"
    assert communities.of("fake", "g2").live is None


async def test_another_process_sees_each_change(
    communities: StoredCommunities, other: StoredCommunities
) -> None:
    for language in ("es", "en"):
        await communities.change("fake", "g1", to(language=language), by="ada")
        await other.load()

        assert other.of("fake", "g1").language == language


async def test_a_change_says_who_made_it_and_to_what(
    communities: StoredCommunities, database: Database
) -> None:
    await communities.change("fake", "g1", to(live=True, moderators=("u7", "u8")), by="ada")

    assert await audited(database) == [("ada", "fake:g1", {"live": "True", "moderators": 2})]


async def test_a_change_of_nothing_leaves_no_trace(
    communities: StoredCommunities, database: Database
) -> None:
    await communities.change("fake", "g1", to(live=True), by="ada")
    await communities.change("fake", "g1", to(live=True), by="bob")

    assert [by for by, _, _ in await audited(database)] == ["ada"]


async def test_those_it_left_are_not_among_all(communities: StoredCommunities) -> None:
    await communities.change("fake", "g1", to(name="b"), by="")
    await communities.change("fake", "g2", to(name="A"), by="")
    await communities.change("fake", "g3", to(name="c", left_at=NOON), by="")
    await communities.change("other", "g4", to(name="d"), by="")

    assert [one.name for one in communities.all("fake")] == ["A", "b"]


async def test_a_policy_finds_it_by_its_id_alone(communities: StoredCommunities) -> None:
    await communities.change("fake", "g1", to(preset="strict"), by="")

    assert communities.named("g1").preset == "strict"
    assert not communities.named("g2").preset


def _as_port(stored: StoredCommunities) -> Communities:
    """Checked by mypy: it keeps the protocol."""
    return stored


@dataclass(frozen=True, slots=True)
class Held(Edition):
    """Lets a look at the table take as long as it is held."""

    gate: asyncio.Event
    looked: asyncio.Event

    async def now(self, conn: AsyncConnection) -> str:
        found = await Edition.now(self, conn)
        self.looked.set()
        await self.gate.wait()
        return found


async def test_a_look_that_began_earlier_takes_no_change_back(database: Database) -> None:
    communities = StoredCommunities(database, Clock())
    await communities.load()
    await communities.change("discord", "g1", to(paused="a raid"), by="ada")
    held = Held("communities", asyncio.Event(), asyncio.Event())
    communities._edition = held
    look = asyncio.create_task(communities.load())
    await held.looked.wait()

    communities._edition = EDITION
    await communities.change("discord", "g1", to(paused=""), by="ada")
    held.gate.set()
    await look

    assert communities.of("discord", "g1").paused == ""
