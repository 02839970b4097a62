"""``bifocal search``: find what was judged."""

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from analysis.errors import UnreadableMedia
from analysis.taxonomy import Category
from analysis.types import FactKind, Origin
from bot.cli.columns import show
from bot.cli.export import a_time
from bot.cli.root import existing, finished, root_of, said, well_told
from bot.core import Core
from bot.errors import Misconfigured
from bot.known import known_picture
from bot.storage.search import Cursor, Hit, Question

_HASH = re.compile(r"[0-9a-fA-F]{64}")
Config = Annotated[Path | None, typer.Option(help="The settings file; else config.toml here.")]


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(well_told(search))


def search(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(help="In a case's post or its pictures; all of them.")
    ] = None,
    logo: Annotated[
        list[str] | None, typer.Option(help="A logo in a picture, in full; may be given again.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(help="What a picture was labelled; likewise.")
    ] = None,
    object_: Annotated[
        list[str] | None, typer.Option("--object", help="A thing in a picture; likewise.")
    ] = None,
    scene: Annotated[list[str] | None, typer.Option(help="A picture's scene; likewise.")] = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="Whom or what it speaks of; likewise.")
    ] = None,
    topic: Annotated[list[str] | None, typer.Option(help="What it is about; likewise.")] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Its language, such as en; likewise.")
    ] = None,
    ocr: Annotated[str, typer.Option(help="Words read from a case's pictures.")] = "",
    caption: Annotated[str, typer.Option(help="Words of a case's post.")] = "",
    sentiment: Annotated[
        str, typer.Option(help="Of its words: FROM..TO in -1..1, or negative.")
    ] = "",
    faces: Annotated[str, typer.Option(help="How many in one picture: FROM..TO.")] = "",
    category: Annotated[
        Category | None, typer.Option(help="One that was scored, such as scam.")
    ] = None,
    score: Annotated[str, typer.Option(help="Of --category: FROM..TO.")] = "0..1",
    rule: Annotated[str, typer.Option(help="A rule that matched.")] = "",
    author: Annotated[str, typer.Option(help="The author's id.")] = "",
    community: Annotated[str, typer.Option(help="The community's id.")] = "",
    channel: Annotated[str, typer.Option(help="The channel's id.")] = "",
    platform: Annotated[str, typer.Option(help="Such as discord or slack.")] = "",
    since: Annotated[str, typer.Option(help="Not before: 30d or 12h ago, or a date.")] = "",
    until: Annotated[str, typer.Option(help="Before: likewise.")] = "",
    picture: Annotated[
        str, typer.Option(help="A picture's file, or its PDQ hash; finds pictures like it.")
    ] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=1000)] = 50,
    before: Annotated[str, typer.Option(help="What an earlier page said it goes on from.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.")
    ] = False,
    config: Config = None,
) -> None:
    """Find what was judged, newest first. Everything given must hold.

    Words are looked for in cases only, whole and in any order; signs in them mean nothing.
    """
    older_than = a_cursor(before) if before else None
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
        platform=platform,
        since=a_time(since, now) if since else None,
        until=a_time(until, now) if until else None,
        picture=picture,
    )
    root = root_of(context)
    is_file = bool(picture) and not _HASH.fullmatch(picture)
    settings = existing(root.settings(config, sandboxed=is_file))

    async def work() -> None:
        asked = question
        if is_file:
            async with root.core(settings) as core:
                asked = replace(question, picture=await _hash_of(core, Path(picture)))
        async with root.storage(settings) as store:
            hits = await store.search.page(asked, before=older_than, limit=limit)
        more = cursor(hits[-1]) if len(hits) == limit else None
        if as_json:
            sys.stdout.write(json.dumps({"hits": [_fields(h) for h in hits], "next": more}) + "\n")
            return
        if not hits:
            typer.echo("Nothing found.")
            return
        show(("posted", "message", "author", "case", "rules"), [_row(hit) for hit in hits])
        if more:
            said.print(f"Older ones: --before {more}", markup=False, soft_wrap=True)

    finished(work())


async def _hash_of(core: Core, path: Path) -> str:
    """The PDQ hash of a picture's file.

    Raises:
        Misconfigured: it cannot be read, or is no picture.
    """
    try:
        data = await asyncio.to_thread(path.read_bytes)
        return (await known_picture(core, data, Category.SCAM)).pdq
    except OSError as exc:
        raise Misconfigured(f"--picture {path}: cannot be read: {exc.strerror}") from exc
    except UnreadableMedia as exc:
        raise Misconfigured(f"--picture {path}: {exc}") from exc


def cursor(hit: Hit) -> str:
    """Where the next page goes on, as one word."""
    at, number = hit.cursor
    return f"{at.isoformat()}~{number}"


def a_cursor(text: str) -> Cursor:
    """Read what ``cursor`` wrote.

    Raises:
        Misconfigured: it is something else.
    """
    at, _, number = text.partition("~")
    try:
        found = datetime.fromisoformat(at), int(number)
    except ValueError as exc:
        raise Misconfigured(f"--before {text!r} is not what an earlier page said") from exc
    if found[0].tzinfo is None:
        raise Misconfigured(f"--before {text!r} is not what an earlier page said")
    return found


def span(text: str) -> tuple[float, float]:
    """Read ``FROM..TO``, both included; one number is itself.

    Raises:
        Misconfigured: not numbers, or the wrong way round.
    """
    low, found, high = text.partition("..")
    try:
        span_ = float(low), float(high if found else low)
    except ValueError as exc:
        raise Misconfigured(f"{text!r} is no span: write 0.5..1") from exc
    if not all(map(isfinite, span_)) or span_[0] > span_[1]:
        raise Misconfigured(f"{text!r} is no span: write the smaller number first, as in 0.5..1")
    return span_


def _fields(hit: Hit) -> Mapping[str, object]:
    return {
        "at": hit.at.isoformat(),
        "message": str(hit.key.ref),
        "revision": hit.key.revision,
        "cause": hit.key.cause.value,
        "author": hit.author_id,
        "case": hit.case_id,
        "rules": list(hit.rules),
        "scores": dict(hit.scores),
        "explanation": hit.explanation,
        "distance": hit.distance,
    }


def _row(hit: Hit) -> tuple[str, ...]:
    where = (str(hit.key.ref), hit.author_id, hit.case_id or "-", ", ".join(hit.rules))
    return f"{hit.at:%Y-%m-%d %H:%M:%S}", *where
