"""A backup is a database one can go on with, made while the first is in use."""

import sqlite3
from pathlib import Path

import pytest

from bot.errors import EnvironmentFailed, Misconfigured
from bot.storage.backup import back_up
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import Seal
from tests.bot.storage.builders import CANARY, a_new_case, a_record, a_ref, parse


@pytest.fixture
def source(sqlite: Database, tmp_path: Path) -> Path:
    assert sqlite.dialect == "sqlite"
    return tmp_path / "data" / "bifocal.db"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_what_is_restored_is_as_it_was(
    sqlite: Database, source: Path, seal: Seal, tmp_path: Path
) -> None:
    await Journal(sqlite, seal, parse).write(a_record(), a_new_case())
    back_up(source, tmp_path / "backup.db")

    restored = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/backup.db")
    case = await Journal(restored, seal, parse).case_of(a_ref())
    await restored.close()

    assert case is not None
    assert case.message.text == CANARY


async def test_a_backup_is_one_file_for_its_owner_only(source: Path, tmp_path: Path) -> None:
    back_up(source, tmp_path / "backup.db")

    assert names(tmp_path) == ["backup.db", "data"]
    assert (tmp_path / "backup.db").stat().st_mode & 0o777 == 0o600


async def test_a_file_in_its_place_stays(source: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.db").write_text("mine")

    with pytest.raises(Misconfigured, match="is there already"):
        back_up(source, tmp_path / "backup.db")
    assert (tmp_path / "backup.db").read_text() == "mine"


async def test_a_place_that_cannot_be_written_is_said(source: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="was not made"):
        back_up(source, tmp_path / "nowhere" / "backup.db")


async def test_a_damaged_database_makes_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (x)")
        db.executemany("INSERT INTO t VALUES (?)", [("x" * 500,) for _ in range(400)])
        db.execute("CREATE INDEX i ON t (x)")
    db.close()
    data = bytearray(path.read_bytes())
    data[4096 * 10 : 4096 * 12] = b"\xff" * 8192
    path.write_bytes(data)

    with pytest.raises(EnvironmentFailed, match=r"damaged|malformed"):
        back_up(path, tmp_path / "backup.db")
    assert names(tmp_path) == ["damaged.db"]
