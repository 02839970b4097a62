"""A rotation leaves nothing in the database that only an old key opens, whoever wrote it."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

import bot
from bot.review.states import Command
from bot.storage.database import Database
from bot.storage.decisions import Step, take
from bot.storage.erase import Person
from bot.storage.erasures import Erasures
from bot.storage.evidence import EvidenceStore
from bot.storage.installations import Installations
from bot.storage.journal import Journal
from bot.storage.key_check import check_key
from bot.storage.outbox import OutboxStore
from bot.storage.reports import ReportBook
from bot.storage.reseal import Reseal, sealed_columns
from bot.storage.schema import metadata
from bot.storage.seal import Seal
from tests.bot.storage.builders import (
    NOON,
    NOTE_CANARY,
    Clock,
    a_key,
    a_new_case,
    a_record,
    a_ref,
    parse,
)

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
TOKEN = re.compile(r"gAAAA[\w-]{40,}={0,2}")
"""What Fernet writes begins so: its version and the first bytes of a time before 2106."""

WRITERS = {
    "bot/storage/erasures.py",
    "bot/storage/evidence.py",
    "bot/storage/history.py",
    "bot/storage/installations.py",
    "bot/storage/key_check.py",
    "bot/storage/outbox.py",
    "bot/storage/reports.py",
    "bot/storage/reseal.py",
    "bot/storage/seal.py",
    "bot/storage/sealed.py",
}
"""Modules that seal something. ``filled`` writes with every one of them: add a new one there."""


@pytest.fixture
async def filled(database: Database, tmp_path: Path) -> Database:
    """A database into which every part that seals has written under the old key."""
    old, clock = Seal([OLD], "old"), Clock()
    await check_key(database, old, NOON)
    journal = Journal(database, old, parse)
    name = await journal.write(a_record(a_key()), a_new_case())
    assert name is not None
    await take(journal, name, Step(Command.NOTE, "mod", NOON, note=NOTE_CANARY))
    await OutboxStore(database, old, clock).put("d1", "hook", a_ref(), '{"event": "acted"}')
    await Installations(database, old, clock).save("slack", "T1", {"token": "canary"})
    await ReportBook(journal, clock).add(a_ref(7), "u2", "it is a scam")
    await _erasures(database, tmp_path, old).ask(Person("discord", "u1", "G1"), "Ada")
    return database


def _erasures(database: Database, folder: Path, seal: Seal) -> Erasures:
    return Erasures(database, seal, _evidence(folder, seal), Clock())


def _evidence(folder: Path, seal: Seal) -> EvidenceStore:
    return EvidenceStore.open(f"file://{folder}/evidence", seal)


async def rotate(database: Database, folder: Path) -> None:
    """What a restart with a new key does: the check at the start, then turns until it is done."""
    both = Seal([NEW, OLD], "both")
    await check_key(database, both, NOON)
    reseal = Reseal(database, _evidence(folder, both), both, Clock())
    while not await reseal.turn():
        continue


async def sealed_cells(database: Database) -> dict[str, list[str]]:
    """Everything in any table that looks sealed, by table and column, whatever its name."""
    found: dict[str, list[str]] = {}
    async with database.reading() as conn:
        for table in metadata.tables.values():
            for row in (await conn.execute(select(table))).mappings():
                for column, value in row.items():
                    tokens = TOKEN.findall(json.dumps(value, default=str))
                    found.setdefault(f"{table.name}.{column}", []).extend(tokens)
    return {name: tokens for name, tokens in found.items() if tokens}


async def test_everything_sealed_anywhere_opens_with_the_new_key_alone(
    filled: Database, tmp_path: Path
) -> None:
    await rotate(filled, tmp_path)
    new = Seal([NEW], "new")

    cells = await sealed_cells(filled)
    old = {name for name, all_ in cells.items() for one in all_ if not new.is_newest(one.encode())}
    assert (bool(cells), old) == (True, set())


async def test_what_waits_is_read_with_the_new_key_alone(filled: Database, tmp_path: Path) -> None:
    await rotate(filled, tmp_path)
    new, clock = Seal([NEW], "new"), Clock()

    (delivery,) = await OutboxStore(filled, new, clock).due(5)
    installed = await Installations(filled, new, clock).find("slack", "T1")
    (wish,) = await _erasures(filled, tmp_path, new).waiting("discord", "G1")
    assert installed is not None
    assert (delivery.event, installed.given, wish.name) == ("acted", {"token": "canary"}, "Ada")


async def test_every_sealed_column_is_filled_here_and_seen_to(filled: Database) -> None:
    """A new sealed column fails this until ``filled`` writes it and its name begins with sealed."""
    cells = set(await sealed_cells(filled))

    assert cells - {"settings.value"} == {f"{t.name}.{c.name}" for t, c in sealed_columns()}


def test_every_table_with_sealed_words_has_the_row_number_a_reseal_goes_by() -> None:
    assert all("id" in table.c for table, _ in sealed_columns())


def test_every_part_that_seals_is_known_here() -> None:
    root = Path(bot.__file__).parent
    sealing = {
        f"bot/{path.relative_to(root).as_posix()}"
        for path in root.rglob("*.py")
        if any(_seals(path.read_text("utf-8")))
    }

    assert sealing == WRITERS


def _seals(source: str) -> Iterator[ast.Attribute]:
    """Calls of ``seal`` and ``seal_text``."""
    for node in ast.walk(ast.parse(source)):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in {"seal", "seal_text"}:
            yield called
