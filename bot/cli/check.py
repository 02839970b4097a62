"""``bifocal check``: settings, policy, database and extras, without starting."""

from collections.abc import Awaitable, Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from analysis.detectors import DETECTORS
from bot.cli.root import Root, finished, root_of, said, well_told
from bot.config.tables import Settings
from bot.core import Core, unasked
from bot.policy.choice import chosen_in
from bot.policy.file import PolicyFile
from bot.ports import Bounded
from bot.storage.store import Store


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def check(
        context: typer.Context,
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Check settings, policy, database and extras; says what is wrong and how to mend it."""
        root = root_of(context)
        settings = root.settings(config, sandboxed=True)
        typer.echo("settings: fine")
        finished(_checked(root, settings))


async def _checked(root: Root, settings: Settings) -> None:
    await look(root, settings)
    async with root.storage(settings) as store:
        for platform in root.platforms(settings, store):
            if isinstance(platform, Bounded):
                for sentence in _too_much(platform, platform.name, root.policy(settings), store):
                    typer.echo(sentence)


async def look(
    root: Root, settings: Settings, further: Callable[[Core], Awaitable[None]] | None = None
) -> None:
    """Say what is fine and what is not; ``further`` looks at the open core in the end."""
    rules = root.policy(settings)
    for line in _policy(rules):
        typer.echo(line)
    async with root.storage(settings) as store:
        revision = await store.database.revision()
        state = await store.switch.state()
    typer.echo(f"database: fine, schema {revision}")
    if state is not None:
        typer.echo(f"acting: paused by {state.by} since {state.at:%Y-%m-%d %H:%M} UTC")
    with said.status("Starting the analysis…"):
        async with root.core(settings) as core:
            for line in _core(core, rules):
                typer.echo(line)
            if further is not None:
                await further(core)


def _too_much(platform: Bounded, name: str, rules: PolicyFile, store: Store) -> Iterator[str]:
    """What the rules in force ask for that the platform does not allow, each once."""
    communities = store.communities
    choice = chosen_in(communities, rules)
    known = [one.id for one in communities.all(name)] or [""]
    said = [platform.asks_too_much(choice.of(one).may_ask(one), one) for one in known]
    yield from (f"{name}: {one}" for one in dict.fromkeys(chain.from_iterable(said)))


def _policy(rules: PolicyFile) -> Iterator[str]:
    policy = rules.current
    yield f"policy: {policy.name}, {len(policy.rules)} rules, version {policy.version}"


def _core(core: Core, rules: PolicyFile) -> Iterator[str]:
    yield f"analysis: {len(DETECTORS)} detectors"
    for sentence in core.missing:
        yield f"missing: {sentence}"
    for provider in core.remote.providers:
        yield f"provider: {provider.name} is on"
    for sentence in core.remote.off:
        yield f"provider: {sentence}"
    for rule, reason in rules.current.unanswerable(unasked(core.pipeline)):
        yield f"rule {rule} cannot be answered here: {reason}"
