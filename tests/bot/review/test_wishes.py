"""A member asks to be erased; an administrator decides; and nothing of them is left."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.chat.case_sheet import sheet_of
from bot.config.tables import Storage
from bot.leaving import finish_leaving
from bot.model import Author, Ref
from bot.queue.jobs import pack
from bot.queue.sqlite import SqliteQueue
from bot.review.card import Card
from bot.review.posting import Posting
from bot.review.wishes import Wishes
from bot.storage.erase import Person
from bot.storage.erasures import WishState
from bot.storage.incident_cards import IncidentShelf
from bot.storage.store import Store, opened
from bot.storage.tables import audit
from tests.bot.storage.builders import NOON, Clock, a_message, a_new_case, a_record, disk
from tests.fakes import FakeClient, FakePlatform

ADA = Person("playground", "u1", "home")


@dataclass
class Room:
    """Everything Bifocal keeps, and the moderators' channel."""

    store: Store
    queue: SqliteQueue
    clock: Clock
    platform: FakePlatform
    wishes: Wishes

    @property
    def client(self) -> FakeClient:
        return self.platform.client

    @property
    def card(self) -> Card:
        (only,) = self.client.cards.values()
        return only

    async def posted(self) -> None:
        """A post of hers has a case."""
        await self.store.journal.write(a_record(), a_new_case())

    async def asked(self, person: Person = ADA) -> None:
        await self.store.erasures.ask(person, "Ada")
        await self.wishes.turn()

    async def restarted(self) -> None:
        await finish_leaving(self.store, self.queue, {}, NOON)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    options = Storage(
        url=f"sqlite+aiosqlite:///{tmp_path}/bifocal.db", evidence_url=f"file://{tmp_path}/evidence"
    )
    clock, platform = Clock(), FakePlatform(name="playground", client=FakeClient())
    queue = await SqliteQueue.from_url(f"sqlite:///{tmp_path}/inbox.db")
    async with opened(options, clock) as store:
        posting = Posting(store.journal, {"playground": platform}, store.communities, clock)
        yield Room(store, queue, clock, platform, Wishes(store.erasures, posting))
    await queue.close()


def verbs(card: Card) -> list[tuple[str, str]]:
    presses = [button.press for button in sheet_of(card).buttons]
    return [(press.verb, press.subject) for press in presses if press is not None]


async def test_a_wish_stands_before_the_moderators_with_its_answers(room: Room) -> None:
    await room.asked()

    assert room.card.title == "Ada asks to be erased"
    assert verbs(room.card) == [("erase", "u1"), ("decline", "u1")]
    (wish,) = await room.store.erasures.waiting("playground", "home")
    assert (wish.person, wish.name, wish.state) == (ADA, "Ada", WishState.ASKED)


async def test_asking_again_is_one_wish_and_one_card(room: Room) -> None:
    for _ in range(3):
        await room.asked()

    assert len(room.client.cards) == 1
    assert len(await room.store.erasures.waiting("playground", "home")) == 1


async def test_asked_outside_of_any_community_it_is_asked_wherever_something_is_kept(
    room: Room,
) -> None:
    await room.posted()
    await room.asked(replace(ADA, community=""))

    assert [w.person for w in await room.store.erasures.waiting("playground", "home")] == [ADA]


async def test_a_declined_wish_is_closed_and_may_be_asked_again(room: Room) -> None:
    await room.asked()
    await room.store.erasures.decline(ADA, "bob")
    await room.wishes.turn()
    assert (room.card.state, verbs(room.card)) == ("closed", [])

    room.clock.passes(timedelta(days=1))
    await room.asked()
    assert [card.state for card in room.client.cards.values()] == ["closed", "open"]


async def test_carried_out_nothing_of_them_is_left(room: Room, tmp_path: Path) -> None:
    who = replace(ADA, author_id="canary-id-77")
    message = a_message()
    author = Author(who.author_id, "Canary Name")
    message = replace(message, author=author, text="canary words here")
    record = replace(a_record(), author_id=who.author_id)
    await room.store.journal.write(record, replace(a_new_case(), message=message))
    await room.store.authors.strike(
        Ref("playground", "home", "general", "m1"), author, NOON, nonce="n", reason="r"
    )
    await room.store.bookmarks.put("playground/dm/canary-id-77", {"channel": "d1"})
    await room.store.bookmarks.put("playground/session/0", {"seq": "1"})
    await room.store.communities.change(
        "playground", "home", lambda c: replace(c, moderators=("canary-id-77", "u2")), by="bob"
    )
    await room.asked(who)

    assert await room.store.erasures.carry_out(who, "bob") == 1
    await room.queue.accept([pack(message)])
    await room.restarted()

    found = disk(tmp_path)
    assert b"Canary Name" not in found
    assert b"canary-id-77" not in found
    assert b"canary words" not in found
    assert await room.store.erasures.unfinished() == []
    assert await room.queue.depth() == 0
    assert await room.store.bookmarks.under("playground/") == {"playground/session/0": {"seq": "1"}}
    assert [w.name for w in await room.store.erasures.waiting("playground", "home")] == []


async def test_erased_everywhere_a_moderator_moderates_no_more(room: Room) -> None:
    change = room.store.communities.change
    await change("playground", "home", lambda c: replace(c, moderators=("u1", "u2")), by="bob")
    await room.store.erasures.carry_out(replace(ADA, community=""), "bob")
    await room.store.communities.load()

    assert room.store.communities.of("playground", "home").moderators == ("u2",)


async def test_who_decided_in_chat_and_leaves_is_not_named_any_more(room: Room) -> None:
    await room.asked()
    await room.store.erasures.decline(ADA, "Bob (u9)")
    await room.store.erasures.carry_out(Person("playground", "u9"), "cara")

    async with room.store.database.reading() as conn:
        by = set((await conn.execute(select(audit.c.by))).scalars())
    assert "Bob (u9)" not in by


async def test_what_was_posted_after_the_erasing_goes_at_the_next_start(room: Room) -> None:
    await room.posted()
    await room.store.erasures.carry_out(ADA, "bob")
    await room.posted()
    await room.restarted()

    assert await room.store.journal.case_of(a_message().ref) is None


async def test_the_card_of_a_wish_goes_with_the_person(room: Room) -> None:
    await room.asked()
    await room.store.erasures.carry_out(ADA, "bob")
    await room.wishes.turn()

    assert await room.store.erasures.waiting("playground", "home") == []
    (removal,) = await removals(room)
    assert removal == next(iter(room.client.cards))


async def removals(room: Room) -> list[str]:
    found = await IncidentShelf(room.store.database).removals(["playground"])
    return [card for _, _, card in found]
