"""``bifocal stats``: what the bot did and cost."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from analysis.remote.ledger import Spent
from bot import activity_report
from bot.cli.columns import show
from bot.cli.root import existing, finished, root_of, well_told
from bot.storage.activity import activity as counted
from bot.storage.spend import SparedCalls


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, help="What the bot did and cost.")
    app.add_typer(group, name="stats")

    @group.callback()
    def stats() -> None:
        """What the bot did and cost."""

    group.command()(activity)
    group.command()(cost)


@well_told
def activity(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=365, help="So many days back from now.")] = 30,
    community: Annotated[str, typer.Option(help="Only of this one: ID or PLATFORM:ID.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option(help="The settings file; else config.toml here.")
    ] = None,
) -> None:
    """Show what was judged, decided and done in each community. Nobody is named."""
    root = root_of(context)
    until = datetime.now(UTC)
    since = until - timedelta(days=days)

    async def work() -> None:
        async with root.storage(existing(root.settings(config))) as store:
            count, known = partial(counted, store.database), store.communities.everywhere()
            found = await activity_report.document(count, known, community, since, until)
        if as_json:
            sys.stdout.write(json.dumps({"schema": "bifocal.activity/1", **found}) + "\n")
        else:
            _show_activity(found)

    finished(work())


def _show_activity(found: Mapping[str, Any]) -> None:
    rows = [_figures(one) for one in found["communities"]]
    if not rows:
        typer.echo("No such community was ever seen.")
        return
    show(("community", "posts", "cases", "upheld", "overturned", "USD", "actions"), rows)


def _figures(one: Mapping[str, Any]) -> tuple[str, ...]:
    actions = ", ".join(f"{a['number']} {a['action']} {a['status']}" for a in one["actions"])
    counts = (str(one[name]) for name in ("posts", "opened", "upheld", "overturned"))
    place = f"{one['name'] or one['community']} ({one['platform']})"
    return place, *counts, f"{one['usd']:.4f}", actions or "-"


@well_told
def cost(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=3650, help="So many days, today included.")] = 7,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option(help="The settings file; else config.toml here.")
    ] = None,
) -> None:
    """Show what providers cost, by day (UTC) and model, and which calls were spared and why."""
    root = root_of(context)
    since = datetime.now(UTC).date() - timedelta(days=days - 1)

    async def work() -> None:
        async with root.storage(root.settings(config)) as store:
            spent = await store.spend.since(since)
            spared = await store.spend.spared_since(since)
        if as_json:
            sys.stdout.write(json.dumps(document(days, spent, spared)) + "\n")
        else:
            _show(spent, spared)

    finished(work())


def document(days: int, spent: Sequence[Spent], spared: Sequence[SparedCalls]) -> Mapping[str, Any]:
    """Everything as JSON; dollars are rounded to a millionth."""
    return {
        "schema": "bifocal.cost/1",
        "days": days,
        "usd": round(sum(row.usd for row in spent), 6),
        "spent": [
            {
                "day": row.day.isoformat(),
                "community": row.purse,
                "provider": row.provider,
                "model": row.model,
                "usd": round(row.usd, 6),
                "calls": row.calls,
                "tokens": row.tokens,
            }
            for row in spent
        ],
        "spared": [
            {
                "day": row.day.isoformat(),
                "provider": row.provider,
                "reason": row.reason.value,
                "calls": row.calls,
            }
            for row in spared
        ],
    }


def _show(spent: Sequence[Spent], spared: Sequence[SparedCalls]) -> None:
    console = Console(highlight=False, markup=False)
    if not spent and not spared:
        console.print("No provider was called and no call was spared.")
        return
    table = Table("day", "provider", "model", "calls", "tokens", "USD", show_edge=False)
    for cells in _summed(spent):
        table.add_row(*cells)
    console.print(table)
    console.print(f"In all ${sum(row.usd for row in spent):.4f}.")
    reasons = {row.reason: 0 for row in spared}
    for row in spared:
        reasons[row.reason] += row.calls
    told = ", ".join(f"{calls} by {reason}" for reason, calls in reasons.items())
    console.print(f"Calls spared: {told or 'none'}.")


def _summed(spent: Sequence[Spent]) -> Iterator[tuple[str, ...]]:
    """One row per day, provider and model, all communities together."""
    for (day, provider, model), group in groupby(spent, attrgetter("day", "provider", "model")):
        rows = list(group)
        yield (
            day.isoformat(),
            provider,
            model,
            str(sum(row.calls for row in rows)),
            str(sum(row.tokens for row in rows)),
            f"{sum(row.usd for row in rows):.4f}",
        )
