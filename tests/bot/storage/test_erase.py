"""A person who leaves is in none of our files afterwards, and what was counted still is."""

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.playground import Playground
from adapters.playground.members import Member, Persona
from adapters.playground.posts import Draft, File
from analysis.types import Evidence, Fact, FactKind, Origin, Passage
from bot import model
from bot.cli.erase import a_person
from bot.config.tables import Storage
from bot.errors import Misconfigured
from bot.jobs import Job
from bot.leaving import is_of, leave
from bot.model import Author, Channel, Message, Record, Ref
from bot.queue.jobs import pack
from bot.queue.sqlite import SqliteQueue
from bot.review.states import Command
from bot.storage.database import Database
from bot.storage.decisions import Step, take
from bot.storage.erase import Person, erase
from bot.storage.journal import Journal
from bot.storage.sealed import NewCase
from bot.storage.search import Question
from bot.storage.store import Store, opened
from bot.storage.tables import cases, messages, tallies
from tests.bot.storage.builders import NOON, a_key, a_new_case, a_record, a_ref, disk

CANARIES = {
    name: f"canary{name}{number:02}xq"
    for number, name in enumerate(
        (
            *("id", "name", "text", "ocr", "file", "alt"),
            *("embed", "quote", "note", "picture", "inbox", "fact"),
        )
    )
}
WHO = Person("playground", CANARIES["id"])


def a_post(*, message: str = "m7") -> Message:
    c = CANARIES
    attachment = model.Attachment(
        "https://files.example/x.png", f"{c['file']}.png", "image/png", 1, alt=c["alt"]
    )
    return Message(
        Ref("playground", "home", "general", message),
        "0",
        Author(c["id"], c["name"]),
        Channel("general"),
        c["text"],
        NOON,
        (attachment,),
        embeds=(c["embed"],),
    )


def a_judgement(post: Message) -> Record:
    record = a_record(a_key(7))
    found = record.assessment
    quoted = dataclasses.replace(
        found.signals[0], evidence=Evidence(CANARIES["quote"], Origin.OCR, 0)
    )
    facts = (*found.facts, Fact(FactKind.ENTITY, CANARIES["fact"]))
    found = dataclasses.replace(found, signals=(quoted, *found.signals[1:]), facts=facts)
    key = record.key._replace(ref=post.ref)
    return dataclasses.replace(record, key=key, author_id=post.author.id, assessment=found)


@dataclass
class Place:
    """Everything Bifocal keeps, with one person's traces in all of it."""

    folder: Path
    store: Store
    queue: SqliteQueue
    room: Playground

    async def leave(self) -> None:
        await leave(self.store, self.queue, self.room, WHO, at=NOON, by="admin")


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    options = Storage(
        url=f"sqlite+aiosqlite:///{tmp_path}/bifocal.db", evidence_url=f"file://{tmp_path}/evidence"
    )
    room = Playground(tmp_path / "playground.db", now=lambda: NOON)
    async with opened(options, lambda: NOON) as store:
        queue = await SqliteQueue.open(tmp_path / "inbox.db")
        found = Place(tmp_path, store, queue, room)
        await plant(found)
        yield found
        await queue.close()


async def plant(place: Place) -> None:
    post = a_post()
    journal, evidence = place.store.journal, place.store.evidence
    name = await evidence.put(CANARIES["picture"].encode())
    words = (Passage(CANARIES["ocr"], Origin.OCR, 0), Passage(CANARIES["alt"], Origin.ALT, 0))
    kept = (model.Evidence(name, 0, 1, 1, "ab" * 32),)
    case = await journal.write(a_judgement(post), NewCase(post, words, kept))
    assert case is not None
    book = place.store.authors
    for nonce in ("n1", "n2"):
        until = NOON + timedelta(days=9)
        await book.strike(post.ref, post.author, until, nonce=nonce, reason=CANARIES["quote"])
        await book.label(post.ref, post.author, "raider", until, nonce=nonce, reason="r")
    await book.refund("n1", reason="r")
    await book.unlabel("n2", reason="r")
    await place.store.outbox.put(CANARIES["embed"], "ops", post.ref, CANARIES["text"])
    note = Step(Command.NOTE, CANARIES["id"], NOON, note=CANARIES["note"])
    await take(journal, case, note)
    await journal.write(a_record(a_key(1)), a_new_case(1))
    inbox = a_post(message=CANARIES["inbox"])
    await place.queue.accept([pack(inbox), pack(post), Job("other@0", "{}")])
    await place.room._room.open()
    file = File(f"{CANARIES['file']}.png", CANARIES["picture"].encode(), CANARIES["alt"])
    member = Member(CANARIES["id"], CANARIES["name"], Persona.NEWCOMER)
    await place.room._room.add(Draft("p1", "general", member, CANARIES["text"], (file,), NOON))
    await place.room._room.close()


