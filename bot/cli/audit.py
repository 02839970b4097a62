"""``bifocal audit``: who did what, and whether anybody but Bifocal wrote in it."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.columns import show
from bot.cli.export import a_time
from bot.cli.root import existing, finished, root_of, well_told
from bot.storage.audit import Entry

Config = Annotated[Path | None, typer.Option(help="The settings file; else config.toml here.")]


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        no_args_is_help=True, help="Who did what, kept so that every change of it is found."
    )
    app.add_typer(group, name="audit")
    group.command("list")(list_)
    group.command()(verify)


@well_told
def list_(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="Not before: 30d or 12h ago, or a date.")] = "",
    by: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    what: Annotated[str, typer.Option(help="Only this: case, case.uphold, token, erase …")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100_000)] = 50,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.")
    ] = False,
    config: Config = None,
) -> None:
    """Show who did what, newest first. It never holds a secret or the words of a post."""
    start = a_time(since, datetime.now(UTC)) if since else None
    root = root_of(context)

    async def work() -> None:
        async with root.storage(existing(root.settings(config))) as store:
            found = await store.audit.entries(since=start, by=by, what=what, limit=limit)
        if as_json:
            sys.stdout.write(json.dumps({"audit": [_line(entry) for entry in found]}) + "\n")
        elif found:
            headings = ("line", "at", "by", "what", "subject", "detail")
            show(headings, [_row(entry) for entry in found])
        else:
            typer.echo("Nothing is in the audit.")

    finished(work())


@well_told
def verify(
    context: typer.Context,
    expect: Annotated[
        str, typer.Option(help="A digest that an earlier check printed and you kept.")
    ] = "",
    config: Config = None,
) -> None:
    """Check that no line was changed, added or taken away; name the first that was.

    Keep the printed digest where whoever can write the database cannot: with it a later check
    also finds that the newest lines are gone, or that the whole audit was written anew.
    """
    root = root_of(context)

    async def work() -> None:
        async with root.storage(existing(root.settings(config))) as store:
            found = await store.audit.verify(expect)
        typer.echo(f"{found.lines} lines, unbroken; {found.nameless} without a name, erased.")
        typer.echo(f"Digest of the newest, line {found.newest}: {found.digest}")

    finished(work())


def _line(entry: Entry) -> Mapping[str, object]:
    return {
        "line": entry.id,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "what": entry.what,
        "subject": entry.subject,
        "detail": dict(entry.detail),
    }


def _row(entry: Entry) -> tuple[str, ...]:
    detail = " ".join(f"{name}={value}" for name, value in entry.detail.items())
    at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
    return str(entry.id), at, entry.by or "bifocal", entry.what, entry.subject or "-", detail
