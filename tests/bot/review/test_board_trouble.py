"""The board and what goes wrong: kills, floods, platforms that are away, places that are closed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.errors import NotPermitted, PlatformUnavailable
from bot.review.card import Card
from bot.review.states import Command
from bot.storage.communities import StoredCommunities
from bot.storage.erase import Person, erase
from bot.storage.forget import forget
from bot.storage.tables import cases
from bot.storage.tables_communities import reports
from tests.bot.journey import a_world
from tests.bot.review.board_room import PLACE, SECOND, Room
from tests.builders import NOON, a_ref
from tests.fakes import FakeClient, Killed


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with a_world(tmp_path) as world:
        communities = StoredCommunities(world.journal.database, lambda: world.time)
        yield Room(world, communities, world.platform)


async def test_a_kill_after_posting_leaves_one_card_and_it_is_true(room: Room) -> None:
    name = await room.posts()
    room.client.die_after = "post_card"
    with pytest.raises(Killed):
        await room.turn()
    await room.does(Command.CLAIM, name)
    room.restart()
    await room.turn()

    assert room.card.standing == "ada is looking at it"
    assert room.client.calls.count("post_card") == 1


async def test_a_kill_after_redrawing_repeats_nothing_but_the_drawing(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    await room.does(Command.UPHOLD, name)
    room.client.die_after = "redraw_card"
    with pytest.raises(Killed):
        await room.turn()
    room.restart()
    await room.turn()

    assert room.card.state == "closed"


async def test_a_restart_draws_nothing_that_did_not_change(room: Room) -> None:
    await room.posts()
    await room.turn()
    before = len(room.client.calls)
    room.restart()
    await room.turn()

    assert len(room.client.calls) == before


async def test_many_changes_are_one_drawing(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    for _ in range(20):
        await room.does(Command.NOTE, name)
        await room.does(Command.CLAIM, name)
    await room.turn()

    assert room.client.calls.count("redraw_card") == 1


async def test_a_note_that_shows_nowhere_redraws_nothing(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    await room.does(Command.NOTE, name)
    await room.turn()

    assert "redraw_card" not in room.client.calls


async def test_one_card_is_not_drawn_twice_within_a_second(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    await room.does(Command.CLAIM, name)
    await room.turn(SECOND)
    assert room.card.standing == ""

    await room.turn(SECOND)
    assert room.card.standing == "ada is looking at it"


async def test_a_clock_that_was_set_back_stops_no_card(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    await room.does(Command.UPHOLD, name)
    await room.turn(-timedelta(hours=5))

    assert room.card.state == "closed"


async def test_a_press_is_answered_by_the_card_at_once(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    room.world.time += 2 * SECOND
    await room.does(Command.UPHOLD, name)
    await room.board.refresh(name)

    assert room.card.state == "closed"


async def test_two_refreshes_in_a_row_draw_once(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    room.world.time += 2 * SECOND
    for command in (Command.CLAIM, Command.UPHOLD):
        await room.does(command, name)
        await room.board.refresh(name)
    assert room.card.state == "open"

    await room.turn()
    assert room.card.state == "closed"


async def test_a_platform_that_is_away_is_left_alone_and_asked_again(room: Room) -> None:
    await room.posts()
    room.client.breaks = {"post_card": PlatformUnavailable("503", retry_after=30)}
    for _ in range(5):
        await room.turn()
    assert room.client.calls.count("post_card") == 1

    room.client.breaks = {}
    await room.turn(31 * SECOND)
    assert len(room.cards) == 1


async def test_a_community_without_a_place_is_tried_rarely_and_told_of(room: Room) -> None:
    room.client.breaks = {"post_card": NotPermitted("no channel was chosen for cards")}
    for number in range(5):
        await room.posts(number=number, by=f"u{number}")
        await room.turn()

    assert room.client.calls.count("post_card") == 1
    assert room.board.lacks() == {"fake:g1": "no channel was chosen for cards"}
    later = room.now() + timedelta(minutes=1)
    assert await room.posting.shelf.changed(["fake"], later, SECOND) == []


async def test_a_community_without_a_place_is_told_of_once_an_hour(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    room.client.breaks = {"post_card": NotPermitted("no channel was chosen for cards")}
    await room.posts()
    for _ in range(6):
        await room.turn(timedelta(minutes=11))
    assert capsys.readouterr().out.count("board.no_place") == 1

    await room.turn(timedelta(minutes=11))
    assert capsys.readouterr().out.count("board.no_place") == 1


async def test_it_keeps_no_other_community_from_its_cards(room: Room) -> None:
    await room.posts(number=1)
    await room.posts(number=2, community="g2")
    room.client.fail(NotPermitted("no channel was chosen for cards"))
    await room.turn()

    assert [card.community_id for card in room.cards] == ["g2"]


async def test_what_waited_is_put_up_once_a_channel_is_chosen(room: Room) -> None:
    room.client.breaks = {"post_card": NotPermitted("no channel was chosen for cards")}
    names = [await room.posts(number=n, by=f"u{n}") for n in range(3)]
    await room.turn()
    await room.does(Command.UPHOLD, names[0])
    await room.turn()
    room.client.breaks = {}
    await room.communities.change(*PLACE, lambda c: replace(c, log_channel="c9"), by="ada")
    await room.turn()

    assert {card.case_id for card in room.cards} == set(names[1:])
    assert room.board.lacks() == {}


async def test_what_waited_is_put_up_once_it_is_permitted_without_a_word(room: Room) -> None:
    room.client.breaks = {"post_card": NotPermitted("missing permission")}
    names = [await room.posts(number=n, by=f"u{n}") for n in range(4)]
    await room.turn()
    room.client.breaks = {}
    await room.turn(timedelta(minutes=11))
    await room.turn()

    assert {card.case_id for card in room.cards} == set(names)


async def test_while_it_is_not_permitted_one_card_is_tried_and_not_all(room: Room) -> None:
    room.client.breaks = {"post_card": NotPermitted("missing permission")}
    for number in range(4):
        await room.posts(number=number, by=f"u{number}")
    await room.turn()
    room.client.calls.clear()
    await room.turn(timedelta(minutes=11))
    later = room.now() + timedelta(minutes=1)

    assert room.client.calls.count("post_card") == 1
    assert await room.posting.shelf.changed(["fake"], later, SECOND) == []


async def test_what_was_decided_before_there_was_a_place_is_not_put_up(room: Room) -> None:
    room.client.breaks = {"post_card": NotPermitted("missing permission")}
    names = [await room.posts(number=n, by=f"u{n}") for n in range(3)]
    await room.turn()
    await room.does(Command.UPHOLD, names[0])
    await room.turn()
    room.client.breaks = {}
    await room.turn(timedelta(minutes=11))
    await room.turn()

    assert {card.case_id for card in room.cards} == set(names[1:])


async def test_a_trial_that_shows_nothing_is_followed_by_all(room: Room) -> None:
    places = room.posting.places
    places.close(PLACE, "missing permission")
    room.world.time += timedelta(minutes=11)
    assert places.opened() == {PLACE: False}
    assert places.opened() == {}

    room.world.time += timedelta(minutes=11)
    assert places.opened() == {PLACE: True}
    assert places.opened() == {}


async def test_what_waited_is_put_up_after_a_restart(room: Room) -> None:
    room.client.breaks = {"post_card": NotPermitted("no channel was chosen for cards")}
    name = await room.posts()
    await room.turn()
    room.client.breaks = {}
    room.restart()
    await room.turn()

    assert room.card.case_id == name


async def test_what_breaks_over_one_card_keeps_no_other_community(room: Room) -> None:
    await room.posts(number=1)
    await room.posts(number=2, community="g2")
    room.client.fail(RuntimeError("a mistake of ours"))
    await room.turn()
    await room.turn(6 * SECOND)

    assert len(room.cards) == 2


@dataclass
class Telling(FakeClient):
    """Says when a card was posted."""

    posted: asyncio.Event = field(default_factory=asyncio.Event, compare=False)

    async def post_card(self, card: Card, *, nonce: str) -> str:
        card_id = await super().post_card(card, nonce=nonce)
        self.posted.set()
        return card_id


async def test_a_judgement_wakes_a_board_that_waits(room: Room) -> None:
    room.platform.client = client = Telling()
    stop = asyncio.Event()
    running = asyncio.create_task(room.board.run(stop))
    await room.posts()
    room.board.wake()
    async with asyncio.timeout(5):
        await client.posted.wait()
    stop.set()
    await running

    assert len(room.cards) == 1


async def test_the_card_of_a_person_who_is_erased_is_taken_away(room: Room) -> None:
    for number in range(3):
        await room.posts(number=number)
    other = await room.posts(number=9, by="u2")
    await room.turn()
    await erase(room.world.journal.database, Person("fake", "u1"), at=NOON, by="ada")
    await room.take_away()

    assert [card.case_id for card in room.cards] == [other]


async def test_a_card_is_taken_away_also_after_a_restart(room: Room) -> None:
    await room.posts()
    await room.turn()
    await erase(room.world.journal.database, Person("fake", "u1"), at=NOON, by="ada")
    room.client.unavailable()
    await room.take_away()
    assert len(room.cards) == 1

    room.restart()
    await room.take_away()
    await room.take_away()
    assert room.cards == []
    assert room.client.calls.count("remove_card") == 2


async def test_a_card_shows_no_case_that_was_forgotten(room: Room) -> None:
    names = [await room.posts(number=n) for n in range(3)]
    await room.turn()
    journal = room.world.journal
    query = select(cases.c.message).where(cases.c.id == names[0])

    def work(conn: Connection) -> None:
        forget(conn, conn.execute(query).scalars().all())

    await journal.database.write(work)
    await room.turn()

    assert (room.card.case_id, room.card.more) == (names[1], (names[2],))


async def test_a_report_about_an_erased_person_goes_with_their_post(room: Room) -> None:
    await room.posts()
    book = room.world.app.reports.book
    await book.add(a_ref("m1"), "u7", "words")
    database = room.world.journal.database
    await erase(database, Person("fake", "u1"), at=NOON, by="ada")

    async with database.reading() as conn:
        assert (await conn.execute(select(reports))).all() == []
