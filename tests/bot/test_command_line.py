"""What is typed wrong is one sentence, and what breaks tells neither values nor a traceback."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import typer

from bot.__main__ import Build
from bot.cli import COMMANDS, command_line
from bot.cli.columns import show
from bot.cli.root import called, well_told
from bot.cli.search import a_cursor, cursor, span
from bot.errors import Misconfigured
from bot.storage.search import Hit
from tests.bot.storage.builders import a_key
from tests.journey.process import ROOT


@pytest.mark.parametrize(
    ("text", "read"),
    [("0.5..1", (0.5, 1.0)), ("3", (3.0, 3.0)), ("-1..-0.05", (-1.0, -0.05)), ("0..0", (0.0, 0.0))],
)
def test_a_span_is_read(text: str, read: tuple[float, float]) -> None:
    assert span(text) == read


@pytest.mark.parametrize(
    "text", ["", "..", "a", "1..a", "0..nan", "nan", "-inf..1", "1e999", "2..1", "0x1", "1..2..3"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="is no span"):
        span(text)


def test_a_page_goes_on_where_the_one_before_it_ended() -> None:
    at = datetime(2026, 11, 27, 6, 41, 36, 698602, tzinfo=UTC)
    hit = Hit(7, at, a_key(), "u1", None, (), {}, "")

    assert a_cursor(cursor(hit)) == hit.cursor


@pytest.mark.parametrize("text", ["x", "~", "2026-11-27~", "2026-11-27T00:00:00~1", "~1"])
def test_what_is_no_place_to_go_on_from_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="--before"):
        a_cursor(text)


def test_what_breaks_before_the_settings_are_read_tells_no_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = typer.Typer()

    @app.command()
    @well_told
    def broken(token: str = "canary-secret") -> None:  # noqa: S107 - it is a canary
        raise RuntimeError(token)

    monkeypatch.setattr("sys.argv", ["bifocal"])
    code = called(app, Build())
    said = "".join(capsys.readouterr())

    assert code == 1
    assert "a fault of ours: RuntimeError" in said
    assert "canary-secret" not in said


def test_rows_are_shown_whole_however_long_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    ref = "discord:" + "1" * 200

    show(("message", "case"), [(ref, "c1"), ("m", "[red]c2")])

    assert capsys.readouterr().out.splitlines() == [
        f"message{' ' * 201}  case",
        f"{ref}  c1",
        f"m{' ' * 207}  [red]c2",
    ]


def test_no_row_moves_the_cursor_or_forges_another(capsys: pytest.CaptureFixture[str]) -> None:
    show(("author",), [("a\x1b[2J\nb\u202e",)])

    assert capsys.readouterr().out.splitlines() == ["author", "a\\x1b[2J\\nb\\u202e"]


def commands(group: typer.Typer) -> Iterator[tuple[str, Any]]:
    """Every command with its whole name, groups included."""
    waiting: list[tuple[str, Any]] = [("bifocal", typer.main.get_command(group))]
    while waiting:
        name, one = waiting.pop()
        yield name, one
        waiting += [(f"{name} {each}", sub) for each, sub in getattr(one, "commands", {}).items()]


def test_every_command_option_and_argument_says_what_it_is() -> None:
    silent = [
        f"{name} {parameter.name}"
        for name, one in commands(command_line())
        for parameter in one.params
        if not getattr(parameter, "help", "")
    ]
    silent += [name for name, one in commands(command_line()) if not one.help]

    assert silent == []


def test_every_command_stands_in_a_panel_of_the_first_help() -> None:
    app = command_line()
    panels = {one.rich_help_panel for one in app.registered_commands}
    panels |= {one.rich_help_panel for one in app.registered_groups}

    assert panels == set(COMMANDS)


@pytest.mark.parametrize("name", [name for names in COMMANDS.values() for name in names])
def test_a_command_that_is_named_comes_alone_and_as_among_all(name: str) -> None:
    def described(*arguments: str) -> dict[str, list[Any]]:
        every = commands(command_line(arguments))
        return {whole: [one.help, *(each.name for each in one.params)] for whole, one in every}

    alone, among_all = described(name, "--config", "x"), described()
    whole = f"bifocal {name}"
    mine = {one for one in among_all if f"{one} ".startswith(f"{whole} ")}

    assert alone == {one: among_all[one] for one in mine | {"bifocal"}}


def test_a_short_command_loads_neither_the_web_nor_the_analysis() -> None:
    program = (
        "import sys; from bot.__main__ import Build; from bot.cli import command_line;"
        "command_line(['tokens']); print(*sorted(sys.modules))"
    )
    loaded = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True).split()  # noqa: S603 - our own interpreter

    assert "bot.cli.tokens" in loaded
    assert {"fastapi", "analysis.pipeline", "bot.application"}.isdisjoint(loaded)
