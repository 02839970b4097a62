"""Pictures and words at rest: readable with the key, and with nothing else."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from analysis.taxonomy import Category
from analysis.types import Assessment, Grounds, Modality, Signal
from bot.errors import EnvironmentFailed, Misconfigured
from bot.model import EventKind
from bot.review.states import Command
from bot.storage.database import Database
from bot.storage.decisions import Step, take
from bot.storage.evidence import EvidenceStore, NoSuchEvidence
from bot.storage.journal import Journal
from bot.storage.key_check import check_key
from bot.storage.seal import Seal, key_file
from bot.storage.sealed import suspects_csae
from tests.bot.storage.builders import (
    CANARY,
    NOON,
    NOTE_CANARY,
    OCR_CANARY,
    QUOTE_CANARY,
    a_new_case,
    a_record,
    a_ref,
    disk,
    files,
    parse,
)

PICTURE = b"canary-picture-gecko" * 100


def a_key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def store(tmp_path: Path, seal: Seal) -> EvidenceStore:
    return EvidenceStore.open(f"file://{tmp_path}/evidence", seal)


async def test_a_picture_comes_back_as_it_was(store: EvidenceStore) -> None:
    assert await store.get(await store.put(PICTURE)) == PICTURE


async def test_the_same_picture_stands_there_once(store: EvidenceStore, tmp_path: Path) -> None:
    keys = {await store.put(PICTURE), await store.put(PICTURE)}

    assert len(keys) == len(files(tmp_path / "evidence")) == 1


async def test_the_name_of_a_picture_needs_the_key(store: EvidenceStore) -> None:
    other = Seal([a_key()], "another key")

    assert await store.put(PICTURE) != other.name(PICTURE)


async def test_no_picture_is_readable_on_the_disk(store: EvidenceStore, tmp_path: Path) -> None:
    await store.put(PICTURE)

    assert b"gecko" not in disk(tmp_path)


async def test_a_deleted_picture_is_gone(store: EvidenceStore) -> None:
    key = await store.put(PICTURE)
    await store.delete(key)

    with pytest.raises(NoSuchEvidence, match="is not in"):
        await store.get(key)


async def test_deleting_what_is_not_there_does_nothing(store: EvidenceStore) -> None:
    await store.delete("f" * 64)


async def test_another_key_is_said_with_the_name_of_its_source(
    store: EvidenceStore, tmp_path: Path
) -> None:
    key = await store.put(PICTURE)
    other = EvidenceStore.open(f"file://{tmp_path}/evidence", Seal([a_key()], "BIFOCAL_X"))

    with pytest.raises(EnvironmentFailed, match="key from BIFOCAL_X"):
        await other.get(key)


async def test_a_damaged_picture_is_said(store: EvidenceStore, tmp_path: Path) -> None:
    key = await store.put(PICTURE)
    (path,) = files(tmp_path / "evidence")
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(EnvironmentFailed, match="is damaged"):
        await store.get(key)


async def test_a_rotated_key_still_opens_what_the_old_one_sealed(tmp_path: Path) -> None:
    old, new = a_key(), a_key()
    key = await EvidenceStore.open(f"file://{tmp_path}/e", Seal([old], "")).put(PICTURE)
    rotated = EvidenceStore.open(f"file://{tmp_path}/e", Seal([new, old], ""))

    assert await rotated.get(key) == PICTURE


def test_a_place_that_cannot_be_made_is_said(tmp_path: Path, seal: Seal) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(EnvironmentFailed, match=r"storage\.evidence_url"):
        EvidenceStore.open(f"file://{tmp_path}/file/evidence", seal)


def test_a_place_that_is_no_store_is_a_misconfiguration(seal: Seal) -> None:
    with pytest.raises(Misconfigured, match=r"storage\.evidence_url"):
        EvidenceStore.open("nonsense", seal)


def test_the_key_is_made_for_its_owner_only(tmp_path: Path) -> None:
    key_file(tmp_path / "data" / "evidence.key")

    assert (tmp_path / "data" / "evidence.key").stat().st_mode & 0o777 == 0o600


def test_the_key_is_made_once(tmp_path: Path) -> None:
    sealed = key_file(tmp_path / "evidence.key").seal(b"words")

    assert key_file(tmp_path / "evidence.key").open(sealed, "it") == b"words"


def test_making_the_key_leaves_nothing_else(tmp_path: Path) -> None:
    key_file(tmp_path / "evidence.key")

    assert [path.name for path in tmp_path.iterdir()] == ["evidence.key"]


@pytest.mark.parametrize("content", ["", "short", "canary-secret " * 9, "\N{SNOWMAN}"])
def test_a_key_file_that_holds_no_key_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "evidence.key").write_text(content)

    with pytest.raises(Misconfigured, match=r"evidence\.key does not hold") as caught:
        key_file(tmp_path / "evidence.key")
    assert "canary-secret" not in str(caught.value)


async def test_no_word_of_a_case_is_readable_on_the_disk(
    sqlite: Database, seal: Seal, tmp_path: Path
) -> None:
    journal = Journal(sqlite, seal, parse)
    case = await journal.write(a_record(), a_new_case())
    assert case is not None
    await take(journal, case, Step(Command.NOTE, "mod", NOON, note=NOTE_CANARY))

    found = disk(tmp_path)

    assert b"scam-screenshot" in found  # the records are there, in plain
    for canary in (CANARY, OCR_CANARY, QUOTE_CANARY, NOTE_CANARY):
        assert canary.encode() not in found


async def test_no_word_of_a_harmless_post_is_kept_at_all(
    sqlite: Database, seal: Seal, tmp_path: Path
) -> None:
    await Journal(sqlite, seal, parse).write(a_record(), None)

    found = disk(tmp_path)

    assert not any(c.encode() in found for c in (CANARY, OCR_CANARY, QUOTE_CANARY))


async def test_a_note_comes_back_as_it_was_written(journal: Journal) -> None:
    case = await journal.write(a_record(), a_new_case())
    assert case is not None
    await take(journal, case, Step(Command.NOTE, "mod", NOON, note=NOTE_CANARY))

    found = await journal.case(case)

    assert found is not None
    assert [e.note for e in found.events if e.kind is EventKind.NOTED] == [NOTE_CANARY]


async def test_a_case_under_another_key_is_said(database: Database, seal: Seal) -> None:
    await Journal(database, seal, parse).write(a_record(), a_new_case())
    other = Journal(database, Seal([a_key()], "data/evidence.key"), parse)

    with pytest.raises(EnvironmentFailed, match=r"key from data/evidence\.key"):
        await other.case_of(a_ref())


@pytest.mark.parametrize(
    ("category", "score", "grounds", "suspected"),
    [
        (Category.CSAE, 0.9, Grounds.MODEL, True),
        (Category.CSAE, 0.05, Grounds.MODEL, False),
        (Category.CSAE, 0.05, Grounds.KNOWN, True),
        (Category.NUDITY, 1.0, Grounds.KNOWN, False),
    ],
)
def test_csae_is_suspected(
    category: Category, score: float, grounds: Grounds, *, suspected: bool
) -> None:
    signal = Signal(category, score, Modality.IMAGE, grounds, "bank@1")
    assessment = Assessment((), (signal,), (), {}, {}, ())

    assert suspects_csae(assessment) is suspected


async def test_the_same_key_opens_the_database_again(database: Database, seal: Seal) -> None:
    await check_key(database, seal, NOON)
    await check_key(database, seal, NOON)


async def test_a_new_key_before_the_old_one_is_a_rotation(database: Database) -> None:
    old, new = a_key(), a_key()
    await check_key(database, Seal([old], ""), NOON)
    await check_key(database, Seal([new, old], ""), NOON)

    await check_key(database, Seal([new], ""), NOON)


async def test_a_lost_key_is_said_at_start(database: Database, seal: Seal) -> None:
    await check_key(database, seal, NOON)

    with pytest.raises(EnvironmentFailed, match=r"key from data/evidence\.key"):
        await check_key(database, Seal([a_key()], "data/evidence.key"), NOON)
