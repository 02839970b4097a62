"""How long questions take over 100,000 posts on SQLite: a brand's logo seen with bad feelings.

The rows are written with plain SQL and are what the journal writes of a post with a logo, a label
and a sentiment; every tenth post shows the brand, every third is negative.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from cryptography.fernet import Fernet
from sqlalchemy import Connection, insert

from analysis.taxonomy import Category
from analysis.types import FactKind
from bench.figures import Figure
from bot.storage.database import Database
from bot.storage.seal import Seal
from bot.storage.search import Question, Search
from bot.storage.tables import facts, judgements, media, messages

POSTS = 100_000
ROUNDS = 41
CHUNK = 5_000
START = datetime(2026, 1, 1, tzinfo=UTC)

NEGATIVE = (-1.0, -0.05)
QUESTIONS = {
    "logo X and negative sentiment": (
        Question(facts=((FactKind.LOGO, "brand0"),), sentiment=NEGATIVE),
        5.0,
    ),
    "a rare logo and negative sentiment": (
        Question(facts=((FactKind.LOGO, "rare"),), sentiment=NEGATIVE),
        5.0,
    ),
    "logo X, never negative": (
        Question(facts=((FactKind.LOGO, "brand1"),), sentiment=(-1.0, -0.999)),
        None,
    ),
    "high score, newest first": (Question(category=Category.SCAM, score=(0.9, 1.0)), None),
}
PICTURE = Question(picture="0f" * 32)


async def run() -> list[Figure]:
    """Fill a database and ask."""
    return await measure(POSTS, ROUNDS)


async def measure(posts: int, rounds: int) -> list[Figure]:
    """Fill a database with so many posts and ask each question so many times."""
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite+aiosqlite:///{Path(folder)}/bench.db")
        try:
            await fill(database, posts)
            search = Search(database, Seal([Fernet.generate_key().decode()], "bench"))
            note = f"p50 of {rounds}, {posts:,} posts, a page of 50"
            figures = [
                Figure(name, await _p50(search, question, rounds), "ms", goal, note=note)
                for name, (question, goal) in QUESTIONS.items()
            ]
            return [*figures, *await _pictures(search, rounds, note)]
        finally:
            await database.close()


async def fill(database: Database, posts: int) -> None:
    """Write so many posts."""
    random = Random(1)  # noqa: S311 - the same rows in every run
    for start in range(0, posts, CHUNK):
        numbers = range(start + 1, min(start + CHUNK, posts) + 1)
        pdqs = [random.randbytes(32).hex() for _ in numbers]

        def work(conn: Connection, numbers: range = numbers, pdqs: list[str] = pdqs) -> None:
            conn.execute(insert(messages), [_message(n) for n in numbers])
            conn.execute(insert(judgements), [_judgement(n) for n in numbers])
            conn.execute(insert(facts), [row for n in numbers for row in _facts(n)])
            conn.execute(
                insert(media), [_media(n, pdq) for n, pdq in zip(numbers, pdqs, strict=True)]
            )

        await database.write(work)


async def _pictures(search: Search, rounds: int, note: str) -> list[Figure]:
    """The first question reads every hash, 40 bytes each; later ones only what is new."""
    first = await _p50(search, PICTURE, 1)
    later = await _p50(search, PICTURE, rounds)
    return [
        Figure("similar picture", later, "ms", 10.0, note=note),
        Figure("similar picture, the first time", first, "ms", note="reads every hash"),
        Figure("hashes in memory", search.held_bytes / 2**20, "MiB", 8.0),
    ]


async def _p50(search: Search, question: Question, rounds: int) -> float:
    took: list[float] = []
    for _ in range(rounds):
        started = perf_counter()
        await search.page(question)
        took.append(perf_counter() - started)
    return median(took) * 1000


def _at(number: int) -> datetime:
    return START + timedelta(seconds=number)


def _message(number: int) -> dict[str, object]:
    return {
        "id": number,
        "platform": "bench",
        "community_id": "c",
        "channel_id": f"ch{number % 20}",
        "message_id": str(number),
        "author_id": f"u{number % 500}",
        "sent_at": _at(number),
    }


def _judgement(number: int) -> dict[str, object]:
    scores = {category.value: None for category in Category} | {"scam": number % 100 / 100}
    return {
        "id": number,
        "message": number,
        "revision": "0",
        "round": 0,
        "cause": "posted",
        "judged_at": _at(number),
        "finished": True,
        "media_count": 1,
        "scores": scores,
        "made_by": {},
        "unasked": [],
        "failures": [],
        "cost_usd": 0.0,
        "timings_ms": {},
        "inputs": {},
        "matched": [{"rule": f"r{number % 7}", "mode": "live", "actions": ["flag"]}],
        "unanswered": [],
        "actions": ["flag"],
        "needs_review": False,
        "explanation": "A bench.",
        "policy_version": "v1",
    }


def _facts(number: int) -> Iterator[dict[str, object]]:
    sentiment = -0.8 if number % 3 == 0 else 0.4
    brand = "rare" if number % 10_000 == 0 else f"brand{number % 10}"
    stated = ((FactKind.LOGO, brand), (FactKind.LABEL, f"thing{number % 300}"))
    for position, (kind, value) in enumerate((*stated, (FactKind.SENTIMENT, str(sentiment)))):
        yield {
            "judgement": number,
            "position": position,
            "kind": kind.value,
            "value": value,
            "term": value,
            "score": 0.9,
            "modality": "image",
            "sentiment": sentiment,
            "at": _at(number),
        }


def _media(number: int, pdq: str) -> dict[str, object]:
    return {
        "judgement": number,
        "position": 0,
        "sha256": f"{number:064x}",
        "pdq": pdq,
        "quality": 100,
        "media_type": "image/png",
        "width": 640,
        "height": 480,
        "frames": 1,
        "animated": False,
    }
