"""What is exported is whole, and runs in no spreadsheet."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.export import a_time, opened
from bot.errors import EnvironmentFailed, Misconfigured
from bot.export import Fields, Format, cases, lines, records, safe
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import Seal, key_file
from tests.bot.storage.builders import CANARY, NOON, a_key, a_new_case, a_record, parse


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/bifocal.db")
    seal: Seal = key_file(tmp_path / "key")
    yield Journal(database, seal, parse)
    await database.close()


async def written(rows: AsyncIterator[Fields], form: Format) -> str:
    return "".join([line async for line in lines(rows, form)])


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_looks_like_a_formula_is_quoted(sign: str) -> None:
    assert safe(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"


async def test_a_formula_in_a_post_is_no_formula_in_the_file(journal: Journal) -> None:
    await journal.write(a_record(), a_new_case(text='=HYPERLINK("x")'))
    text = await written(cases(journal, NOON), Format.CSV)

    (row,) = csv.DictReader(io.StringIO(text))

    assert row["text"] == '\'=HYPERLINK("x")'


async def test_records_carry_no_words(journal: Journal) -> None:
    await journal.write(a_record(), a_new_case())

    text = await written(records(journal, NOON), Format.JSONL)

    assert CANARY not in text
    assert json.loads(text)["score_scam"] == 0.9


async def test_numbers_stay_numbers(journal: Journal) -> None:
    await journal.write(a_record(), None)

    (row,) = csv.DictReader(io.StringIO(await written(records(journal, NOON), Format.CSV)))

    assert (row["score_scam"], row["score_gore"]) == ("0.9", "")


async def test_what_is_older_is_left_out(journal: Journal) -> None:
    await journal.write(a_record(a_key(1)), a_new_case(1))
    later = NOON + timedelta(days=1)
    await journal.write(a_record(a_key(2), judged_at=later), a_new_case(2))

    for rows in (records(journal, later), cases(journal, later)):
        assert len((await written(rows, Format.JSONL)).splitlines()) == 1


async def test_every_page_of_cases_is_there(journal: Journal) -> None:
    for number in range(5):
        await journal.write(a_record(a_key(number)), a_new_case(number))

    assert len((await written(cases(journal, NOON, 2), Format.JSONL)).splitlines()) == 5


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def breaks() -> None:
        with opened(tmp_path / "out.csv") as file:
            file.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks()

    assert list(tmp_path.iterdir()) == []


def test_a_file_is_for_its_owner_only(tmp_path: Path) -> None:
    with opened(tmp_path / "out.csv") as file:
        file.write("whole\r\n")

    assert (tmp_path / "out.csv").read_bytes() == b"whole\r\n"
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="was not written"), opened(tmp_path / "no" / "x"):
        pass


def test_a_time_is_read() -> None:
    assert a_time("2d", NOON) == NOON - timedelta(days=2)
    assert a_time("2026-11-01", NOON) == datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["soon", "99999d", "30x", "=1"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="is no time"):
        a_time(text, datetime(1, 1, 2, tzinfo=UTC))
