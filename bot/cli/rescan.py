"""``bifocal rescan``: look again at what cases keep, with today's detectors and rules."""

import getpass
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.root import finished, root_of, said, well_told
from bot.errors import Misconfigured
from bot.journey.judge import Judge
from bot.policy.choice import chosen_in
from bot.review.rescan import Rescanner, Step

NICE = 10
"""A running bot goes first. The sandbox's workers inherit it."""
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rescan")(rescan)


@well_told
def rescan(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="From when: 2026-11-01, or 30d, 12h, 2w ago.")],
    rule: Annotated[str, typer.Option(help="Only cases that this rule matched.")] = "",
    config: Annotated[
        Path | None, typer.Option(help="The settings file; else config.toml here.")
    ] = None,
) -> None:
    """Analyse what cases keep again, by today's detectors and rules; a running bot goes first.

    Acts on nobody. Stop it with Ctrl-C; run it again to go on.
    """
    os.nice(NICE)
    root, start = root_of(context), begins(since, datetime.now(UTC))
    settings = root.settings(config, sandboxed=True)
    policy = root.policy(settings)

    async def work() -> None:
        # The store first: what was spent today counts, and what this spends is written down.
        async with root.storage(settings) as store, root.core(settings, store) as core:
            rules = chosen_in(store.communities, policy)
            judge = Judge(core.pipeline, rules, store.banks.view, settings.analysis.remote)
            again = Rescanner(
                store.journal, store.evidence, core.decode, judge.judge, lambda: datetime.now(UTC)
            )
            with _bar() as bar:
                task = bar.add_task("Looking again", total=None)

                def tell(step: Step) -> None:
                    bar.update(task, completed=step.done, total=step.of)

                step = await again.run(start, rule, getpass.getuser(), tell)
        said.print(f"{step.done} cases looked at; other rules match in {step.changed} of them.")

    finished(work())


def begins(since: str, now: datetime) -> datetime:
    """When a span or a date begins. A span is reckoned from midnight, so that an interrupted
    rescan is the same one when it is asked for again on that day.

    Raises:
        Misconfigured: neither a span nor a date.
    """
    if found := re.fullmatch(r"([0-9]{1,4})([hdw])", since):
        start = now - int(found[1]) * UNITS[found[2]]
        return start.replace(
            hour=start.hour if found[2] == "h" else 0, minute=0, second=0, microsecond=0
        )
    try:
        start = datetime.fromisoformat(since)
    except ValueError:
        raise Misconfigured(
            f"--since takes a date such as 2026-11-01, or a span such as 30d, got {since[:40]!r}"
        ) from None
    return start if start.tzinfo else start.replace(tzinfo=UTC)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=said,
    )
