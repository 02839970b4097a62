"""``bifocal webhooks``: what webhooks could not be told, and telling it again."""

import getpass
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.policy_text import columns
from bot.cli.root import Root, finished, root_of, well_told
from bot.errors import Misconfigured
from bot.storage.outbox import OutboxStore, Waiting

Config = Annotated[Path | None, typer.Option(help="The settings file; else config.toml here.")]
Which = Annotated[
    list[str] | None, typer.Argument(help="Deliveries, as `webhooks list` names them.")
]


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, help="What webhooks could not be told.")
    app.add_typer(group, name="webhooks")
    group.command("list")(list_)
    group.command()(retry)
    group.command()(drop)


@well_told
def list_(
    context: typer.Context,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.")
    ] = False,
    config: Config = None,
) -> None:
    """List deliveries that were given up, then those that failed and are tried again."""
    found: list[Waiting] = []

    async def work(root: Root) -> None:
        async with root.storage(root.settings(config)) as store:
            found.extend(await store.outbox.troubled())

    finished(work(root_of(context)))
    if as_json:
        sys.stdout.write(json.dumps([document(one) for one in found]) + "\n")
    elif not found:
        typer.echo("Every webhook was told everything.")
    else:
        for line in columns([_HEAD, *map(_row, found)], frozenset({4})):
            typer.echo(line)


@well_told
def retry(
    context: typer.Context,
    deliveries: Which = None,
    every: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    config: Config = None,
) -> None:
    """Try deliveries again that were given up; a running bot sends them within half a minute."""
    _each(root_of(context), deliveries or [], config, every=every, drop=False)


@well_told
def drop(
    context: typer.Context,
    deliveries: Which = None,
    every: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    config: Config = None,
) -> None:
    """Send deliveries no more that were given up, and forget what they said."""
    _each(root_of(context), deliveries or [], config, every=every, drop=True)


def _each(
    root: Root, deliveries: Sequence[str], config: Path | None, *, every: bool, drop: bool
) -> None:
    if every == bool(deliveries):
        raise Misconfigured("name deliveries as `bifocal webhooks list` does, or say --all")
    by, unknown, done = getpass.getuser(), [], 0

    async def work() -> None:
        nonlocal done
        async with root.storage(root.settings(config)) as store:
            settle = store.outbox.drop if drop else store.outbox.redrive
            names = deliveries or await _parked(store.outbox)
            while names:
                for name in names:
                    if await settle(name, by):
                        done += 1
                    else:
                        unknown.append(name)
                names = [] if deliveries else await _parked(store.outbox)

    finished(work())
    typer.echo(f"{done} {'dropped' if drop else 'to be tried again'}.")
    if unknown:
        raise Misconfigured(f"no delivery is given up under {', '.join(unknown)[:200]}")


async def _parked(outbox: OutboxStore) -> Sequence[str]:
    return [one.delivery for one in await outbox.troubled() if one.parked]


def document(one: Waiting) -> Mapping[str, object]:
    """A delivery without its body."""
    return {
        "delivery": one.delivery,
        "webhook": one.webhook,
        "event": one.event,
        "ref": str(one.ref),
        "state": "parked" if one.parked else "waiting",
        "attempts": one.attempts,
        "error": one.detail,
        "at": one.at.isoformat(),
        "due": one.due.isoformat() if one.due else None,
    }


_HEAD = ("delivery", "webhook", "event", "state", "attempts", "last error", "since")


def _row(one: Waiting) -> tuple[str, ...]:
    state = "given up" if one.parked else "trying"
    since = f"{one.at:%Y-%m-%d %H:%M}"
    return one.delivery, one.webhook, one.event, state, str(one.attempts), one.detail, since
