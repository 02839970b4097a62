"""``bifocal resume``: let it act again."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.root import finished, root_of, well_told


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def resume(
        context: typer.Context,
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Let the bot act again after `bifocal pause`."""
        root = root_of(context)

        async def work() -> None:
            async with root.storage(root.settings(config)) as storage:
                await storage.switch.resume(getpass.getuser())

        finished(work())
        typer.echo("Acting again. What was withheld meanwhile waits on the desk.")
