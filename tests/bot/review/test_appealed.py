"""Who appealed hears what came of it, once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.actions.spec import parse
from bot.errors import NotPermitted
from bot.house import House
from bot.model import Case
from bot.ports import Client
from bot.review.appealed import Appeals
from bot.review.desk import Desk
from bot.storage.evidence import EvidenceStore
from tests.bot.journey import World, a_world
from tests.builders import a_message
from tests.fakes import FakeClient

STAYS = "A moderator looked again: it stays as it was decided."
SORRY = "A moderator looked again: we were wrong, and we are sorry."
NOTIFIES = """
[[rule]]
id = "scam"
when = "scores.scam >= 0.8"
then = ["notify author", "flag"]
because = "It looks like a scam."
"""


@dataclass
class Room:
    """A desk over a post that was judged."""

    world: World
    desk: Desk
    running: bool = True

    @property
    def client(self) -> FakeClient:
        return self.world.platform.client

    @property
    def letters(self) -> list[str]:
        """What authors were written."""
        return [text for _, text in self.client.dms.values()]

    async def a_case(self) -> Case:
        message = self.world.stands(a_message("scam 0.9"))
        await self.world.handle(message)
        case = await self.world.case(message)
        assert case is not None
        return case

    async def appealed(self) -> Case:
        case = await self.a_case()
        await self.desk.appeal(case.id, case.message.author.id, "it was a joke")
        return await self.desk.case(case.id)


def a_room(world: World) -> Room:
    room: Room

    def client_of(_ref: object) -> Client | None:
        return world.platform.client if room.running else None

    house = House(world.authors, world.platform.client.books)
    desk = Desk(
        world.journal,
        EvidenceStore.open("memory://", world.journal.seal),
        client_of,
        parse,
        lambda: world.time,
        house=house,
        tell=Appeals(client_of, house).decided,
    )
    room = Room(world, desk)
    return room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with a_world(tmp_path) as world:
        yield a_room(world)


async def test_whose_appeal_changed_nothing_is_told_so(room: Room) -> None:
    case = await room.appealed()

    await room.desk.uphold(case.id, "mia", case.version)

    assert [STAYS in letter for letter in room.letters] == [True]


async def test_whose_appeal_was_right_is_told_so(room: Room) -> None:
    case = await room.appealed()

    await room.desk.overturn(case.id, "mia", case.version)

    assert [SORRY in letter for letter in room.letters] == [True]


async def test_who_did_not_appeal_is_not_written_to(room: Room) -> None:
    case = await room.a_case()

    await room.desk.uphold(case.id, "mia", case.version)

    assert room.letters == []


async def test_who_was_written_to_at_first_is_written_to_once_more_and_not_twice(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, rules=NOTIFIES) as world:
        room = a_room(world)
        case = await room.appealed()

        await room.desk.overturn(case.id, "mia", case.version)

        assert sum(SORRY in letter for letter in room.letters) == 1


async def test_who_takes_no_letters_stops_no_decision(room: Room) -> None:
    case = await room.appealed()
    room.client.breaks["send_dm"] = NotPermitted("they take no direct messages")

    closed = await room.desk.uphold(case.id, "mia", case.version)

    assert closed.state == "closed"
    assert room.letters == []


async def test_where_it_only_rehearses_nobody_is_written_to(room: Room) -> None:
    case = await room.appealed()
    room.running = False

    await room.desk.uphold(case.id, "mia", case.version)

    assert room.letters == []
