"""Which card a case stands on, on both databases; what a case shows is counted where it changes."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import CaseState, Outcome, Status
from bot.review.states import Command
from bot.storage.bookmarks import StoredBookmarks
from bot.storage.card_rows import CardRow
from bot.storage.cards import CardShelf, Changed
from bot.storage.database import Database
from bot.storage.days import the_day
from bot.storage.decisions import Step, take
from bot.storage.erase import Person
from bot.storage.erasures import Erasures
from bot.storage.evidence import EvidenceStore
from bot.storage.incident_cards import IncidentShelf
from bot.storage.journal import Journal
from bot.storage.sealed import NewCase
from tests.bot.storage.builders import NOON, Clock, a_key, a_message, a_new_case, a_record

PACE = timedelta(seconds=1.5)
LATER = NOON + timedelta(minutes=1)
HERE = ("playground",)
HOME = ("playground", "home")


@pytest.fixture
def shelf(database: Database) -> CardShelf:
    return CardShelf(database)


async def a_case(journal: Journal, number: int = 1) -> str:
    record = a_record(a_key(number))
    name = await journal.write(record, NewCase(a_message(number)))
    await journal.finish(record.key)
    assert name is not None
    return name


async def changed(shelf: CardShelf, *, case_id: str = "") -> list[str]:
    found = await shelf.changed(HERE, LATER, PACE, case_id)
    return [one.case_id for one in found]


async def put(shelf: CardShelf) -> list[Changed]:
    """Put what changed on cards, and say that it is shown."""
    found = list(await shelf.changed(HERE, LATER, PACE))
    for one in found:
        card = await shelf.put(one)
        await shelf.drawn(card, "card-1", "open:x", NOON, {one.case_id: one.changes})
    return found


async def test_a_new_case_wants_a_card(shelf: CardShelf, journal: Journal) -> None:
    name = await a_case(journal)

    assert await changed(shelf) == await changed(shelf, case_id=name) == [name]


async def test_what_is_shown_wants_none(shelf: CardShelf, journal: Journal) -> None:
    await a_case(journal)
    await put(shelf)

    assert await changed(shelf) == []


async def test_every_change_wants_it_again(shelf: CardShelf, journal: Journal) -> None:
    name = await a_case(journal)
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: take(journal, name, Step(Command.NOTE, "ada", NOON, note="n")),
        lambda: journal.settle(a_key(), Outcome("delete", Status.APPLIED, NOON)),
        lambda: take(journal, name, Step(Command.UPHOLD, "ada", NOON)),
        lambda: journal.write(a_record(a_key(revision="1")), None),
    ]
    for change in changes:
        await put(shelf)
        assert await changed(shelf) == []
        await change()

        assert await changed(shelf, case_id=name) == [name]


async def test_a_change_while_it_is_drawn_is_not_lost(shelf: CardShelf, journal: Journal) -> None:
    name = await a_case(journal)
    (seen,) = await shelf.changed(HERE, LATER, PACE)
    card = await shelf.put(seen)
    await take(journal, name, Step(Command.NOTE, "ada", NOON, note="n"))
    await shelf.drawn(card, "card-1", "open:x", NOON, {name: seen.changes})

    assert await changed(shelf) == [name]


async def test_what_was_shown_is_not_unshown_by_an_older_look(
    shelf: CardShelf, journal: Journal
) -> None:
    name = await a_case(journal)
    (seen,) = await shelf.changed(HERE, LATER, PACE)
    await shelf.shown({name: seen.changes})
    await shelf.shown({name: 0})

    assert await changed(shelf) == []


async def test_a_burst_is_one_card_in_its_order(shelf: CardShelf, journal: Journal) -> None:
    names = [await a_case(journal, number) for number in range(3)]
    found = await put(shelf)
    cards = {await shelf.card_of(name) for name in names}
    (card,) = cards
    assert card is not None

    assert [one.case_id for one in found] == names
    members = await shelf.members(card)
    assert [(one.case_id, one.state) for one in members] == [(n, CaseState.OPEN) for n in names]


async def test_places_that_are_left_alone_are_skipped(shelf: CardShelf, journal: Journal) -> None:
    await a_case(journal)

    assert await shelf.changed(HERE, LATER, PACE, "", [HOME]) == []
    assert len(await shelf.changed(HERE, LATER, PACE, "", [("playground", "other")])) == 1


async def test_what_is_held_is_drawn_once_it_is_let_go(shelf: CardShelf, journal: Journal) -> None:
    name = await a_case(journal)
    (seen,) = await shelf.changed(HERE, LATER, PACE)
    await shelf.hold({name: seen.changes})
    await shelf.let_go(("playground", "other"))
    assert await changed(shelf) == []

    await shelf.let_go(HOME)
    assert await changed(shelf) == [name]


async def test_a_days_numbers(database: Database, journal: Journal) -> None:
    name = await a_case(journal)
    await journal.settle(a_key(), Outcome("delete", Status.APPLIED, NOON))
    await journal.settle(a_key(), Outcome("annotate", Status.WITHHELD, NOON))
    await take(journal, name, Step(Command.UPHOLD, "ada", NOON))
    day = await the_day(database, HOME, NOON.date())

    assert (day.opened, day.decided, day.waiting, day.withheld) == (1, 1, 0, 1)
    assert (day.done, day.rehearsed, day.usd) == ({"delete": 1}, {}, 0.0)
    assert (await the_day(database, ("playground", "other"), NOON.date())).nothing


async def test_an_erased_person_leaves_no_card_and_no_note(
    database: Database, shelf: CardShelf, journal: Journal
) -> None:
    await journal.write(a_record(), a_new_case())
    await journal.finish(a_key())
    await put(shelf)
    bookmarks = StoredBookmarks(database, Clock())
    await bookmarks.put("playground/dm/u1", {"id": "1"})
    await bookmarks.put("playground/gap/0", {"c1": "5:9:2"})
    evidence = EvidenceStore.open("memory://", journal.seal)
    erasures = Erasures(database, journal.seal, evidence, Clock())
    ada = Person("playground", "u1", "home")
    await erasures.ask(ada, "Ada")

    assert await erasures.carry_out(ada, "bob") == 1
    assert await erasures.unfinished() == [ada]
    assert [card for _, _, card in await IncidentShelf(database).removals(HERE)] == ["card-1"]
    assert list(await bookmarks.under("")) == ["playground/gap/0"]
    await erasures.finished(ada)
    assert await erasures.unfinished() == []


def test_a_posting_is_known_apart_from_the_one_before() -> None:
    card = CardRow(1, HOME, "card/c1", "", "", None, "", 0)

    assert (card.posting, replace(card, times=1).posting) == ("card/c1", "card/c1/1")