async def test_the_canaries_that_are_not_sealed_are_there_before(place: Place) -> None:
    found = disk(place.folder)

    assert all(CANARIES[name].encode() in found for name in ("id", "name", "text", "inbox", "fact"))


@pytest.mark.parametrize("name", CANARIES)
async def test_no_canary_is_left_in_any_file(
    place: Place, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    await place.leave()

    assert CANARIES[name].encode() not in disk(place.folder)
    assert CANARIES[name] not in "".join(capfd.readouterr())
    assert not any(CANARIES[name] in str(path) for path in place.folder.rglob("*"))


async def test_the_pictures_of_an_erased_person_are_gone(place: Place) -> None:
    name = await place.store.evidence.put(CANARIES["picture"].encode())
    await place.leave()

    assert not [path for path in place.folder.rglob(name) if path.is_file()]


async def test_others_stay(place: Place) -> None:
    await place.leave()

    assert await place.store.journal.case_of(a_ref(1)) is not None
    assert [hit.author_id for hit in await place.store.search.page(Question())] == ["u1"]
    assert await place.queue.depth() == 1


async def test_no_word_of_the_person_is_found(place: Place) -> None:
    asked = Question(words=((None, CANARIES["ocr"]),))
    before = await place.store.search.page(asked)
    await place.leave()

    assert (len(before), await place.store.search.page(asked)) == (1, [])


async def test_counts_stay(place: Place) -> None:
    await place.leave()

    async with place.store.database.reading() as conn:
        found = (await conn.execute(select(tallies))).all()
    counted = {(row.what, row.name): row.number for row in found}
    assert counted[("posts", "")] == 1
    assert counted[("rule", "scam-screenshot")] == 1
    assert counted[("case", "noted")] == 1
    assert counted[("action.intended", "delete")] == 1


async def test_erasing_twice_changes_nothing(place: Place) -> None:
    await place.leave()
    again = await leave(place.store, place.queue, place.room, WHO, at=NOON, by="admin")

    assert dataclasses.astuple(again) == (0, 0, 0, 0, 0)


async def test_a_picture_that_another_case_holds_stays(place: Place) -> None:
    data = CANARIES["picture"].encode()
    name = await place.store.evidence.put(data)
    held = dataclasses.replace(a_new_case(2), evidence=(model.Evidence(name, 0, 1, 1, "ab" * 32),))
    await place.store.journal.write(a_record(a_key(2)), held)
    await place.leave()

    assert await place.store.evidence.get(name) == data


async def test_only_the_community_named_is_swept(database: Database, journal: Journal) -> None:
    await journal.write(a_record(), a_new_case())
    person = Person("playground", "u1", "elsewhere")

    gone = await erase(database, person, at=NOON, by="admin")

    assert gone.forgotten.posts == 0


async def test_a_moderators_steps_stay_without_their_id(
    database: Database, journal: Journal
) -> None:
    case = await journal.write(a_record(), a_new_case())
    assert case is not None
    await take(journal, case, Step(Command.NOTE, "mod9", NOON, note="hm"))
    await erase(database, Person("playground", "mod9"), at=NOON, by="admin")

    found = await journal.case(case)

    assert found is not None
    assert {event.by for event in found.events} == {"", "erased"}


async def test_it_all_goes_on_postgres_too(database: Database, journal: Journal) -> None:
    await journal.write(a_record(), a_new_case())
    await erase(database, Person("playground", "u1"), at=NOON, by="admin")
    await database.compact()

    async with database.reading() as conn:
        left = [(await conn.execute(select(table))).all() for table in (messages, cases)]
    assert left == [[], []]


def test_a_job_that_cannot_be_read_goes_where_it_names_the_person() -> None:
    assert is_of(WHO, Job("k@0", f'{{"id":"{CANARIES["id"]}"}}'))
    assert not is_of(WHO, Job("k@0", "{}"))


@pytest.mark.parametrize("text", ["u1", ":u1", "discord:", ""])
def test_a_person_is_named_by_platform_and_id(text: str) -> None:
    with pytest.raises(Misconfigured, match="PLATFORM:ID"):
        a_person(text, "")
