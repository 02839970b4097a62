"""Strikes and labels: counted once, ended when they end, refunded when a person says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.house import Authors
from bot.storage.authors import AuthorBook, Standing
from bot.storage.database import Database
from bot.storage.tables import audit
from tests.builders import NOON, a_ref, an_author

DAY = timedelta(days=1)


@dataclass
class Clock:
    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(database: Database, clock: Clock) -> AuthorBook:
    return AuthorBook(database, clock)


async def test_a_strike_counts_once_however_often_it_is_made(book: AuthorBook) -> None:
    for _ in range(2):
        await book.strike(a_ref(), an_author(), NOON + DAY, nonce="n", reason="scam")

    assert await book.standing(a_ref(), "u1") == Standing(strikes=1)


async def test_a_strike_no_longer_counts_from_its_end_on(book: AuthorBook, clock: Clock) -> None:
    await book.strike(a_ref(), an_author(), NOON + DAY, nonce="n", reason="scam")

    clock.time = NOON + DAY

    assert await book.standing(a_ref(), "u1") == Standing()


async def test_a_refunded_strike_is_gone_and_a_redelivery_does_not_bring_it_back(
    book: AuthorBook,
) -> None:
    await book.strike(a_ref(), an_author(), NOON + DAY, nonce="n", reason="scam")
    await book.refund("n", reason="overturned")
    await book.strike(a_ref(), an_author(), NOON + DAY, nonce="n", reason="scam")

    assert not await book.struck("n")
    assert await book.standing(a_ref(), "u1") == Standing()


async def test_a_strike_counts_in_its_community_and_for_its_author_alone(book: AuthorBook) -> None:
    await book.strike(a_ref(), an_author(), NOON + DAY, nonce="n", reason="scam")

    assert await book.standing(a_ref(community_id="g2"), "u1") == Standing()
    assert await book.standing(a_ref(), "u2") == Standing()


async def test_a_label_that_two_posts_earned_stays_when_one_is_overturned(book: AuthorBook) -> None:
    for nonce in ("n1", "n2"):
        await book.label(a_ref(), an_author(), "raider", NOON + DAY, nonce=nonce, reason="raid")

    await book.unlabel("n1", reason="overturned")

    assert await book.standing(a_ref(), "u1") == Standing(labels=("raider",))


async def test_labels_run_out(book: AuthorBook, clock: Clock) -> None:
    await book.label(a_ref(), an_author(), "raider", NOON + DAY, nonce="n", reason="raid")

    clock.time = NOON + 2 * DAY

    assert await book.standing(a_ref(), "u1") == Standing()


async def test_everything_is_audited_once(book: AuthorBook, database: Database) -> None:
    for _ in range(2):
        await book.strike(a_ref(), an_author(), NOON + DAY, nonce="n", reason="scam")
        await book.refund("n", reason="overturned")
    async with database.reading() as conn:
        lines = (await conn.execute(select(audit.c.what).order_by(audit.c.id))).scalars().all()

    assert lines == ["strike.add", "strike.refund"]


async def test_the_history_keeps_what_no_longer_counts(book: AuthorBook) -> None:
    await book.strike(a_ref(), an_author(), NOON + DAY, nonce="n", reason="scam")
    await book.refund("n", reason="overturned")

    (entry,) = await book.history(a_ref(), "u1")

    assert (entry.reason, entry.ended_at) == ("scam", NOON)


def _as_port(book: AuthorBook) -> Authors:
    """Checked by mypy."""
    return book
