"""``bifocal export``: what is remembered, for other programs."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot import export as rows
from bot.cli.root import existing, finished, root_of, well_told
from bot.errors import EnvironmentFailed, Misconfigured
from bot.export import Format

_SPAN = re.compile(r"(\d{1,5})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def add(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    @well_told
    def export(
        context: typer.Context,
        form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.CSV,
        since: Annotated[
            str, typer.Option(help="Not before: 30d or 12h ago, or a date; else all.")
        ] = "",
        cases: Annotated[
            bool, typer.Option("--cases", help="Cases with their words, not judgements.")
        ] = False,
        out: Annotated[
            Path | None, typer.Option(help="To this file; else to standard output.")
        ] = None,
        config: Annotated[
            Path | None, typer.Option(help="The settings file; else config.toml here.")
        ] = None,
    ) -> None:
        """Write what is remembered: a line per judgement without words, or per case with them."""
        start = a_time(since, datetime.now(UTC))
        root = root_of(context)

        async def work() -> None:
            async with root.storage(existing(root.settings(config))) as store:
                source = rows.cases if cases else rows.records
                with opened(out) as file:
                    async for line in rows.lines(source(store.journal, start), form):
                        file.write(line)

        finished(work())


def a_time(text: str, now: datetime) -> datetime:
    """Read ``30d``, ``12h``, ``5m`` before now, or an ISO date or time, in UTC if not said.

    Raises:
        Misconfigured: it is neither.
    """
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    try:
        if span := _SPAN.fullmatch(text):
            return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as exc:
        raise Misconfigured(f"{text!r} is no time: write 30d, 12h, or 2026-11-23") from exc
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@contextmanager
def opened(out: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears whole or not at all, readable by its owner.

    Raises:
        EnvironmentFailed: the file cannot be written.
    """
    if out is None:
        yield sys.stdout
        return
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    except OSError as exc:
        raise EnvironmentFailed(
            f"{out} was not written: {exc.strerror}. Check its directory and free space."
        ) from exc
    finally:
        draft.unlink(missing_ok=True)
