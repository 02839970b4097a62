"""The page on Discord says what the code does."""

import re
from pathlib import Path

from adapters.discord.permissions import NEEDED, OPTIONAL, invite, needed, words
from adapters.discord.shard import FATAL
from adapters.discord.supervise import NOT_YET
from bot.config.tables import Settings

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "discord.md").read_text("utf-8")
SOURCES = "".join(path.read_text("utf-8") for path in (ROOT / "adapters" / "discord").glob("*.py"))
TABLE = re.compile(r"\[(\w+)\]\s(\w+)")


def cells(head: str) -> list[list[str]]:
    """The rows of the table that begins with this cell."""
    lines = PAGE[PAGE.index(f"| {head} |") :].splitlines()[2:]
    rows = lines[: next(n for n, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_permission_stands_there_with_its_reason_and_no_other() -> None:
    told = {name: why for name, why, _ in cells("permission")}

    assert told == {words([name]): why for name, why in NEEDED.items()}


def test_the_optional_permissions_are_marked() -> None:
    optional = {name for name, _, without in cells("permission") if without == "optional"}

    assert optional == {words([name]) for name in OPTIONAL}


def test_the_invitation_is_the_doctors() -> None:
    assert invite(0).replace("client_id=0", "client_id=…") in PAGE
    assert str(needed().value) in PAGE


def test_every_close_that_cannot_be_mended_has_its_row() -> None:
    rows = {said for said, _ in cells("it says")}

    assert {*FATAL.values(), NOT_YET} <= rows


def test_what_the_doctor_is_said_to_say_it_says() -> None:
    code = re.sub(r'"\s*\n\s*f?"', "", SOURCES)
    parts = [part for said, _ in cells("it says") for part in re.split(r"…|#…", said)]
    said = [part.strip(" .,") for part in parts if len(part.strip(" .,")) > 6]

    assert [part for part in said if part not in code] == []


def test_every_setting_that_is_named_exists() -> None:
    named = TABLE.findall(PAGE)
    tables = Settings.model_fields

    assert len(named) > 5
    assert [
        f"[{table}] {key}"
        for table, key in named
        if key not in getattr(tables[table].annotation, "model_fields", {})
    ] == []
