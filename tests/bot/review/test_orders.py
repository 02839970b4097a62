"""What a moderator orders from a case, done through the real enforcer and journal."""

import asyncio
import dataclasses
from dataclasses import dataclass

import pytest

from bot.actions.spec import parse
from bot.enforce import Enforcer
from bot.errors import Misconfigured
from bot.limits import ActionLimits
from bot.model import EventKind, Outcome, Ref, Status
from bot.review.desk import Desk
from bot.review.orders import PersonOrders
from bot.review.states import AlreadyDecided, Claimed
from bot.storage.authors import AuthorBook
from bot.storage.decisions import NoSuchCase
from bot.storage.evidence import EvidenceStore
from bot.storage.journal import Journal
from bot.storage.sealed import NewCase
from tests.bot.storage.builders import Clock, a_key, a_message, a_record
from tests.fakes import FakeClient, FakePlatform, Killed

REF = a_message().ref


@dataclass
class Room:
    """A community whose limits are used up, a case in it, and its desk."""

    journal: Journal
    platform: FakePlatform
    orders: PersonOrders
    desk: Desk
    book: AuthorBook
    clock: Clock
    paused: bool = False

    async def a_case(
        self, *actions: str, moderator: bool = False, status: Status = Status.APPLIED
    ) -> str:
        """A post that stands, with what its rule did about it."""
        message = a_message()
        author = dataclasses.replace(message.author, is_moderator=moderator)
        message = dataclasses.replace(message, author=author)
        self.platform.client.messages[message.ref] = message
        key = a_key()
        case = await self.journal.write(a_record(key, actions=actions), NewCase(message))
        for action in actions:
            await self.journal.settle(key, Outcome(action, status, self.clock()))
        await self.journal.finish(key)
        assert case is not None
        return case

    async def done(self, case_id: str) -> dict[str, Status]:
        case = await self.desk.case(case_id)
        return {o.action: o.status for o in case.judgements[-1].outcomes}

    async def history(self, case_id: str) -> list[tuple[str, str]]:
        events = (await self.desk.case(case_id)).events
        return [(e.by, e.note) for e in events if e.kind is EventKind.ORDERED]


@pytest.fixture
def room(journal: Journal) -> Room:
    clock, platform = Clock(), FakePlatform(name="playground", client=FakeClient())
    made: Room

    async def paused(_ref: Ref) -> bool:
        return made.paused

    journal = Journal(journal.database, journal.seal, parse)
    book = AuthorBook(journal.database, clock)
    house = dataclasses.replace(platform.client.house(), authors=book)
    enforcer = Enforcer(journal, ActionLimits(0, 0), paused, clock)
    orders = PersonOrders(journal, enforcer, {"playground": platform}, parse, clock, house=house)
    desk = Desk(
        journal,
        EvidenceStore.open("memory://", journal.seal),
        lambda _: platform.client,
        parse,
        clock,
        house=house,
    )
    made = Room(journal, platform, orders, desk, book, clock)
    return made


async def test_an_order_is_done_past_the_limits(room: Room) -> None:
    name = await room.a_case("flag")
    outcome = await room.orders.do(name, "delete", "ada")

    assert outcome.status is Status.APPLIED
    assert REF not in room.platform.client.messages


async def test_it_stands_on_the_newest_judgement_and_in_the_history(room: Room) -> None:
    name = await room.a_case("flag")
    await room.orders.do(name, "timeout 1h", "ada")

    assert await room.done(name) == {"flag": Status.APPLIED, "timeout 1h": Status.APPLIED}
    assert await room.history(name) == [("ada", "timeout 1h")]


async def test_an_action_is_understood_however_it_is_spaced(room: Room) -> None:
    name = await room.a_case()
    await room.orders.do(name, " timeout  60m", "ada")

    assert await room.history(name) == [("ada", "timeout 1h")]


async def test_the_same_order_twice_is_done_once(room: Room) -> None:
    name = await room.a_case()
    first = await room.orders.do(name, "ban", "ada")
    second = await room.orders.do(name, "ban", "bob")

    assert second == first
    assert room.platform.client.calls.count("ban") == 1
    assert await room.history(name) == [("ada", "ban")]


async def test_two_moderators_at_once_are_one(room: Room) -> None:
    name = await room.a_case()
    outcomes = await asyncio.gather(*(room.orders.do(name, "delete", by) for by in ("ada", "bob")))

    assert [o.status for o in outcomes] == [Status.APPLIED, Status.APPLIED]
    assert room.platform.client.calls.count("delete") == 1


async def test_what_a_rule_did_already_is_not_done_again(room: Room) -> None:
    name = await room.a_case("delete")
    outcome = await room.orders.do(name, "delete", "ada")

    assert outcome.status is Status.APPLIED
    assert "delete" not in room.platform.client.calls
    assert await room.history(name) == []


