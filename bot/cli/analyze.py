"""``bifocal analyze``: one look at pictures and words, without storing anything."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.analysis_report import Analysis, document
from bot.cli.root import INCOMPLETE, Root, finished, root_of, said, well_told
from bot.config.tables import Settings
from bot.errors import Misconfigured


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def analyze(
        context: typer.Context,
        files: Annotated[list[Path] | None, typer.Argument(help="Pictures.")] = None,
        text: Annotated[str, typer.Option(help="The words posted with them.")] = "",
        as_json: Annotated[
            bool, typer.Option("--json", help="One JSON document on standard output.")
        ] = False,
        policy: Annotated[
            Path | None, typer.Option(help="A policy file to judge by, instead of the settings'.")
        ] = None,
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Judge pictures and words together, as a post would be. Nothing is stored.

        Exits with 0 when the analysis is complete, whatever was found, and with 3 when it is not.
        """
        if not files and not text.strip():
            raise Misconfigured("nothing to analyse: name a picture, or give --text")
        root = root_of(context)
        finished(
            _look(
                root,
                root.settings(config, sandboxed=True),
                files or [],
                text,
                policy,
                as_json=as_json,
            )
        )


async def _look(
    root: Root,
    settings: Settings,
    files: Sequence[Path],
    text: str,
    policy: Path | None,
    *,
    as_json: bool,
) -> None:
    pictures = [(path.name, _bytes(path, settings.media.max_bytes)) for path in files]
    async with root.analyser(settings, policy) as analyser:
        with said.status("Looking…"):
            analysis = await analyser.analyse(pictures, text)
    if as_json:
        # ASCII only: a terminal that is not UTF-8 still gets the whole document.
        sys.stdout.write(json.dumps(document(analysis)) + "\n")
    else:
        _show(analysis)
    if not analysis.assessment.complete:
        raise typer.Exit(INCOMPLETE)


def _bytes(path: Path, at_most: int) -> bytes:
    """The file, or one byte more than allowed of it, which the decoder then refuses."""
    try:
        with path.open("rb") as file:
            return file.read(at_most + 1)
    except OSError as exc:
        raise Misconfigured(f"{path}: cannot be read: {exc.strerror}") from exc


def _show(analysis: Analysis) -> None:
    console = Console(highlight=False, markup=False)
    found, verdict = analysis.assessment, analysis.verdict
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("category")
    table.add_column("score", justify="right")
    table.add_column("because")
    ranked = sorted(
        ((category, score) for category, score in found.scores.items() if score),
        key=lambda entry: -entry[1],
    )
    for category, score in ranked:
        makers = (found.signals[index] for index in found.made_by.get(category, ()))
        quotes = dict.fromkeys(
            maker.evidence.quote if maker.evidence and maker.evidence.quote else maker.source
            for maker in makers
        )
        table.add_row(category, f"{score:.2f}", " · ".join(quotes))
    if ranked:
        console.print(table)
    else:
        console.print("Nothing was found.")
    for failure in found.failures:
        console.print(f"not analysed: {failure.detector}: {failure.reason} ({failure.kind})")
    actions = ", ".join(str(action) for action in verdict.actions) or "nothing"
    console.print(f"The policy would do: {actions}. {verdict.explanation}")
