"""An outage is one card a community, true to its number of cases, and closed when it is over."""

import dataclasses
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.errors import PlatformUnavailable
from bot.model import Cause, Ref
from bot.review.card import Card, CardKind
from bot.review.incidents import Incidents
from bot.review.posting import Posting
from bot.storage.communities import StoredCommunities
from bot.storage.incident_cards import IncidentShelf
from bot.storage.journal import Journal
from bot.storage.sealed import NewCase
from tests.bot.storage.builders import Clock, a_key, a_message, a_record
from tests.fakes import FakeClient, FakePlatform, Killed

GEMINI = "gemini:unavailable"
SECONDS = timedelta(seconds=20)


@dataclass
class Room:
    """Communities whose posts wait for answers."""

    journal: Journal
    clock: Clock = field(default_factory=Clock)
    platform: FakePlatform = field(
        default_factory=lambda: FakePlatform(name="playground", client=FakeClient())
    )

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        communities = StoredCommunities(self.journal.database, self.clock)
        platforms = {"playground": self.platform}
        posting = Posting(self.journal, platforms, communities, self.clock)
        shelf = IncidentShelf(self.journal.database)
        self.incidents = Incidents(shelf, posting, "https://desk.test/")

    async def waits(self, number: int, *, waiting: str = GEMINI, community: str = "home") -> None:
        """A post that waits for an answer."""
        ref = Ref("playground", community, "general", f"m{number}")
        record = dataclasses.replace(
            a_record(a_key(number)._replace(ref=ref), actions=()), judged_at=self.clock()
        )
        message = dataclasses.replace(a_message(number), ref=ref)
        await self.journal.write(record, NewCase(message, waiting=waiting))

    async def answered(self, number: int) -> None:
        """Its answer came, and found nothing."""
        key = a_key(number)._replace(round=1, cause=Cause.LATE_ANSWER)
        record = a_record(key, actions=(), judged_at=self.clock())
        verdict = dataclasses.replace(record.verdict, matched=(), needs_review=False)
        found = dataclasses.replace(record.assessment, failures=())
        record = dataclasses.replace(record, verdict=verdict, assessment=found)
        await self.journal.write(record, None)

    async def turn(self) -> None:
        self.clock.passes(SECONDS)
        await self.incidents.turn()

    @property
    def client(self) -> FakeClient:
        return self.platform.client

    @property
    def card(self) -> Card:
        (only,) = self.client.cards.values()
        return only


@pytest.fixture
def room(journal: Journal) -> Room:
    return Room(journal)


async def test_an_outage_is_one_card_with_its_number(room: Room) -> None:
    for number in range(4):
        await room.waits(number)
    await room.turn()

    assert room.card.kind is CardKind.INCIDENT
    assert room.card.title == "4 posts wait: gemini does not answer"
    assert (room.card.community_id, room.card.state) == ("home", "open")
    assert room.card.url == "https://desk.test/"


async def test_it_follows_the_number(room: Room) -> None:
    for number in range(4):
        await room.waits(number)
    await room.turn()
    await room.answered(0)
    await room.turn()

    assert room.card.title == "3 posts wait: gemini does not answer"
    assert room.client.calls.count("post_card") == 1


async def test_it_is_closed_when_it_is_over(room: Room) -> None:
    for number in range(3):
        await room.waits(number)
    await room.turn()
    for number in range(3):
        await room.answered(number)
    await room.turn()
    await room.turn()

    assert (room.card.title, room.card.state) == ("Over: gemini does not answer", "closed")
    assert room.client.calls.count("redraw_card") == 1


async def test_the_next_outage_is_another_card(room: Room) -> None:
    for number in range(3):
        await room.waits(number)
    await room.turn()
    for number in range(3):
        await room.answered(number)
    await room.turn()
    for number in range(3, 6):
        await room.waits(number)
    await room.turn()

    assert [card.state for card in room.client.cards.values()] == ["closed", "open"]


async def test_each_community_and_each_cause_has_its_own(room: Room) -> None:
    for number in range(3):
        await room.waits(number)
        await room.waits(number, community="other")
        await room.waits(number + 10, waiting="openai_moderation:over_budget")
    await room.turn()

    assert len(room.client.cards) == 3


async def test_one_post_that_waits_a_moment_is_no_outage(room: Room) -> None:
    await room.waits(1)
    await room.turn()
    assert room.client.cards == {}

    room.clock.passes(timedelta(minutes=2))
    await room.turn()
    assert room.card.title == "1 post waits: gemini does not answer"


async def test_an_outage_that_ended_unseen_is_not_told_of(room: Room) -> None:
    for number in range(3):
        await room.waits(number)
    room.client.breaks = {"post_card": PlatformUnavailable("503")}
    await room.turn()
    for number in range(3):
        await room.answered(number)
    room.client.breaks = {}
    await room.turn()

    assert room.client.cards == {}


async def test_one_taken_away_stays_away_until_the_next_outage(room: Room) -> None:
    for number in range(3):
        await room.waits(number)
    await room.turn()
    room.client.cards.clear()
    for number in range(3, 6):
        await room.waits(number)
        await room.turn()

    assert room.client.cards == {}


async def test_its_number_is_not_drawn_more_often_than_people_read(room: Room) -> None:
    for number in range(3):
        await room.waits(number)
    await room.turn()
    for number in range(3, 9):
        await room.waits(number)
        await room.incidents.turn()

    assert "redraw_card" not in room.client.calls


async def test_a_kill_after_posting_leaves_one_card(room: Room) -> None:
    for number in range(3):
        await room.waits(number)
    room.client.die_after = "post_card"
    with pytest.raises(Killed):
        await room.turn()
    await room.waits(3)
    room.restart()
    await room.turn()

    assert room.card.title == "4 posts wait: gemini does not answer"


async def test_dead_workers_are_told_apart(room: Room) -> None:
    for number in range(3):
        await room.waits(number, waiting="worker:unreadable")
    await room.turn()

    assert room.card.title == "3 posts wait: what reads them died over them"
    assert "not tried again by themselves" in room.card.explanation


async def test_a_kill_after_posting_closes_it_all_the_same(room: Room) -> None:
    for number in range(3):
        await room.waits(number)
    room.client.die_after = "post_card"
    with pytest.raises(Killed):
        await room.turn()
    for number in range(3):
        await room.answered(number)
    room.restart()
    await room.turn()

    assert room.card.state == "closed"
