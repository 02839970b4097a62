"""The page about moderating in chat names everything there is, and nothing else."""

import re
from dataclasses import replace
from pathlib import Path

from bot.chat.case_sheet import sheet_of
from bot.chat.commands import COMMANDS, MENUS
from tests.builders import a_card

PAGE = (Path(__file__).parents[3] / "docs" / "moderating.md").read_text("utf-8")


def test_it_names_every_command() -> None:
    named = {f"/{one.group} {one.name}" if one.group else f"/{one.name}" for one in COMMANDS}

    assert {name for name in named if f"`{name}`" not in PAGE} == set()


def test_it_names_no_command_that_is_not_there() -> None:
    known = {f"/{one.group} {one.name}" if one.group else f"/{one.name}" for one in COMMANDS}
    also = {f"/bifocal {one.name}" for one in COMMANDS}

    assert set(re.findall(r"`(/[a-z ]+)`", PAGE)) - known - also == {"/bifocal"}


def test_it_names_every_menu() -> None:
    assert [menu.label for menu in MENUS if menu.label not in PAGE] == []


def test_it_names_every_button_of_a_card() -> None:
    card = replace(a_card(), outcomes=(("delete", "withheld"),), url="https://desk.example/c1")

    assert [one.label for one in sheet_of(card).buttons if one.label not in PAGE] == []
