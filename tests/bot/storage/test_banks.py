"""Banks of known pictures: whose they are, how they are filled, and when a view is renewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.bank import BankEntry
from analysis.taxonomy import Category
from analysis.types import BankKind, BankMatch, Image
from bot.errors import Misconfigured
from bot.storage.bank_file import Known, read_bank
from bot.storage.banks import SHARED, BankStore
from bot.storage.database import Database
from tests.bot.storage.builders import Clock

ONE, TWO = "01" * 32, "02" * 32


@dataclass(frozen=True)
class Index:
    """A view that shows what it was built from."""

    entries: Sequence[BankEntry]

    def match(self, image: Image) -> Sequence[BankMatch]:
        return ()


@pytest.fixture
def store(database: Database) -> BankStore:
    return BankStore(database, Clock(), Index)


def a_picture(pdq: str = ONE, *, confirmed: bool = False) -> Known:
    return Known(Category.SCAM, pdq, confirmed=confirmed)


async def names(store: BankStore, community: str) -> set[str]:
    return {entry.bank for entry in await store.entries(community)}


async def test_an_entry_comes_back_as_it_was_added(store: BankStore) -> None:
    await store.add("home", "scams", BankKind.BAD, [Known(Category.SCAM, ONE, TWO, 80)], by="ada")

    (entry,) = await store.entries("home")

    assert entry == BankEntry(
        entry.id,
        "scams",
        BankKind.BAD,
        Category.SCAM,
        confirmed=False,
        sha256=TWO,
        pdq=ONE,
        quality=80,
    )


async def test_a_community_sees_its_own_banks_and_the_shared_ones(store: BankStore) -> None:
    for community in ("home", "away", SHARED):
        await store.add(community, f"of {community}", BankKind.BAD, [a_picture()], by="ada")

    assert await names(store, "home") == {"of home", "of "}


async def test_adding_the_same_picture_again_adds_nothing(store: BankStore) -> None:
    await store.add("home", "scams", BankKind.BAD, [a_picture()], by="ada")

    added = await store.add("home", "scams", BankKind.BAD, [a_picture(), a_picture(TWO)], by="ada")

    assert added == 1


async def test_a_second_addition_can_confirm_the_first(store: BankStore) -> None:
    await store.add("home", "scams", BankKind.BAD, [a_picture()], by="ada")
    await store.add("home", "scams", BankKind.BAD, [a_picture(confirmed=True)], by="bob")

    assert [entry.confirmed for entry in await store.entries("home")] == [True]


async def test_a_bank_is_of_one_kind(store: BankStore) -> None:
    await store.add("home", "memes", BankKind.GOOD, [a_picture()], by="ada")

    with pytest.raises(Misconfigured, match="holds known-good pictures"):
        await store.add("home", "memes", BankKind.BAD, [a_picture(TWO)], by="ada")


async def test_a_view_is_the_same_until_something_changes(store: BankStore) -> None:
    assert await store.view("home") is await store.view("home")


@pytest.mark.parametrize("change", ["add", "confirm", "remove"])
async def test_a_view_is_renewed_by_a_change_in_another_process(
    store: BankStore, database: Database, change: str
) -> None:
    other = BankStore(database, Clock(), Index)
    await other.add("home", "scams", BankKind.BAD, [a_picture()], by="ada")
    before = await store.view("home")
    (entry,) = await other.entries("home")

    if change == "add":
        await other.add("home", "scams", BankKind.BAD, [a_picture(TWO)], by="ada")
    elif change == "confirm":
        await other.confirm(entry.id, by="ada")
    else:
        await other.remove(entry.id, by="ada")

    assert await store.view("home") != before


@pytest.mark.parametrize("entry", ["0", "999", "", "x", "-1", "9" * 40, "\N{SUPERSCRIPT TWO}"])
async def test_removing_what_is_not_there_says_so(store: BankStore, entry: str) -> None:
    assert not await store.remove(entry, by="ada")


def a_file(folder: Path, content: str, name: str = "bank.csv") -> Path:
    path = folder / name
    path.write_text(content)
    return path


def test_a_csv_is_read(tmp_path: Path) -> None:
    path = a_file(tmp_path, f"category,pdq,confirmed\nscam,{ONE},true\nhate,{TWO},\n")

    assert read_bank(path) == (
        Known(Category.SCAM, ONE, confirmed=True),
        Known(Category.HATE, TWO),
    )


def test_json_lines_are_read(tmp_path: Path) -> None:
    path = a_file(tmp_path, f'{{"pdq": "{ONE}", "category": "scam", "quality": 70}}\n\n')

    assert read_bank(path) == (Known(Category.SCAM, ONE, quality=70),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(f"pdq,category\n{ONE},scam\nxyz,scam\n", "line 3: pdq must be", id="pdq"),
        pytest.param(f"pdq,category\n{ONE},spam\n", "line 2: category must be", id="category"),
        pytest.param(f"pdq,category,quality\n{ONE},scam,101\n", "quality must be", id="quality"),
        pytest.param(f"pdq,category,x\n{ONE},scam,1\n", "unknown field 'x'", id="field"),
        pytest.param(f"pdq,category\n{ONE},scam,1\n", "unknown field", id="too-many"),
        pytest.param(f"pdq,category\n{ONE}\n", "category must be", id="too-few"),
        pytest.param("hello\n", "line 1: a bank is JSON lines, or CSV", id="no-header"),
        pytest.param("", "line 1: a bank is", id="empty"),
        pytest.param("pdq,category\n", "holds no pictures", id="header-only"),
        pytest.param(f'pdq,category\n{ONE},"scam\n', "line 2", id="open-quote"),
        pytest.param('{"pdq": 1', "line 1:", id="broken-json"),
        pytest.param('{"pdq": "x"}\n[1]', "line 2: a line is one JSON object", id="no-object"),
        pytest.param('{"pdq": ' + "[" * 200_000, "line 1:", id="deep-json"),
        pytest.param(f'{{"pdq": "{ONE}", "category": ["scam"]}}', "category", id="list"),
        pytest.param(
            f'{{"pdq": "{ONE}", "category": "scam", "quality": [1]}}', "quality", id="list-number"
        ),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=r"bank\.csv") as caught:
        read_bank(a_file(tmp_path, content))

    assert said in str(caught.value)


def test_a_file_of_another_kind_names_only_its_first_lines(tmp_path: Path) -> None:
    path = a_file(tmp_path, "pdq,category\n" + "x,y\n" * 100)

    with pytest.raises(Misconfigured, match="and 95 more"):
        read_bank(path)


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        read_bank(tmp_path / name)


def test_bytes_that_are_no_text_are_said(tmp_path: Path) -> None:
    (tmp_path / "bank.csv").write_bytes(b"\xff\xfe\x00pdq")

    with pytest.raises(Misconfigured, match="not UTF-8"):
        read_bank(tmp_path / "bank.csv")
