"""``bifocal db``: the database's schema."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from bot.cli.root import existing, finished, root_of, well_told
from bot.errors import Misconfigured
from bot.storage.backup import back_up
from bot.storage.store import key_place


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
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Bring the database's schema up to this version; doing it twice changes nothing."""
        root = root_of(context)

        async def work() -> None:
            async with root.storage(root.settings(config)) as storage:
                typer.echo(f"The database is at schema {await storage.database.revision()}.")

        finished(work())

    @group.command()
    @well_told
    def backup(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(help="Where to; must not be there yet.")],
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Copy the database to a file while the bot runs, and check the copy.

        Neither the evidence key nor the pictures are in it: docs/operating.md has all the steps.
        """
        settings = existing(root_of(context).settings(config))
        url = make_url(settings.storage.url)
        if url.get_backend_name() != "sqlite" or not url.database:
            raise Misconfigured("this backs up SQLite; back PostgreSQL up with pg_dump")
        size = back_up(Path(url.database), file)
        typer.echo(f"{file}: {size:,} bytes, checked.")
        typer.echo(
            f"Not in it: the evidence key ({key_place(settings.storage) or 'in the environment'}), "
            f"without which its cases cannot be read, and the pictures "
            f"({settings.storage.evidence_url}). Keep the key apart from the backups."
        )
