"""``bifocal tokens``: bearer tokens for the HTTP API."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.root import finished, root_of, well_told
from bot.errors import Misconfigured
from bot.storage.tokens import Scope

Config = Annotated[Path | None, typer.Option(help="The settings file; else config.toml here.")]


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, help="Bearer tokens for the HTTP API.")
    app.add_typer(group, name="tokens")
    group.command()(create)
    group.command("list")(list_)
    group.command()(revoke)


@well_told
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is for; shown in lists.")],
    scope: Annotated[Scope, typer.Option(help="What its bearer may do; admin includes all.")],
    config: Config = None,
) -> None:
    """Make a token. It is shown once, as the last word printed, and kept only as a hash."""
    root = root_of(context)

    async def work() -> None:
        async with root.storage(root.settings(config)) as storage:
            token = await storage.tokens.create(name, scope, getpass.getuser())
        typer.echo(f"Token {name} ({scope}), shown only now: {token}")

    finished(work())


@well_told
def list_(context: typer.Context, config: Config = None) -> None:
    """List the tokens: names, scopes and dates, never the tokens themselves."""
    root = root_of(context)

    async def work() -> None:
        async with root.storage(root.settings(config)) as storage:
            found = await storage.tokens.list()
        table = Table("name", "scope", "made", "revoked", show_edge=False)
        for token in found:
            revoked = f"{token.revoked_at:%Y-%m-%d %H:%M}" if token.revoked_at else ""
            made = f"{token.created_at:%Y-%m-%d %H:%M}"
            table.add_row(token.name, token.scope, made, revoked)
        Console().print(table if found else "No tokens. Make one: bifocal tokens create NAME")

    finished(work())


@well_told
def revoke(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The token's name.")],
    config: Config = None,
) -> None:
    """Make a token worthless at once."""
    root = root_of(context)

    async def work() -> None:
        async with root.storage(root.settings(config)) as storage:
            if not await storage.tokens.revoke(name, getpass.getuser()):
                raise Misconfigured(f"no token is called {name}; see: bifocal tokens list")
        typer.echo(f"Token {name} is worthless now.")

    finished(work())
