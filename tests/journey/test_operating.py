"""What docs/operating.md tells an operator to do, done: backup, restore, search, audit, erase."""

import csv
import io
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.journey.kills import SCAM, drained
from tests.journey.process import Bot, command
from tests.pictures import a_picture, encoded

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]

MESSAGES = "/api/v1/playground/messages"
WORD = "canaryword7q"
FORMULA = '=HYPERLINK("https://example.org")'
CANARIES = (WORD, "canaryfile7q", "canaryalt7q", "canaryexif7q")


@dataclass(frozen=True)
class Past:
    """A bot that ran, was backed up while it ran, ran on, and was stopped."""

    folder: Path
    token: str
    case: str
    backup: Path
    log: str

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        return await command(self.folder, *arguments, BIFOCAL_LOG__LEVEL="error")

    def copy(self, to: Path) -> "Past":
        """The same in a folder of its own, to be worked on."""
        shutil.copytree(self.folder, to)
        return Past(to, self.token, self.case, to / self.backup.name, self.log)


async def posted(client: httpx.AsyncClient, text: str, **more: str) -> str:
    """A post with a picture that carries words nobody sees; its ref."""
    picture = a_picture()
    exif = picture.getexif()
    exif[0x010E] = "canaryexif7q"
    data = encoded(picture, "JPEG", exif=exif)
    reply = await client.post(
        MESSAGES,
        data={"persona": "moderator", "text": text, **more},
        files=[("image", ("canaryfile7q.jpg", data, "image/jpeg"))],
    )
    reply.raise_for_status()
    return str(reply.json()["ref"])


async def case_of(client: httpx.AsyncClient, ref: str) -> str:
    posts: list[dict[str, Any]] = (await client.get(MESSAGES)).json()
    return next(str(post["case"]) for post in posts if post["ref"] == ref)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def past(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Past]:
    folder = tmp_path_factory.mktemp("past")
    async with Bot(folder, {"BIFOCAL_LOG__LEVEL": "debug"}) as bot, bot.client() as client:
        ref = await posted(client, f"{SCAM} {WORD}", alt="canaryalt7q")
        formula = await posted(client, f"{FORMULA} {SCAM}")
        await drained(bot)
        case = await case_of(client, ref)
        assert await case_of(client, formula)
        code, said, _ = await command(folder, "db", "backup", "backup.db")
        assert (code, "checked" in said) == (0, True)
        await posted(client, f"{SCAM} after the backup")
        await drained(bot)
        assert await bot.stop() == 0
        yield Past(folder, bot.token, case, folder / "backup.db", "".join(bot.log))


def restore(past: Past, to: Path) -> None:
    """The steps of docs/operating.md, on a machine that has nothing else."""
    data = to / "data"
    data.mkdir(parents=True)
    shutil.copy(past.backup, data / "bifocal.db")
    shutil.copytree(past.folder / "data" / "evidence", data / "evidence")
    shutil.copy(past.folder / "data" / "bifocal.key", data / "bifocal.key")


async def test_a_restored_backup_shows_the_case_with_its_words_and_picture(
    past: Past, tmp_path: Path
) -> None:
    restore(past, tmp_path)
    upgraded = await command(tmp_path, "db", "upgrade")
    checked = await command(tmp_path, "audit", "verify")
    async with Bot(tmp_path, token=past.token) as bot, bot.client() as client:
        page = await client.get(f"/desk/cases/{past.case}")
        picture = await client.get(f"/desk/evidence/{past.case}/0")
        assert await bot.stop() == 0
    found = await command(tmp_path, "search", "backup")

    assert (upgraded[0], checked[0]) == (0, 0)
    assert (page.status_code, picture.status_code) == (200, 200)
    assert WORD in page.text
    assert picture.headers["content-type"].startswith("image/")
    assert len(picture.content) > 100
    assert "Nothing found." in found[1]  # posted after the backup was made


