"""After a rotation nothing needs the old key any more, and a kill in between costs nothing."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot import model
from bot.errors import EnvironmentFailed
from bot.review.states import Command
from bot.storage.database import Database
from bot.storage.decisions import Step, take
from bot.storage.evidence import EvidenceStore
from bot.storage.journal import Journal
from bot.storage.reseal import Reseal
from bot.storage.seal import Seal, add_key, drop_old_keys, key_file
from bot.storage.sealed import NewCase
from bot.storage.search import Question, Search
from tests.bot.storage.builders import (
    NOON,
    NOTE_CANARY,
    OCR_CANARY,
    Clock,
    a_key,
    a_message,
    a_new_case,
    a_record,
    a_ref,
    files,
    parse,
)

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
CASES = 3


def evidence(folder: Path, seal: Seal) -> EvidenceStore:
    return EvidenceStore.open(f"file://{folder}/evidence", seal)


@pytest.fixture
async def rotated(database: Database, tmp_path: Path) -> Seal:
    """Three cases with pictures and notes under the old key, and the seal that knows both."""
    old = Seal([OLD], "old")
    journal = Journal(database, old, parse)
    for number in range(CASES):
        picture = await evidence(tmp_path, old).put(f"picture {number}".encode())
        kept = (model.Evidence(picture, 0, 1, 1, "ab" * 32),)
        case = NewCase(a_message(number), a_new_case().passages, kept)
        name = await journal.write(a_record(a_key(number)), case)
        assert name is not None
        await take(journal, name, Step(Command.NOTE, "mod", NOON, note=NOTE_CANARY))
    return Seal([NEW, OLD], "both")


def a_reseal(database: Database, folder: Path, seal: Seal) -> Reseal:
    return Reseal(database, evidence(folder, seal), seal, Clock())


async def turned(database: Database, folder: Path, seal: Seal) -> int:
    """Turns until it is done, each by a process of its own; how many."""
    for turns in range(1, 50):
        if await a_reseal(database, folder, seal).turn():
            return turns
    raise AssertionError


async def test_the_new_key_alone_opens_everything(
    database: Database, rotated: Seal, tmp_path: Path
) -> None:
    await turned(database, tmp_path, rotated)
    new = Seal([NEW], "new")

    case = await Journal(database, new, parse).case_of(a_ref(1))

    assert case is not None
    assert NOTE_CANARY in [event.note for event in case.events]
    assert await evidence(tmp_path, new).get(case.evidence[0].image) == b"picture 1"


async def test_before_it_the_new_key_alone_opens_nothing(database: Database, rotated: Seal) -> None:
    assert not rotated.alone

    with pytest.raises(EnvironmentFailed, match="key from new"):
        await Journal(database, Seal([NEW], "new"), parse).case_of(a_ref(1))


async def test_no_picture_keeps_the_name_an_old_key_gave_it(
    database: Database, rotated: Seal, tmp_path: Path
) -> None:
    before = {path.name for path in files(tmp_path / "evidence")}
    await turned(database, tmp_path, rotated)
    after = {path.name for path in files(tmp_path / "evidence")}

    assert (len(before), len(after), before & after) == (CASES, CASES, set())


@pytest.mark.parametrize("keys", [(NEW, OLD), (NEW,)])
async def test_words_are_found_afterwards(
    database: Database, rotated: Seal, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    await turned(database, tmp_path, rotated)

    hits = await Search(database, Seal(keys, "")).page(Question(words=((None, OCR_CANARY),)))

    assert len(hits) == CASES


async def test_words_are_found_while_it_is_under_way(database: Database, rotated: Seal) -> None:
    hits = await Search(database, rotated).page(Question(words=((None, OCR_CANARY),)))

    assert len(hits) == CASES


async def test_it_says_what_is_left(database: Database, rotated: Seal, tmp_path: Path) -> None:
    before = await a_reseal(database, tmp_path, rotated).left()
    await turned(database, tmp_path, rotated)

    # A case has its words, a picture, and three events with a note: opened, judged, noted.
    assert (before, await a_reseal(database, tmp_path, rotated).left()) == (5 * CASES, 0)


async def test_it_says_how_far_it_is(database: Database, rotated: Seal, tmp_path: Path) -> None:
    start = await a_reseal(database, tmp_path, rotated).progress()
    await turned(database, tmp_path, rotated)
    end = await a_reseal(database, tmp_path, rotated).progress()

    assert (start.done, start.finished, end.finished) == (0, False, True)


async def test_one_key_leaves_nothing_to_do(database: Database, tmp_path: Path) -> None:
    assert await turned(database, tmp_path, Seal([OLD], "old")) == 1


def test_a_rotated_file_begins_with_the_new_key(tmp_path: Path) -> None:
    old = key_file(tmp_path / "key")
    add_key(tmp_path / "key")
    both = key_file(tmp_path / "key")

    assert both.open(old.seal(b"x"), "it") == b"x"
    assert not both.is_newest(old.seal(b"x"))
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_dropping_keeps_the_newest_key(tmp_path: Path) -> None:
    add_key(tmp_path / "key")
    sealed = key_file(tmp_path / "key").seal(b"x")

    assert drop_old_keys(tmp_path / "key") == 1
    assert key_file(tmp_path / "key").open(sealed, "it") == b"x"
    assert key_file(tmp_path / "key").alone
