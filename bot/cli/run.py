"""``bifocal run``: everything in one process."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.root import finished, root_of, well_told
from bot.errors import Misconfigured

ROLES = ("discord", "slack", "web", "worker")


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def run(
        context: typer.Context,
        only: Annotated[
            str, typer.Option(help=f"Roles, by commas: {', '.join(ROLES)}. All when not given.")
        ] = "",
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Start the bot: intake, workers, platforms and web pages.

        Without a platform's token it starts the playground and prints a one-time sign-in link.
        """
        root = root_of(context)
        finished(root.serve(root.settings(config, sandboxed=True), roles(only)))


def roles(only: str) -> frozenset[str]:
    """The roles named, or all.

    Raises:
        Misconfigured: one of them is none of ours.
    """
    named = frozenset(part.strip() for part in only.split(",") if part.strip())
    if unknown := sorted(named - set(ROLES)):
        raise Misconfigured(f"--only {unknown[0]}: no such role; known are {', '.join(ROLES)}")
    return named or frozenset(ROLES)
