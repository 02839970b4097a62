"""Every open case that needs a person stands on one card, which is as the case is."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Outcome, Status
from bot.review.states import Command
from bot.storage.communities import StoredCommunities
from bot.storage.database import Database
from bot.storage.decisions import Step, take
from bot.storage.journal import Journal
from tests.bot.journey import a_world
from tests.bot.review.board_room import SECOND, Room
from tests.builders import NOON, a_message
from tests.fakes import Killed


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with a_world(tmp_path) as world:
        communities = StoredCommunities(world.journal.database, lambda: world.time)
        yield Room(world, communities, world.platform)


async def test_a_case_that_needs_a_person_stands_on_a_card(room: Room) -> None:
    name = await room.posts()
    await room.turn()

    assert (room.card.case_id, room.card.community_id) == (name, "g1")
    assert (room.card.state, room.card.url) == ("open", f"https://desk.test/{name}")


async def test_a_post_without_a_case_has_no_card(room: Room) -> None:
    await room.posts("good morning")
    await room.turn()

    assert room.cards == []


async def test_a_case_that_only_acted_has_none_and_one_that_says_log_has(room: Room) -> None:
    def verdict(*actions: str) -> None:
        rules = "\n".join(f'"{action}",' for action in actions)
        room.world.policy.write_text(
            f'[[rule]]\nid = "r"\nwhen = "scores.scam > 0.1"\nthen = [{rules}]\n'
        )
        room.world.rules.look()
        room.world.rules.look()

    verdict("delete")
    await room.posts(number=1, by="u1")
    verdict("delete", "log")
    logged = await room.posts(number=2, by="u2")
    await room.turn()

    assert [card.case_id for card in room.cards] == [logged]


async def test_what_was_withheld_stands_before_a_person(room: Room) -> None:
    room.platform.forbids = {"delete": "the bot may not manage messages here"}
    await room.posts("scam 0.9")
    await room.turn()

    assert ("delete", "withheld") in room.card.outcomes


async def test_a_rehearsal_puts_up_cards_too(room: Room) -> None:
    room.platform.simulate = True
    await room.posts("scam 0.9")
    await room.turn()

    assert ("delete", "simulated") in room.card.outcomes


async def test_it_shows_what_was_done_once_that_is_settled(room: Room) -> None:
    post = a_message("scam 0.9")
    room.world.stands(post)
    room.client.die_after = "delete"
    with pytest.raises(Killed):
        await room.world.handle(post)
    await room.turn()
    assert room.cards == []

    await room.world.handle(post)
    await room.turn()

    assert ("delete", "applied") in room.card.outcomes


async def test_what_hangs_is_shown_all_the_same_after_a_while(room: Room) -> None:
    post = a_message("scam 0.9")
    room.world.stands(post)
    room.client.die_after = "delete"
    with pytest.raises(Killed):
        await room.world.handle(post)
    await room.turn(11 * SECOND)

    assert ("delete", "intended") in room.card.outcomes


@pytest.mark.parametrize(
    ("command", "state", "standing"),
    [
        (Command.CLAIM, "open", "ada is looking at it"),
        (Command.ESCALATE, "escalated", "Escalated by ada"),
        (Command.UPHOLD, "closed", "Upheld by ada"),
        (Command.OVERTURN, "closed", "Overturned by ada"),
    ],
)
async def test_it_is_redrawn_in_place_as_the_case_changes(
    room: Room, command: Command, state: str, standing: str
) -> None:
    name = await room.posts()
    await room.turn()
    await room.does(command, name)
    await room.turn()

    assert (room.card.state, room.card.standing) == (state, standing)


async def test_another_process_changes_the_case_and_the_card_follows(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    file = room.world.policy.parent / "test.db"
    other = await Database.open(f"sqlite+aiosqlite:///{file}")
    journal = room.world.journal
    await take(Journal(other, journal.seal, journal.parse), name, Step(Command.UPHOLD, "cli", NOON))
    await other.close()
    await room.turn()

    assert room.card.standing == "Upheld by cli"


async def test_it_follows_an_outcome_that_is_settled_later(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    key = (await room.case(name)).judgements[-1].key
    await room.world.journal.settle(key, Outcome("ban", Status.APPLIED, NOON))
    await room.turn()

    assert ("ban", "applied") in room.card.outcomes


async def test_an_upheld_case_that_is_appealed_is_shown_as_escalated(room: Room) -> None:
    name = await room.posts()
    await room.does(Command.UPHOLD, name)
    await take(room.world.journal, name, Step(Command.APPEAL, "u1", NOON, note="why"))
    await room.turn()

    assert (room.card.state, room.card.standing) == ("escalated", "Appealed by its author")


async def test_a_case_decided_before_the_board_looked_has_no_card(room: Room) -> None:
    name = await room.posts()
    await room.does(Command.UPHOLD, name)
    await room.turn()

    assert room.cards == []


async def test_a_burst_of_one_author_is_one_card(room: Room) -> None:
    names = [await room.posts(number=n, after=n * SECOND) for n in range(4)]
    await room.turn()

    assert room.card.case_id == names[0]
    assert room.card.more == tuple(names[1:])


async def test_a_late_post_of_a_burst_joins_its_card(room: Room) -> None:
    first = await room.posts(number=1)
    await room.turn()
    second = await room.posts(number=2, after=timedelta(minutes=9))
    third = await room.posts(number=3, after=timedelta(minutes=18))
    await room.turn()

    assert (room.card.case_id, room.card.more) == (first, (second, third))


@pytest.mark.parametrize(
    ("by", "after", "community"),
    [
        pytest.param("u2", timedelta(), "g1", id="another author"),
        pytest.param("u1", timedelta(minutes=11), "g1", id="later"),
        pytest.param("u1", timedelta(), "g2", id="another community"),
    ],
)
async def test_other_posts_have_cards_of_their_own(
    room: Room, by: str, after: timedelta, community: str
) -> None:
    await room.posts(number=1)
    await room.posts(number=2, by=by, after=after, community=community)
    await room.turn()

    assert len(room.cards) == 2


async def test_a_bursts_card_moves_on_to_the_next_open_case(room: Room) -> None:
    names = [await room.posts(number=n) for n in range(3)]
    await room.turn()
    await room.does(Command.UPHOLD, names[0])
    await room.turn()
    assert (room.card.case_id, room.card.more) == (names[1], (names[2],))

    for name in names[1:]:
        await room.does(Command.UPHOLD, name)
    await room.turn()
    assert (room.card.state, room.card.more) == ("closed", (names[1], names[2]))


async def test_a_bursts_escalated_case_comes_first(room: Room) -> None:
    names = [await room.posts(number=n) for n in range(3)]
    await room.does(Command.ESCALATE, names[2])
    await room.turn()

    assert room.card.case_id == names[2]


async def test_nothing_joins_a_card_whose_cases_are_decided(room: Room) -> None:
    name = await room.posts(number=1)
    await room.turn()
    await room.does(Command.UPHOLD, name)
    await room.posts(number=2)
    await room.turn()

    assert [card.state for card in room.cards] == ["closed", "open"]


async def test_a_card_that_was_taken_away_is_not_put_up_again(room: Room) -> None:
    name = await room.posts()
    await room.turn()
    room.client.cards.clear()
    for command in (Command.CLAIM, Command.NOTE, Command.UPHOLD):
        await room.does(command, name)
        await room.turn()

    assert room.cards == []
    assert room.client.calls.count("redraw_card") == 1


@pytest.mark.parametrize("noticed", ["noticed", "not noticed"])
async def test_unless_its_case_is_escalated(room: Room, noticed: str) -> None:
    name = await room.posts()
    await room.turn()
    room.client.cards.clear()
    if noticed == "noticed":
        await room.does(Command.CLAIM, name)
        await room.turn()
    await room.does(Command.ESCALATE, name)
    await room.turn()
    await room.turn()

    assert room.card.state == "escalated"


async def test_taken_away_while_escalated_it_stays_away(room: Room) -> None:
    name = await room.posts()
    await room.does(Command.ESCALATE, name)
    await room.turn()
    room.client.cards.clear()
    for _ in range(3):
        await room.does(Command.CLAIM, name)
        await room.turn()

    assert room.cards == []
