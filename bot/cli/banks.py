"""``bifocal banks``: pictures known to be bad, or known to be harmless."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from analysis.taxonomy import Category
from analysis.types import BankKind
from bot.cli.root import finished, root_of, said, well_told
from bot.errors import Misconfigured

Config = Annotated[Path | None, typer.Option(help="The settings file.")]
Community = Annotated[str, typer.Option(help="For one community only; for all when not given.")]


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, help="Known-bad and known-good pictures.")
    app.add_typer(group, name="banks")
    group.command("add")(add_)
    group.command("list")(list_)
    group.command("import")(import_)