async def test_a_restored_backup_without_its_key_is_refused(past: Past, tmp_path: Path) -> None:
    restore(past, tmp_path)
    (tmp_path / "data" / "bifocal.key").unlink()

    code, _, said = await command(tmp_path, "db", "upgrade", BIFOCAL_LOG__LEVEL="error")

    assert code == 1
    assert "key" in said


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["search", WORD], id="word"),
        pytest.param(["search", f'"{WORD}" * OR NEAR('], id="no-operator"),
        pytest.param(["search", "--caption", WORD], id="caption"),
        pytest.param(["search", WORD, "--category", "scam", "--score", "0.5..1"], id="score"),
        pytest.param(["search", WORD, "--rule", "scam-likely", "--since", "1d"], id="rule"),
    ],
)
async def test_search_finds_the_case(past: Past, arguments: list[str]) -> None:
    code, out, _ = await past.run(*arguments, "--json")
    cases = [hit["case"] for hit in json.loads(out)["hits"]]

    assert code == 0
    assert cases == ([] if "OR" in arguments[1] else [past.case])


async def test_search_finds_pictures_by_a_file_and_goes_on_page_by_page(
    past: Past, tmp_path: Path
) -> None:
    asked = tmp_path / "asked.png"
    asked.write_bytes(encoded(a_picture().resize((192, 128))))

    first = json.loads(
        (await past.run("search", "--picture", str(asked), "--limit", "2", "--json"))[1]
    )
    rest = json.loads(
        (await past.run("search", "--picture", str(asked), "--before", first["next"], "--json"))[1]
    )
    nothing = await past.run("search", "--picture", "none.png")

    found = [hit["message"] for hit in (*first["hits"], *rest["hits"])]
    assert (len(found), len(set(found)), rest["next"]) == (3, 3, None)
    assert all(hit["distance"] <= 31 for hit in (*first["hits"], *rest["hits"]))
    assert nothing[0] == 2
    assert nothing[2] == "bifocal: --picture none.png: cannot be read: No such file or directory\n"


async def test_the_audit_is_listed_and_verified(past: Past) -> None:
    listed = json.loads((await past.run("audit", "list", "--what", "token", "--json"))[1])
    code, said, _ = await past.run("audit", "verify")
    kept = said.split()[-1]
    again = await past.run("audit", "verify", "--expect", kept)
    forged = await past.run("audit", "verify", "--expect", "0" * 64)

    assert [(line["what"], line["subject"]) for line in listed["audit"]] == [
        ("token.create", "test")
    ]
    assert (code, again[0], forged[0]) == (0, 0, 1)
    assert "no line with the digest" in forged[2]


async def test_no_cell_of_an_export_is_a_formula(past: Past) -> None:
    _, out, _ = await past.run("export", "--cases")
    rows = list(csv.DictReader(io.StringIO(out)))

    assert any(row["text"].startswith(f"'{FORMULA}") for row in rows)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@\t\r" and cell]


async def test_an_erased_person_is_in_no_file_and_in_no_log(past: Past, tmp_path: Path) -> None:
    left = past.copy(tmp_path / "copy")
    left.backup.unlink()  # the docs say that backups keep what they had
    author = json.loads((await left.run("search", "--json"))[1])["hits"][0]["author"]
    before = disk(left.folder)

    code, _, _ = await left.run("erase", "--author", f"playground:{author}", "--yes")
    after = disk(left.folder)
    verified = await left.run("audit", "verify")

    assert code == 0
    assert WORD.encode() in before
    assert [canary for canary in (*CANARIES, author) if canary.encode() in after] == []
    assert [canary for canary in CANARIES if canary in left.log] == []
    assert verified[0] == 0


def disk(folder: Path) -> bytes:
    """Every byte and every name beneath."""
    paths = sorted(folder.rglob("*"))
    names = "\n".join(str(path.relative_to(folder)) for path in paths).encode()
    return names + b"".join(path.read_bytes() for path in paths if path.is_file())


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "x"],
        ["audit", "list"],
        ["audit", "verify"],
        ["export"],
        ["erase", "--author", "playground:a", "--yes"],
        ["db", "backup", "b.db"],
    ],
)
async def test_asking_in_the_wrong_folder_is_said_and_makes_nothing(
    tmp_path: Path, arguments: list[str]
) -> None:
    code, out, said = await command(tmp_path, *arguments)

    assert (code, out) == (2, "")
    assert said.startswith("bifocal: there is no database data/bifocal.db here")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - a look at an empty folder
