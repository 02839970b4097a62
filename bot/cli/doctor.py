"""``bifocal doctor``: everything `check` does, and one tiny call to each provider."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from analysis.deadline import within
from analysis.errors import AnalysisError, ProviderGarbled, ProviderUnavailable
from analysis.providers.provider import Provider
from bot.cli.check import look
from bot.cli.root import ENVIRONMENT, finished, root_of, well_told
from bot.core import Core
from bot.log import logger

PATIENCE = timedelta(seconds=30)
"""For one provider's answer, its retries included."""

_REMEDY = re.compile(
    r"BIFOCAL_|\[providers\.|\b(activate|add|check|choose|create|enable|grant|raise|set|wait)\b"
)
"""How an error says what to do."""

_log = logger("doctor")


@dataclass(frozen=True, slots=True)
class Finding:
    """How one provider is."""

    provider: str
    well: bool
    sentence: str

    def __str__(self) -> str:
        return f"provider: {self.provider}: {'' if self.well else 'NOT WELL: '}{self.sentence}"


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def doctor(
        context: typer.Context,
        config: Annotated[Path | None, typer.Option(help="The settings file.")] = None,
    ) -> None:
        """Check everything `check` does, and ask each provider one tiny question.

        Exits with 1 when something that is configured does not work.
        """
        root = root_of(context)
        settings = root.settings(config, sandboxed=True)
        typer.echo("settings: fine")
        finished(look(root, settings, _providers))


async def _providers(core: Core) -> None:
    found = await findings(core.remote.providers)
    for finding in found:
        typer.echo(finding)
    if not all(finding.well for finding in found):
        raise typer.Exit(ENVIRONMENT)


async def findings(
    providers: Sequence[Provider], patience: timedelta = PATIENCE
) -> tuple[Finding, ...]:
    """Ask every provider at once; the answers stand in the order of the providers."""
    return tuple(await asyncio.gather(*(_finding(each, patience) for each in providers)))


def _with_remedy(exc: AnalysisError, name: str) -> str:
    """What is wrong, and what to do about it where the error does not say so itself."""
    said, table = str(exc), f"[providers.{name}]"
    if _REMEDY.search(said):
        return said
    match exc:
        case ProviderUnavailable():
            return f"{said}: check the network and base_url in {table}, or try later"
        case ProviderGarbled():
            return f"{said}: check that base_url and model in {table} name what can judge posts"
    return f"{said}: check the key and the other settings in {table}"


async def _finding(provider: Provider, patience: timedelta) -> Finding:
    try:
        sentence = await within(provider.check(), patience)
    except TimeoutError:
        fix = "check base_url and whether the service is up"
        return Finding(
            provider.name, well=False, sentence=f"no answer within {patience.seconds} s; {fix}."
        )
    except AnalysisError as exc:
        return Finding(provider.name, well=False, sentence=_with_remedy(exc, provider.name))
    except Exception as exc:  # noqa: BLE001 - one provider's bug must not hide the others
        _log.error("doctor.broke", provider=provider.name, what=type(exc).__name__)
        fault = f"this is a fault of ours: {type(exc).__name__}; please report it."
        return Finding(provider.name, well=False, sentence=fault)
    return Finding(provider.name, well=True, sentence=sentence)
