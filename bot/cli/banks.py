"""``bifocal banks``: pictures known to be bad, or known to be harmless."""

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from analysis.errors import UnreadableMedia
from analysis.taxonomy import Category
from analysis.types import BankKind
from bot.cli.root import finished, root_of, said, well_told
from bot.errors import Misconfigured
from bot.known import known_picture
from bot.storage.bank_file import COLUMNS, Known, read_bank
from bot.storage.banks import SHARED

Config = Annotated[Path | None, typer.Option(help="The settings file; else config.toml here.")]
Community = Annotated[
    str, typer.Option(help="One community's own, by its id; else what all communities share.")
]
Kind = Annotated[BankKind, typer.Option(help="What its pictures are known for.")]


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, help="Known-bad and known-good pictures.")
    app.add_typer(group, name="banks")
    group.command("add")(add_pictures)
    group.command("list")(list_entries)
    group.command("import")(import_file)
    group.command("export")(export_bank)
    group.command("remove")(remove_entry)


@well_told
def add_pictures(
    context: typer.Context,
    bank: Annotated[str, typer.Argument(help="The bank's name; made where it is missing.")],
    files: Annotated[list[Path], typer.Argument(help="Pictures.")],
    kind: Kind = BankKind.BAD,
    category: Annotated[Category, typer.Option(help="What is bad about them.")] = Category.SCAM,
    confirmed: Annotated[
        bool, typer.Option(help="An administrator stands behind them: rules may act on them.")
    ] = False,
    community: Community = SHARED,
    config: Config = None,
) -> None:
    """Put pictures into a bank: all of them, or none when one cannot be read."""
    root = root_of(context)
    settings = root.settings(config, sandboxed=True)

    async def work() -> None:
        async with root.core(settings) as core, root.storage(settings) as store:
            known: list[Known] = []
            with said.status("Reading pictures…"):
                for path in files:
                    try:
                        data = path.read_bytes()
                        known.append(await known_picture(core, data, category, confirmed=confirmed))
                    except (OSError, UnreadableMedia) as exc:
                        reason = exc.strerror if isinstance(exc, OSError) else exc
                        raise Misconfigured(f"{path}: {reason}. Nothing was added.") from exc
            by = getpass.getuser()
            new = await store.banks.add(community, bank, kind, known, by=by)
        typer.echo(f"{new} new in the bank {bank}; {len(known) - new} stood there already.")

    finished(work())


@well_told
def list_entries(
    context: typer.Context, community: Community = SHARED, config: Config = None
) -> None:
    """List what a community's posts are compared with: its own entries and the shared ones."""
    root = root_of(context)

    async def work() -> None:
        async with root.storage(root.settings(config)) as store:
            entries = await store.banks.entries(community)
        table = Table("id", "bank", "kind", "category", "confirmed", "pdq", show_edge=False)
        for entry in entries:
            confirmed = "yes" if entry.confirmed else "no"
            table.add_row(
                entry.id, entry.bank, entry.kind, entry.category, confirmed, entry.pdq[:16] + "…"
            )
        Console().print(table if entries else "No entries. Add one: bifocal banks add NAME FILE")

    finished(work())


@well_told
def import_file(
    context: typer.Context,
    bank: Annotated[str, typer.Argument(help="The bank's name; made where it is missing.")],
    file: Annotated[Path, typer.Argument(help="JSON lines or CSV with pdq and category.")],
    kind: Kind = BankKind.BAD,
    community: Community = SHARED,
    config: Config = None,
) -> None:
    """Import hashes: all of the file, or nothing when a line is wrong."""
    root = root_of(context)

    async def work() -> None:
        known = read_bank(file)
        async with root.storage(root.settings(config)) as store:
            new = await store.banks.add(community, bank, kind, known, by=getpass.getuser())
        typer.echo(f"{new} new in the bank {bank}; {len(known) - new} stood there already.")

    finished(work())


@well_told
def export_bank(
    context: typer.Context,
    bank: Annotated[str, typer.Argument(help="The bank's name.")],
    community: Community = SHARED,
    config: Config = None,
) -> None:
    """Print a bank as JSON lines, which `import` reads: digests alone, never a picture."""
    root = root_of(context)

    async def work() -> None:
        async with root.storage(root.settings(config)) as store:
            found = [one for one in await store.banks.entries(community) if one.bank == bank]
        if not found:
            raise Misconfigured(f"There is no bank {bank[:60]!r}: see bifocal banks list.")
        for entry in found:
            typer.echo(json.dumps({name: getattr(entry, name) for name in COLUMNS}))

    finished(work())


@well_told
def remove_entry(
    context: typer.Context,
    entry: Annotated[str, typer.Argument(help="The entry's id, as `list` shows it.")],
    config: Config = None,
) -> None:
    """Take one picture out of its bank: it no longer matches, and stands in the audit."""
    root = root_of(context)

    async def work() -> None:
        async with root.storage(root.settings(config)) as store:
            if not await store.banks.remove(entry, by=getpass.getuser()):
                raise Misconfigured(f"There is no entry {entry[:40]}: see bifocal banks list.")
        typer.echo(f"The entry {entry} was removed.")

    finished(work())
