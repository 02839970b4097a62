"""``bifocal policy``: show rules, test them, rehearse them on the past, and explain a judgement."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from bot.actions.durations import parse_duration
from bot.cli import policy_text as text
from bot.cli.policy_trial import run_tests
from bot.cli.root import USAGE, Root, finished, root_of, said, well_told
from bot.config.tables import Settings
from bot.errors import Misconfigured
from bot.nearest import did_you_mean
from bot.policy.backtest import Backtest
from bot.policy.choice import chosen_in
from bot.policy.explain import Explained
from bot.policy.past import Past
from bot.policy.policy import Policy
from bot.policy.report import backtest_document, tuning_document
from bot.policy.tune import Tuner
from bot.policy.variables import kinds_of
from bot.review.why import Why, why
from bot.storage import replay
from bot.storage.store import Store, database_exists

LONGEST = timedelta(days=3650)
"""How far back one may look; records are kept for a month unless the settings say otherwise."""

Config = Annotated[Path | None, typer.Option(help="The settings file; else config.toml here.")]
Rules = Annotated[
    Path | None, typer.Option("--policy", help="This policy file, not the settings'.")
]
Since = Annotated[str, typer.Option(help="How far back, such as 30d, or a day: 2026-11-01.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, help="Read, test, rehearse and explain the rules.")
    app.add_typer(group, name="policy")
    group.command("show")(show)
    group.command("test")(run_file)
    group.command("backtest")(backtest)
    group.command("tune")(tune)
    group.command("explain")(explain_one)


@well_told
def show(
    context: typer.Context,
    community: Annotated[
        str,
        typer.Option(
            help="As it holds in this one, by its id; where no file is named, it may"
            " have chosen a preset."
        ),
    ] = "",
    channel: Annotated[str, typer.Option(help="As it holds in this channel, by its id.")] = "",
    policy: Rules = None,
    stats: Annotated[
        bool, typer.Option("--stats", help="How often each rule matched, live and in shadow.")
    ] = False,
    since: Since = "30d",
    config: Config = None,
) -> None:
    """Print the policy as it holds somewhere, and where each part of it was written."""
    root = root_of(context)
    settings = root.settings(config)
    rules = root.policy(settings, policy).current
    if community and policy is None and database_exists(settings.storage):
        rules = _chosen(root, settings, community)
    if stats:
        report = Backtest(rules)

        async def work() -> None:
            async with root.storage(settings) as store:
                only_in = (community,) if community else None
                async for past in _read(store, replay.Wanted(_begin(since), only_in=only_in)):
                    report.note(past)

        finished(work())
        _print(text.stats(report.report))
        return
    named = (("community", community), ("channel", channel))
    where = "".join(f", {kind} {name}" for kind, name in named if name)
    _print(text.effective(rules.name, where, rules.at(community, channel)))


@well_told
def run_file(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A policy file; else the settings'.")] = None,
    config: Config = None,
) -> None:
    """Run the tests that stand in a policy file; exits with 2 when one fails."""
    root = root_of(context)
    settings = root.settings(config, sandboxed=True)
    rules = root.policy(settings, file).current
    named = file or (Path(settings.policy.file) if settings.policy.file else None)
    failed = 0

    async def work() -> None:
        nonlocal failed
        total = 0
        async for where, one in run_tests(root, settings, rules, named):
            _print(text.tried(where, one))
            total += 1
            failed += not one.passed
        typer.echo(f"{total} tests, {failed} failed.")

    finished(work())
    if failed:
        raise typer.Exit(USAGE)


@well_told
def backtest(
    context: typer.Context,
    candidate: Annotated[
        Path | None, typer.Option(help="The policy to try; the one in force if not given.")
    ] = None,
    since: Since = "30d",
    every: Annotated[bool, typer.Option("--all", help="Print every changed outcome.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Decide what was judged before anew, and say what would change. Nothing is acted upon."""
    root = root_of(context)
    settings = root.settings(config)
    run = Backtest(root.policy(settings, candidate).current)

    async def work() -> None:
        async with root.storage(settings) as store:
            async for past in _read(store, replay.wanted(run.report.policy, _begin(since))):
                run.add(past)

    finished(work())
    if as_json:
        typer.echo(json.dumps(backtest_document(run.report)))
    else:
        _print(text.backtest(run.report, every_change=every))


