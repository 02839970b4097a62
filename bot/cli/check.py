"""``bifocal check``: settings, policy and database, without starting."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.root import finished, root_of, well_told


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def check(
        context: typer.Context,
        config: Annotated[Path | None, typer.Option(help="The settings file.")] = None,
    ) -> None:
        """Check settings, policy, database and extras; says what is wrong and how to mend it."""
        root = root_of(context)

        async def work() -> None:
            for line in await root.check(root.settings(config)):
                typer.echo(line)

        finished(work())
