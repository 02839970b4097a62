"""A digest a day, once, where one is wanted and something happened."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from analysis.remote.ledger import Spent
from bot.errors import NotPermitted, PlatformUnavailable
from bot.review.card import Card, CardKind
from bot.review.digests import Digests
from bot.review.posting import Posting
from bot.review.states import Command
from bot.storage.bookmarks import StoredBookmarks
from bot.storage.communities import StoredCommunities
from bot.storage.decisions import Step, take
from bot.storage.spend import SpendLedger
from tests.bot.journey import World, a_world
from tests.builders import NOON, a_message, a_ref
from tests.fakes import FakeClient, Killed

TOMORROW = NOON + timedelta(days=1)


@dataclass
class Room:
    """A community that wants digests."""

    world: World
    communities: StoredCommunities
    digests: Digests

    @classmethod
    async def of(cls, world: World) -> "Room":
        communities = StoredCommunities(world.journal.database, lambda: world.time)
        await communities.change("fake", "g1", lambda c: replace(c, digest=True), by="ada")
        return cls(world, communities, cls.a_process(world, communities))

    @staticmethod
    def a_process(world: World, communities: StoredCommunities) -> Digests:
        journal, platforms = world.journal, {"fake": world.platform}
        bookmarks = StoredBookmarks(journal.database, lambda: world.time)
        posting = Posting(journal, platforms, communities, lambda: world.time)
        return Digests(journal.database, communities, bookmarks, posting, "https://desk.test/")

    async def posts(self, text: str = "scam 0.9", number: int = 1, community: str = "g1") -> str:
        post = a_message(text, ref=a_ref(f"m{number}", community_id=community))
        await self.world.handle(self.world.stands(post))
        case = await self.world.case(post)
        return "" if case is None else case.id

    async def turn(self, at: datetime = TOMORROW) -> None:
        self.world.time = at
        await self.digests.turn()

    @property
    def client(self) -> FakeClient:
        return self.world.platform.client

    @property
    def cards(self) -> list[Card]:
        return list(self.client.cards.values())


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with a_world(tmp_path) as world:
        yield await Room.of(world)


async def test_it_tells_what_happened_and_what_it_cost(room: Room) -> None:
    names = [await room.posts(number=n) for n in range(3)]
    room.world.platform.simulate = True
    await room.posts(number=4)
    await take(room.world.journal, names[0], Step(Command.UPHOLD, "ada", NOON))
    spent = Spent(NOON.date(), "g1", "gemini", "flash", 0.126, 3, 100)
    await SpendLedger(room.world.journal.database).add(spent)
    await room.turn()

    (card,) = room.cards
    assert card.kind is CardKind.NOTICE
    assert card.title == "2026-11-23: the day"
    assert card.explanation == (
        "4 cases opened, 1 decided, 3 open. Done: delete 3, timeout 3. "
        "Rehearsed: delete 1, timeout 1. Providers cost 0.13 US dollars."
    )
    assert (card.community_id, card.url) == ("g1", "https://desk.test/")


async def test_it_comes_once_a_day(room: Room) -> None:
    await room.posts()
    for hours in range(5):
        await room.turn(TOMORROW + timedelta(hours=hours))
    room.digests = Room.a_process(room.world, room.communities)
    await room.turn()

    assert room.client.calls.count("post_card") == 1


async def test_each_day_has_its_own(room: Room) -> None:
    await room.posts()
    await room.turn()
    await room.posts(number=2)
    await room.turn(TOMORROW + timedelta(days=1))

    assert [card.title[:10] for card in room.cards] == ["2026-11-23", "2026-11-24"]


async def test_before_the_day_is_over_nothing_is_told(room: Room) -> None:
    await room.posts()
    await room.turn(NOON + timedelta(hours=11))

    assert room.cards == []


async def test_a_day_without_anything_has_none(room: Room) -> None:
    await room.posts("good morning")
    await room.turn()

    assert room.cards == []


async def test_what_happened_elsewhere_is_not_told(room: Room) -> None:
    await room.posts(community="g2")
    await room.turn()

    assert room.cards == []


async def test_a_community_that_wants_none_gets_none(room: Room) -> None:
    await room.posts()
    await room.communities.change("fake", "g1", lambda c: replace(c, digest=False), by="ada")
    await room.turn()

    assert room.cards == []


async def test_a_kill_after_posting_leaves_one(room: Room) -> None:
    await room.posts()
    room.client.die_after = "post_card"
    with pytest.raises(Killed):
        await room.turn()
    room.digests = Room.a_process(room.world, room.communities)
    await room.turn()

    assert len(room.cards) == 1


@pytest.mark.parametrize("trouble", [PlatformUnavailable("503"), NotPermitted("no channel")])
async def test_what_cannot_be_posted_now_is_not_lost(room: Room, trouble: Exception) -> None:
    await room.posts()
    room.client.fail(trouble)
    await room.turn()
    assert room.cards == []

    room.digests = Room.a_process(room.world, room.communities)
    await room.turn(TOMORROW + timedelta(minutes=1))
    assert len(room.cards) == 1
