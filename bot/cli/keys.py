"""``bifocal keys``: the key that keeps cases unreadable, and how it is changed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography.fernet import Fernet
from rich.progress import Progress

from bot.cli.root import finished, root_of, said, well_told
from bot.errors import Misconfigured
from bot.storage.reseal import Reseal
from bot.storage.seal import add_key, drop_old_keys
from bot.storage.store import Store, key_place

Config = Annotated[Path | None, typer.Option(help="The settings file; else config.toml here.")]


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="The key that what is kept is encrypted with: rotate, reseal, drop, in this order.",
    )
    app.add_typer(group, name="keys")
    group.command()(rotate)
    group.command()(reseal)
    group.command()(drop)


@well_told
def rotate(context: typer.Context, config: Config = None) -> None:
    """Put a new key before the old: what is new is sealed with it, what is old still opens.

    A running bot seals anew in the background once it is restarted.
    """
    settings = root_of(context).settings(config)
    place = key_place(settings.storage)
    if place is None:
        raise Misconfigured(
            "the key comes from BIFOCAL_STORAGE__ENCRYPTION_KEY, which Bifocal cannot write: put "
            f"a new key and a comma before it, such as {Fernet.generate_key().decode()}"
        )
    add_key(place)
    typer.echo(f"{place} begins with a new key. Keep a copy of it apart from your backups.")
    typer.echo("Restart the bot: it seals anew in the background. At once: bifocal keys reseal")


@well_told
def reseal(context: typer.Context, config: Config = None) -> None:
    """Seal everything with the newest key now; stopped, it goes on where it was."""
    root = root_of(context)
    settings = root.settings(config)

    async def work() -> None:
        # Only while no bot runs: one that does not know the new key could not read the result.
        async with root.queue(settings), root.storage(settings) as store:
            await _resealed(store)
        typer.echo("Everything is sealed with the newest key. Then: bifocal keys drop")

    finished(work())


@well_told
def drop(context: typer.Context, config: Config = None) -> None:
    """Forget the old keys, once everything is sealed with the newest."""
    root = root_of(context)
    settings = root.settings(config)
    place = key_place(settings.storage)
    if place is None:
        raise Misconfigured("the keys come from BIFOCAL_STORAGE__ENCRYPTION_KEY: drop them there")

    async def work() -> None:
        async with root.queue(settings), root.storage(settings) as store:
            if left := await _reseal(store).left():
                raise Misconfigured(
                    f"{left} things are still sealed with an old key: bifocal keys reseal first"
                )
        typer.echo(f"{drop_old_keys(place)} old keys dropped from {place}.")

    finished(work())


def _reseal(store: Store) -> Reseal:
    return Reseal(store.database, store.evidence, store.journal.seal, lambda: datetime.now(UTC))


async def _resealed(store: Store) -> None:
    task = _reseal(store)
    with Progress(console=said, disable=not said.is_terminal) as bar:
        shown = bar.add_task("Sealing anew")
        while not await task.turn():
            stands = await task.progress()
            bar.update(shown, completed=stands.done, total=stands.all)
    if await task.left():
        # Written with the old key after its place was passed, by a bot that was not restarted.
        await task.begin_again()
        while not await task.turn():
            continue