@well_told
def tune(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="The rule's id.")],
    precision: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The share of right matches that is wanted.")
    ] = 0.95,
    score: Annotated[
        str | None, typer.Option(help="Which score, where the rule compares several.")
    ] = None,
    policy: Rules = None,
    since: Since = "30d",
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Propose a threshold from what moderators decided, with the curve behind it."""
    root = root_of(context)
    settings = root.settings(config)
    tuner = Tuner(root.policy(settings, policy).current, rule, score)
    wanted = replay.Wanted(_begin(since), kinds_of(tuner.reads), animated=True, decided=True)

    async def work() -> None:
        async with root.storage(settings) as store:
            async for past in _read(store, wanted):
                tuner.add(past)

    finished(work())
    found = tuner.tuning(precision)
    if as_json:
        typer.echo(json.dumps(tuning_document(found)))
        return
    _print(text.tuning(found))
    if tuner.unanswered:
        typer.echo(f"{tuner.unanswered} more could not be answered without words or values.")


@well_told
def explain_one(
    context: typer.Context,
    which: Annotated[
        str, typer.Argument(help="A case's id, or platform:community:channel:message.")
    ],
    rule: Annotated[str | None, typer.Option(help="This rule alone.")] = None,
    policy: Rules = None,
    config: Config = None,
) -> None:
    """Say why each rule matched a judged post, or did not, with the values it read."""
    root = root_of(context)
    settings = root.settings(config)
    rules = root.policy(settings, policy)
    found: list[Why] = []

    async def work() -> None:
        async with root.storage(settings) as store:
            of = rules.of if policy else chosen_in(store.communities, rules).of
            if (one := await why(store.journal, of, which)) is not None:
                found.append(one)

    finished(work())
    if not found:
        raise Misconfigured(
            f"nothing is remembered of {which[:200]!r}: name a case's id, or a message as"
            " platform:community:channel:message"
        )
    _print(text.why(found[0], _only(found[0], rule)))


def _chosen(root: Root, settings: Settings, community: str) -> Policy:
    """The policy that is in force in a community."""
    found: list[Policy] = []

    async def work() -> None:
        async with root.storage(settings) as store:
            found.append(chosen_in(store.communities, root.policy(settings)).of(community))

    finished(work())
    return found[0]


def _only(found: Why, rule: str | None) -> Sequence[Explained]:
    """The rules to be told of: all of them, or the one that was asked for."""
    told = [one for one in found.rules if rule in {None, one.rule.id}]
    if not told:
        names = [one.rule.id for one in found.rules]
        raise Misconfigured(
            f'{found.policy.name}: there is no rule "{(rule or "")[:60]}" in that channel'
            f"{did_you_mean(rule or '', names)}"
        )
    return told


async def _read(store: Store, wanted: replay.Wanted) -> AsyncIterator[Past]:
    """Every judgement that is wanted, with a progress bar where somebody watches."""
    total = await replay.count(store.database, wanted)
    with Progress(console=said, transient=True) as progress:
        bar = progress.add_task("Reading judgements", total=total)
        async for past in replay.past(store.database, wanted):
            yield past
            progress.advance(bar)


def _begin(since: str) -> datetime:
    """The moment that ``--since`` means."""
    try:
        day = datetime.fromisoformat(since)
    except ValueError:
        try:
            return datetime.now(UTC) - parse_duration(since, at_most=LONGEST)
        except Misconfigured as exc:
            raise Misconfigured(f"--since: {exc}") from exc
    return day if day.tzinfo else day.replace(tzinfo=UTC)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
