"""How many recorded judgements a second a policy is tried on: read from SQLite, decided, compared.

Measured in CPU seconds of the process, so that it says what one core does whatever else runs.
"""

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from analysis.taxonomy import Category
from analysis.types import Assessment, Fact, FactKind, Modality
from bench.figures import Figure
from bot.actions.spec import parse
from bot.model import (
    AuthorContext,
    Channel,
    Context,
    JudgementKey,
    Matched,
    Mode,
    Record,
    Ref,
    Seen,
    Verdict,
)
from bot.policy.backtest import Backtest
from bot.policy.policy import Policy, preset_bytes
from bot.policy.variables import kinds_of
from bot.storage import replay
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import Seal

RECORDS = 4_000
ROUNDS = 3
_START = datetime(2026, 11, 1, tzinfo=UTC)


async def run() -> list[Figure]:
    """Measure policies of 10 and 50 rules, and the standard one, on the best of some rounds."""
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite+aiosqlite:///{Path(folder)}/bifocal.db")
        try:
            await _fill(database)
            return [
                await _figure(database, "10 rules", _policy(10), 5_000),
                await _figure(database, "50 rules", _policy(50), 1_000),
                await _figure(
                    database,
                    "standard policy",
                    Policy.parse(preset_bytes("standard"), "standard"),
                    None,
                ),
            ]
        finally:
            await database.close()


async def _figure(database: Database, name: str, policy: Policy, goal: float | None) -> Figure:
    best = 0.0
    kinds = kinds_of(policy.base.reads)
    for _ in range(ROUNDS):
        begun = time.process_time()
        test = Backtest(policy)
        async for past in replay.past(database, replay.Wanted(_START, kinds)):
            test.add(past)
        best = max(best, RECORDS / (time.process_time() - begun))
        assert test.report.judgements == RECORDS
    note = f"{len(policy.rules)} rules, {len(kinds)} kinds of facts read"
    return Figure(f"backtest, {name}", best, "records/s", goal, higher_is_better=True, note=note)


def _policy(rules: int) -> Policy:
    """Rules as people write them: scores, pictures, authors, links; one in five over facts."""
    shapes = (
        "scores.{c} >= 0.{n} && image.count > 0 && author.days_in_community < 30.0",
        "scores.{c} >= 0.{n} && !author.is_moderator",
        "seen.image_channels_10m >= {n} && !author.is_bot",
        "(scores.{c} >= 0.{n} || text.sentiment < -0.{n}) && !channel.nsfw",
        "facts.exists(f, f.kind == 'logo' && f.value == 'acme{n}')",
    )
    categories = sorted(Category)
    text = "".join(
        f'[[rule]]\nid = "r{n}"\nthen = ["flag"]\nwhen = """'
        + shapes[n % len(shapes)].format(c=categories[n % len(categories)], n=50 + n % 49)
        + '"""\n'
        for n in range(rules)
    )
    return Policy.parse(text.encode(), "bench.toml")


async def _fill(database: Database) -> None:
    journal = Journal(database, Seal([Fernet.generate_key().decode()], "bench"), parse)
    for first in range(0, RECORDS, 200):
        batch = [_record(number) for number in range(first, first + 200)]
        await asyncio.gather(*(journal.write(record, None) for record in batch))


def _record(number: int) -> Record:
    """A post with words, a picture with some writing, a link and a few labels."""
    facts = (
        Fact(FactKind.CAPTION, "words"),
        Fact(FactKind.OCR, "words", 0.9, Modality.IMAGE, 0),
        Fact(FactKind.LANGUAGE, "en", 0.99),
        Fact(FactKind.SENTIMENT, "negative", -0.4),
        Fact(FactKind.URL, "https://shop.example/a"),
        Fact(FactKind.DOMAIN, "shop.example"),
        *(Fact(FactKind.LABEL, f"label {n}", 0.8, Modality.IMAGE, 0) for n in range(3)),
        Fact(FactKind.LOGO, "acme", 0.7, Modality.IMAGE, 0),
    )
    scores: dict[Category, float | None] = dict.fromkeys(Category, 0.01)
    bad = number % 20 == 0
    scores[Category.SCAM] = 0.9 if bad else 0.1
    assessment = Assessment((None,), (), facts, scores, {}, (Category.GORE,))
    context = Context(
        "home",
        f"c{number % 30}",
        Channel("general"),
        AuthorContext(400.0, 20.0, ("member",), messages_1m=1, channels_1m=1),
        Seen(1, 1, 1),
    )
    matched = (Matched("scam", Mode.LIVE, ("flag",)),) if bad else ()
    actions = (parse("flag"),) if bad else ()
    at = _START + timedelta(seconds=number)
    key = JudgementKey(Ref("bench", "home", f"c{number % 30}", str(number)), "0")
    verdict = Verdict(matched, (), actions, bad, "", "before")
    return Record(key, f"u{number % 100}", at, at, assessment, context, verdict, ())


if __name__ == "__main__":
    for figure in asyncio.run(run()):
        print(figure.row())