async def test_what_was_withheld_or_failed_is_done_now(room: Room) -> None:
    name = await room.a_case("delete", status=Status.FAILED)
    await room.orders.do(name, "delete", "ada")

    assert await room.done(name) == {"delete": Status.APPLIED}


async def test_a_strike_can_be_ordered_and_is_refunded_by_an_overturn(room: Room) -> None:
    name = await room.a_case()
    await room.orders.do(name, "strike", "ada")
    assert (await room.book.standing(REF, "u1")).strikes == 1

    await room.desk.overturn(name, "bob", (await room.desk.case(name)).version)

    assert (await room.book.standing(REF, "u1")).strikes == 0
    assert set((await room.done(name)).values()) == {Status.UNDONE}


async def test_a_timeout_is_lifted_by_an_overturn(room: Room) -> None:
    name = await room.a_case()
    await room.orders.do(name, "timeout 1h", "ada")
    await room.desk.overturn(name, "bob", (await room.desk.case(name)).version)

    assert room.platform.client.timeouts == {}


async def test_a_pause_holds(room: Room) -> None:
    name = await room.a_case()
    room.paused = True
    outcome = await room.orders.do(name, "delete", "ada")

    assert (outcome.status, outcome.detail) == (Status.WITHHELD, "acting is paused")
    assert REF in room.platform.client.messages


async def test_a_moderator_is_not_acted_upon(room: Room) -> None:
    name = await room.a_case(moderator=True)
    outcome = await room.orders.do(name, "ban", "ada")

    assert outcome.status is Status.WITHHELD
    assert room.platform.client.bans == {}


async def test_a_rehearsal_only_simulates_and_says_so(room: Room) -> None:
    name = await room.a_case()
    room.platform.simulate = True
    outcome = await room.orders.do(name, "delete", "ada")

    assert outcome.status is Status.SIMULATED
    assert REF in room.platform.client.messages


async def test_what_was_rehearsed_is_done_once_the_community_is_live(room: Room) -> None:
    name = await room.a_case("delete", status=Status.SIMULATED)
    outcome = await room.orders.do(name, "delete", "ada")

    assert outcome.status is Status.APPLIED


async def test_what_was_rehearsed_is_not_rehearsed_again(room: Room) -> None:
    name = await room.a_case("delete", status=Status.SIMULATED)
    room.platform.simulate = True
    await room.orders.do(name, "delete", "ada")

    assert await room.history(name) == []


async def test_an_edited_post_is_left_alone(room: Room) -> None:
    name = await room.a_case()
    room.platform.client.messages[REF] = a_message(revision="1")
    outcome = await room.orders.do(name, "delete", "ada")

    assert outcome.status is Status.WITHHELD


async def test_an_overturned_case_takes_no_orders(room: Room) -> None:
    name = await room.a_case()
    await room.desk.overturn(name, "bob", (await room.desk.case(name)).version)

    with pytest.raises(AlreadyDecided):
        await room.orders.do(name, "delete", "ada")


async def test_a_case_that_another_holds_takes_no_orders(room: Room) -> None:
    name = await room.a_case()
    await room.desk.claim(name, "bob")

    with pytest.raises(Claimed):
        await room.orders.do(name, "delete", "ada")
    assert (await room.orders.do(name, "delete", "bob")).status is Status.APPLIED


async def test_a_platform_that_is_away_is_told_and_may_be_tried_again(room: Room) -> None:
    name = await room.a_case()
    room.platform.client.unavailable()
    failed = await room.orders.do(name, "delete", "ada")
    again = await room.orders.do(name, "delete", "ada")

    assert (failed.status, again.status) == (Status.FAILED, Status.APPLIED)


async def test_what_was_done_before_a_crash_is_not_done_twice(room: Room) -> None:
    name = await room.a_case()
    room.platform.client.die_after = "ban"
    with pytest.raises(Killed):
        await room.orders.do(name, "ban", "ada")
    outcome = await room.orders.do(name, "ban", "ada")

    assert outcome.status is Status.APPLIED
    assert room.platform.client.calls.count("ban") == 1


async def test_an_order_that_a_crash_cut_off_is_unknown_after_the_start(room: Room) -> None:
    name = await room.a_case()
    room.platform.client.die_after = "ban"
    with pytest.raises(Killed):
        await room.orders.do(name, "ban", "ada")
    await room.orders.turn()

    assert await room.done(name) == {"ban": Status.UNKNOWN}


async def test_a_misspelt_action_or_case_is_told(room: Room) -> None:
    name = await room.a_case()
    with pytest.raises(Misconfigured, match="unknown action"):
        await room.orders.do(name, "delte", "ada")
    with pytest.raises(NoSuchCase):
        await room.orders.do("nope", "delete", "ada")
