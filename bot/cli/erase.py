"""``bifocal erase``: a person leaves, and everything of theirs with them."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.root import existing, finished, root_of, said, well_told
from bot.errors import Misconfigured
from bot.leaving import leave
from bot.storage.erase import Person


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def erase(
        context: typer.Context,
        author: Annotated[str, typer.Option(help="Whom, as PLATFORM:ID, such as discord:123.")],
        community: Annotated[
            str, typer.Option(help="Only in this one, by its id; else in all.")
        ] = "",
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Erase a person from everything Bifocal keeps; numbers in the statistics stay.

        The bot must be stopped. Backups and exports made earlier still hold the person, and so
        does the platform itself.
        """
        person = a_person(author, community)
        root = root_of(context)
        settings = existing(root.settings(config))
        if not yes:
            typer.confirm("Erase this person for good?", abort=True, err=True)

        async def work() -> None:
            # The queue first: it tells whether a bot is running.
            async with root.queue(settings) as queue, root.storage(settings) as store:
                keeper = root.keepers(settings).get(person.platform)
                with said.status("Erasing…"):
                    gone = await leave(
                        store, queue, keeper, person, at=datetime.now(UTC), by=getpass.getuser()
                    )
            typer.echo(
                f"Erased {gone.posts} posts with {gone.cases} cases and {gone.pictures} pictures, "
                f"{gone.jobs} waiting jobs, and {gone.kept} posts that the platform kept here."
            )

        finished(work())


def a_person(author: str, community: str) -> Person:
    """Read ``PLATFORM:ID``.

    Raises:
        Misconfigured: it is not of that form.
    """
    platform, found, number = author.partition(":")
    if not (platform and found and number):
        raise Misconfigured(f"--author must be PLATFORM:ID, such as discord:123, got {author!r}")
    return Person(platform, number, community)
