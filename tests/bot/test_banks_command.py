"""``bifocal banks …`` as an operator meets it: what goes in comes out, and can be taken back."""

import json
from pathlib import Path

import pytest

from tests.journey.process import command

pytestmark = pytest.mark.slow

LINES = [
    {"pdq": "ab" * 32, "category": "scam", "sha256": "cd" * 32, "quality": 90, "confirmed": True},
    {"pdq": "12" * 32, "category": "nudity", "sha256": "", "quality": 100, "confirmed": False},
]


async def test_a_bank_comes_out_as_it_went_in_and_an_entry_can_be_removed(tmp_path: Path) -> None:
    file = tmp_path / "known.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in LINES), "utf-8")
    await command(tmp_path, "banks", "import", "mine", str(file))

    _, out, _ = await command(tmp_path, "banks", "export", "mine")
    code, said, _ = await command(tmp_path, "banks", "remove", "1")
    _, left, _ = await command(tmp_path, "banks", "export", "mine")

    assert [json.loads(line) for line in out.splitlines()] == LINES
    assert (code, said) == (0, "The entry 1 was removed.\n")
    assert [json.loads(line) for line in left.splitlines()] == LINES[1:]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "nothing"), "There is no bank 'nothing': see bifocal banks list."),
        (("remove", "99"), "There is no entry 99: see bifocal banks list."),
        (("remove", "canary"), "There is no entry canary: see bifocal banks list."),
    ],
)
async def test_what_is_not_there_is_said(
    tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = await command(tmp_path, "banks", *arguments)

    assert (code, out) == (2, "")
    assert told in err
