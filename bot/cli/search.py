"""``bifocal search``: find what was judged."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analysis.taxonomy import Category
from analysis.types import FactKind, Origin
from bot.cli.export import a_time
from bot.cli.root import finished, root_of, well_told
from bot.errors import Misconfigured
from bot.storage.search import Hit, Question

Several = Annotated[list[str] | None, typer.Option(help="In full; may be given again.")]
Config = Annotated[Path | None, typer.Option(help="The settings file.")]


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(well_told(search))


def search(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(help="Words of cases, all of them.")] = None,
    logo: Several = None,
    label: Several = None,
    object_: Annotated[list[str] | None, typer.Option("--object", help="As above.")] = None,
    scene: Several = None,
    entity: Several = None,
    topic: Several = None,
    language: Several = None,
    ocr: Annotated[str, typer.Option(help="Words read from a case's pictures.")] = "",
    caption: Annotated[str, typer.Option(help="Words of a case's post.")] = "",
    sentiment: Annotated[str, typer.Option(help="FROM..TO in -1..1, or negative.")] = "",
    faces: Annotated[str, typer.Option(help="FROM..TO in one picture.")] = "",
    category: Annotated[Category | None, typer.Option(help="A category that was scored.")] = None,
    score: Annotated[str, typer.Option(help="FROM..TO of that category.")] = "0..1",
    rule: Annotated[str, typer.Option(help="A rule that matched.")] = "",
    author: Annotated[str, typer.Option(help="The author's id.")] = "",
    community: Annotated[str, typer.Option(help="The community's id.")] = "",
    channel: Annotated[str, typer.Option(help="The channel's id.")] = "",
    since: Annotated[str, typer.Option(help="30d, 12h, or a date.")] = "",
    until: Annotated[str, typer.Option(help="The same, exclusive.")] = "",
    picture: Annotated[str, typer.Option(help="A PDQ hash; finds pictures like it.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=1000)] = 50,
    config: Config = None,
) -> None:
    """Find what was judged, newest first. Everything given must hold.

    Words are looked for in cases only, whole and in any order; signs in them mean nothing.
    """
    now = datetime.now(UTC)
    stated = {
        FactKind.LOGO: logo,
        FactKind.LABEL: label,
        FactKind.OBJECT: object_,
        FactKind.SCENE: scene,
        FactKind.ENTITY: entity,
        FactKind.TOPIC: topic,
        FactKind.LANGUAGE: language,
    }
    texts = ((None, " ".join(words or ())), (Origin.OCR, ocr), (Origin.CAPTION, caption))
    counted = span(faces) if faces else None
    question = Question(
        facts=tuple((kind, value) for kind, values in stated.items() for value in values or ()),
        words=tuple((origin, text) for origin, text in texts if text),
        sentiment=span("-1..-0.05" if sentiment == "negative" else sentiment)
        if sentiment
        else None,
        faces=(int(counted[0]), int(counted[1])) if counted else None,
        category=category,
        score=span(score),
        rule=rule,
        author=author,
        community=community,
        channel=channel,
        since=a_time(since, now) if since else None,
        until=a_time(until, now) if until else None,
        picture=picture,
    )
    root = root_of(context)

    async def work() -> None:
        async with root.storage(root.settings(config)) as store:
            hits = await store.search.page(question, limit=limit)
        Console().print(_table(hits) if hits else "Nothing found.")

    finished(work())


def span(text: str) -> tuple[float, float]:
    """Read ``FROM..TO``, both included; one number is itself.

    Raises:
        Misconfigured: not numbers.
    """
    low, found, high = text.partition("..")
    try:
        return float(low), float(high if found else low)
    except ValueError as exc:
        raise Misconfigured(f"{text!r} is no span: write 0.5..1") from exc


def _table(hits: Sequence[Hit]) -> Table:
    table = Table("posted", "message", "author", "rules", "case", show_edge=False)
    for hit in hits:
        cells = (str(hit.key.ref), hit.author_id, ", ".join(hit.rules), hit.case_id or "")
        table.add_row(f"{hit.at:%Y-%m-%d %H:%M:%S}", *map(escape, cells))
    return table
