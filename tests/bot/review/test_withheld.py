"""Withheld actions, done or dropped by a person through the real enforcer."""

import dataclasses
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.actions.spec import parse
from bot.enforce import Enforcer
from bot.limits import ActionLimits
from bot.model import CaseState, EventKind, Message, Outcome, Ref, Status
from bot.ports import Client
from bot.review.desk import Desk
from bot.review.states import AlreadyDecided
from bot.review.which import Settled, Which, Why
from bot.review.withheld import WithheldActions
from bot.storage import withheld
from bot.storage.evidence import EvidenceStore
from bot.storage.journal import Journal
from bot.storage.sealed import NewCase
from tests.bot.storage.builders import NOON, Clock, a_key, a_message, a_record
from tests.fakes import FakeClient, FakePlatform

NOWHERE: dict[str, Client] = {}
"""No platform is running."""


@dataclass
class Room:
    """A community whose limit is used up, and its desk."""

    journal: Journal
    platform: FakePlatform
    actions: WithheldActions
    desk: Desk
    clock: Clock
    paused: bool = False

    async def a_case(self, number: int = 1, *, detail: str = "", moderator: bool = False) -> str:
        """A post whose removal was withheld: it stands on the platform."""
        message = a_message(number)
        author = dataclasses.replace(message.author, is_moderator=moderator)
        message = dataclasses.replace(message, author=author)
        self.platform.client.messages[message.ref] = message
        key = a_key(number)
        case = await self.journal.write(a_record(key, actions=("delete",)), NewCase(message))
        detail = detail or str(ActionLimits(0, 0).exceeded("home", NOON))
        await self.journal.settle(
            key, Outcome("delete", Status.WITHHELD, self.clock(), None, detail)
        )
        await self.journal.finish(key)
        assert case is not None
        return case

    def stands(self, message: Message) -> bool:
        return message.ref in self.platform.client.messages

    async def status(self, number: int = 1) -> Status:
        stored = await self.journal.stored(a_key(number))
        assert stored is not None
        return stored.record.outcomes[0].status


@pytest.fixture
def room(journal: Journal) -> Room:
    clock, platform = Clock(), FakePlatform(name="playground", client=FakeClient())
    made: Room

    async def paused(_ref: Ref) -> bool:
        return made.paused

    journal = Journal(journal.database, journal.seal, parse)
    enforcer = Enforcer(journal, ActionLimits(0, 0), paused, clock)
    actions = WithheldActions(journal, enforcer, {"playground": platform}, parse, clock)
    desk = Desk(
        journal,
        EvidenceStore.open("memory://", journal.seal),
        lambda ref: NOWHERE.get(ref.platform),
        parse,
        clock,
    )
    made = Room(journal, platform, actions, desk, clock)
    return made


async def test_a_persons_word_goes_past_the_limit(room: Room) -> None:
    name = await room.a_case()
    settled = await room.actions.release(Which(name), "ada")

    assert settled == Settled(1)
    assert not room.stands(a_message())
    assert await room.status() is Status.APPLIED


async def test_who_had_it_done_stands_in_the_history(room: Room) -> None:
    name = await room.a_case()
    await room.actions.release(Which(name), "ada")

    case = await room.journal.case(name)
    assert case is not None
    assert (case.events[-1].kind, case.events[-1].by) == (EventKind.RELEASED, "ada")
    assert case.events[-1].note == "delete"


async def test_moderators_are_never_acted_upon_whoever_orders_it(room: Room) -> None:
    name = await room.a_case(moderator=True)
    settled = await room.actions.release(Which(name), "ada")

    assert settled.done == 0
    assert "moderators and the owner are never acted upon" in settled.left[0]
    assert room.stands(a_message())


async def test_a_pause_holds_whoever_orders_it(room: Room) -> None:
    name = await room.a_case()
    room.paused = True
    settled = await room.actions.release(Which(name), "ada")

    assert settled == Settled(0, ("delete: acting is paused.",), 1)


async def test_a_platform_that_is_away_leaves_it_withheld(room: Room) -> None:
    name = await room.a_case()
    room.platform.client.unavailable()
    settled = await room.actions.release(Which(name), "ada")

    assert "Try again later" in settled.left[0]
    assert await room.status() is Status.WITHHELD


async def test_what_is_dropped_is_not_done(room: Room) -> None:
    name = await room.a_case()
    settled = await room.actions.drop(Which(name), "ada")

    assert settled == Settled(1)
    assert room.stands(a_message())
    assert await room.status() is Status.DROPPED
    assert await room.actions.count(Which()) == 0


async def test_many_are_released_by_why_they_were_withheld(room: Room) -> None:
    for number in range(3):
        await room.a_case(number)
    await room.a_case(9, detail="acting is paused")

    settled = await room.actions.release(Which(why=Why.LIMITS), "ada")

    assert settled.done == 3
    assert await room.actions.count(Which(why=Why.PAUSED)) == 1


async def test_what_was_withheld_after_the_page_was_shown_is_left_alone(room: Room) -> None:
    await room.a_case(1)
    room.clock.passes(timedelta(minutes=1))
    await room.a_case(2)

    await room.actions.release(Which(until=NOON), "ada")

    assert await room.status(2) is Status.WITHHELD


async def test_what_was_released_is_undone_by_an_overturn(room: Room) -> None:
    name = await room.a_case()
    await room.actions.release(Which(name), "ada")
    case = await room.desk.case(name)
    room_with_client = Desk(
        room.journal,
        EvidenceStore.open("memory://", room.journal.seal),
        lambda ref: {"playground": room.platform.client}.get(ref.platform),
        parse,
        room.clock,
    )
    await room_with_client.overturn(name, "bob", case.version)

    assert room.stands(a_message())


async def test_nothing_of_an_overturned_case_is_released(room: Room) -> None:
    name = await room.a_case()
    (waiting,) = await withheld.withheld(room.journal, Which(name))
    await room.desk.overturn(name, "bob", 1)
    settled = await room.actions.release(Which(name), "ada")

    assert settled == Settled(0)
    assert (await room.desk.case(name)).state is CaseState.CLOSED
    with pytest.raises(AlreadyDecided):
        await withheld.ordered(room.journal, waiting, "ada", NOON)


async def test_what_was_done_before_a_crash_is_not_done_twice(room: Room) -> None:
    name = await room.a_case()
    (waiting,) = await withheld.withheld(room.journal, Which(name))
    await withheld.ordered(room.journal, waiting, "ada", NOON)
    await room.platform.client.delete(a_message().ref, reason="and then the process died")
    await room.actions.release(Which(name), "ada")

    assert room.platform.client.calls.count("delete") == 1
    assert await room.status() is Status.APPLIED
