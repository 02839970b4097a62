"""``bifocal pause``: stop all acting at once."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.root import finished, root_of, well_told


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def pause(
        context: typer.Context,
        reason: Annotated[str, typer.Option(help="Why, for those who find it paused.")] = "",
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Stop all acting within a second, also of a running bot, until `bifocal resume`.

        Posts are still judged; what would have been done waits in review.
        """
        root = root_of(context)

        async def work() -> None:
            async with root.storage(root.settings(config)) as storage:
                await storage.switch.pause(getpass.getuser(), reason)

        finished(work())
        typer.echo("Paused. Nothing is done to any post until: bifocal resume")
