"""``bifocal doctor``: everything `check` does, a tiny call to each provider, and the platforms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot import examine
from bot.cli.check import look
from bot.cli.root import ENVIRONMENT, Root, finished, root_of, well_told
from bot.config.tables import Settings
from bot.core import Core
from bot.ports import Examined


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def doctor(
        context: typer.Context,
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Do what `bifocal check` does, and ask providers and platforms whether they work.

        Exits with 1 when something that is configured does not work.
        """
        root = root_of(context)
        settings = root.settings(config, sandboxed=True)
        typer.echo("settings: fine")
        finished(_examined(root, settings))


async def _examined(root: Root, settings: Settings) -> None:
    found: list[Examined] = []

    async def providers(core: Core) -> None:
        found.extend(_said(await examine.providers(core.remote.providers)))

    await look(root, settings, providers)
    async with root.storage(settings) as store:
        for platform in root.platforms(settings, store):
            found.extend(_said(await examine.platform(platform)))
    if not all(one.well for one in found):
        raise typer.Exit(ENVIRONMENT)


def _said(found: Sequence[Examined]) -> Sequence[Examined]:
    for one in found:
        typer.echo(one.sentence)
    return found
