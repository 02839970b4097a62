"""``bifocal db``: the database's schema."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.root import finished, root_of, well_told


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, help="Look after the database.")
    app.add_typer(group, name="db")

    @group.callback()
    def db() -> None:
        """Look after the database."""

    @group.command()
    @well_told
    def upgrade(
        context: typer.Context,
        config: Annotated[Path | None, typer.Option(help="The settings file.")] = None,
    ) -> None:
        """Bring the database's schema up to this version; doing it twice changes nothing."""
        root = root_of(context)

        async def work() -> None:
            async with root.storage(root.settings(config)) as storage:
                typer.echo(f"The database is at schema {await storage.database.revision()}.")

        finished(work())
