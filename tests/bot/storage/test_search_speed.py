"""A question is one walk along an index, and no picture is compared that is there no more."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, delete, event

from analysis.taxonomy import Category
from analysis.types import FactKind, Media
from bench.search import fill
from bot.model import Record
from bot.storage.alike import MOST
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import Seal
from bot.storage.search import Question, Search
from bot.storage.tables import messages
from tests.bot.storage.builders import NOON, a_key, a_record, parse

LOGO = ((FactKind.LOGO, "brand0"),)
NEGATIVE = (-1.0, -0.05)
ASKED = "0f" * 32


@pytest.fixture
def statements() -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """Every SELECT that any engine is given, with its parameters."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(
        _conn: Connection, _cursor: object, sql: str, given: tuple[object, ...], *_: object
    ) -> None:
        if sql.startswith("SELECT"):
            seen.append((sql, given))

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


async def plan(database: Database, sql: str, given: tuple[object, ...]) -> list[str]:
    """What SQLite says it does for a statement."""

    def ask(conn: Connection) -> list[str]:
        return [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)]

    return await database.read(ask)


@pytest.mark.parametrize(
    ("question", "walked"),
    [
        pytest.param(Question(facts=LOGO), "ix_facts_newest", id="logo"),
        pytest.param(Question(facts=LOGO, sentiment=NEGATIVE), "ix_facts_newest", id="and-feeling"),
        pytest.param(
            Question(facts=LOGO, sentiment=NEGATIVE, author="u1", rule="r1", faces=(0, 3)),
            "ix_facts_newest",
            id="and-more",
        ),
        pytest.param(
            Question(facts=LOGO, since=NOON - timedelta(days=900), until=NOON),
            "ix_facts_newest",
            id="in-a-span",
        ),
        pytest.param(Question(), "ix_messages_sent", id="everything"),
        pytest.param(
            Question(category=Category.SCAM, score=(0.9, 1)), "ix_messages_sent", id="score"
        ),
    ],
)
@pytest.mark.parametrize("paged", [False, True], ids=["newest", "older"])
async def test_a_question_walks_one_index_and_sorts_nothing(
    sqlite: Database,
    seal: Seal,
    statements: list[tuple[str, tuple[object, ...]]],
    question: Question,
    walked: str,
    *,
    paged: bool,
) -> None:
    await fill(sqlite, 50)
    statements.clear()

    await Search(sqlite, seal).page(question, before=(NOON, 9) if paged else None)
    (asked,) = statements
    steps = await plan(sqlite, *asked)

    # A walk along posts sorts the judgements of those sent in the same microsecond, no others.
    sorts = [step for step in steps if "TEMP B-TREE" in step]
    assert not sorts or (walked == "ix_messages_sent" and "RIGHT PART" in sorts[0])
    first = next(step for step in steps if step.startswith(("SCAN", "SEARCH")))
    assert walked in first
    # What a rule names stands in a list within its row: SQLite calls reading that a scan, too.
    assert not [step for step in steps if "SCAN" in step and "each" not in step and step != first]


def seen(number: int, pdq: str) -> Record:
    """A post with one picture."""
    record = a_record(a_key(number))
    picture = Media("ee" * 32, pdq, 90, "image/png", 64, 64, 1, animated=False)
    found = dataclasses.replace(record.assessment, media=(picture,))
    return dataclasses.replace(record, assessment=found, sent_at=NOON + timedelta(minutes=number))


async def found(search: Search) -> list[tuple[str, int | None]]:
    hits = await search.page(Question(picture=ASKED))
    return [(hit.key.ref.message_id, hit.distance) for hit in hits]


async def gone(database: Database, number: int) -> None:
    mine = delete(messages).where(messages.c.message_id == a_key(number).ref.message_id)
    await database.write(lambda conn: conn.execute(mine).rowcount)


async def test_a_picture_judged_since_the_last_question_is_found(
    database: Database, journal: Journal, seal: Seal
) -> None:
    search = Search(database, seal)
    await journal.write(seen(1, ASKED), None)
    before = await found(search)
    await journal.write(seen(2, "0f" * 31 + "0e"), None)

    assert before == [("m1", 0)]
    assert await found(search) == [("m2", 1), ("m1", 0)]


async def test_a_picture_that_was_forgotten_is_not_found(
    database: Database, journal: Journal, seal: Seal
) -> None:
    search = Search(database, seal)
    for number in (1, 2, 3):
        await journal.write(seen(number, ASKED), None)
    await found(search)
    await gone(database, 2)

    assert await found(search) == [("m3", 0), ("m1", 0)]


async def test_a_row_that_takes_a_forgotten_ones_number_is_not_taken_for_it(
    sqlite: Database, seal: Seal
) -> None:
    search, journal = Search(sqlite, seal), Journal(sqlite, seal, parse)
    await journal.write(seen(1, ASKED), None)
    await found(search)
    await gone(sqlite, 1)
    other = dataclasses.replace(seen(2, "f0" * 32), judged_at=NOON + timedelta(minutes=5))
    await journal.write(other, None)

    assert await found(search) == []
    assert len(await search.page(Question(picture="f0" * 32))) == 1


async def test_what_was_forgotten_keeps_no_other_from_being_found(
    sqlite: Database, seal: Seal
) -> None:
    """More than a question goes on with were nearer, and are gone."""
    search, journal = Search(sqlite, seal), Journal(sqlite, seal, parse)
    await journal.write(seen(0, "0f" * 31 + "0e"), None)
    for number in range(1, MOST + 2):
        await journal.write(seen(number, ASKED), None)
    await found(search)
    stay = (a_key(0).ref.message_id, a_key(MOST + 1).ref.message_id)
    mine = delete(messages).where(messages.c.message_id.not_in(stay))
    await sqlite.write(lambda conn: conn.execute(mine).rowcount)

    assert [distance for _, distance in await found(search)] == [0, 1]
